// Which addresses from outside may be opened: never `javascript:` or similar.

const OPENED = new Set(["http:", "https:", "mailto:"]);

/** The channel and ts of the message that a permalink leads to; null for any other address. */
export function messageAt(address) {
  const [, channel, seconds, micros] = /^https:\/\/[\w-]+\.slack\.com\/archives\/(\w+)\/p(\d+)(\d{6})$/.exec(address) ?? [];
  return channel ? { channel, ts: `${seconds}.${micros}` } : null;
}

export function mayBeOpened(address) {
  return URL.canParse(address) && OPENED.has(new URL(address).protocol);
}
