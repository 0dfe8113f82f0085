// Which addresses from outside may be opened: `javascript:` and its like never.

const OPENED = new Set(["http:", "https:", "mailto:"]);

export function mayBeOpened(address) {
  return URL.canParse(address) && OPENED.has(new URL(address).protocol);
}
