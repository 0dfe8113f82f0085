// Which addresses from outside may be opened: never `javascript:` or similar.

const OPENED = new Set(["http:", "https:", "mailto:"]);

export function mayBeOpened(address) {
  return URL.canParse(address) && OPENED.has(new URL(address).protocol);
}
