// `<!date^seconds^template|fallback>` in the reader's own time zone.
// Source: https://docs.slack.dev/messaging/formatting-message-text#date-formatting

const DAY = 86_400_000;
const startOfDay = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
const format = (date, options) => new Intl.DateTimeFormat("en", options).format(date);

function pretty(date, otherwise) {
  const days = Math.round((startOfDay(date) - startOfDay(new Date())) / DAY);
  return { "-1": "yesterday", 0: "today", 1: "tomorrow" }[days] ?? otherwise;
}

// No prototype: a template may name `__proto__` or `constructor`.
const TOKENS = {
  __proto__: null,
  date_num: (date) => [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((n) => String(n).padStart(2, "0")).join("-"),
  date: (date) => format(date, { month: "long", day: "numeric", year: "numeric" }),
  date_short: (date) => format(date, { month: "short", day: "numeric", year: "numeric" }),
  date_long: (date) => format(date, { weekday: "long", month: "long", day: "numeric", year: "numeric" }),
  date_pretty: (date) => pretty(date, TOKENS.date(date)),
  date_short_pretty: (date) => pretty(date, TOKENS.date_short(date)),
  date_long_pretty: (date) => pretty(date, TOKENS.date_long(date)),
  time: (date) => format(date, { hour: "numeric", minute: "2-digit" }),
  time_secs: (date) => format(date, { hour: "numeric", minute: "2-digit", second: "2-digit" }),
  ago: (date) => {
    const minutes = Math.round((date - Date.now()) / 60_000);
    return new Intl.RelativeTimeFormat("en", { numeric: "auto" }).format(minutes, "minute");
  },
};

/** A time, formatted by its template; null if the seconds are not a number. */
export function inReadersZone(seconds, template) {
  const date = new Date(Number(seconds) * 1_000);
  if (Number.isNaN(date.getTime())) return null;
  return template.replace(/\{(\w+)\}/g, (token, name) => TOKENS[name]?.(date) ?? token);
}

/** When a message was posted: the time as shown, and in full. */
export function posted(ts) {
  const date = new Date(Number(ts) * 1_000);
  return {
    short: TOKENS.time(date),
    full: `${TOKENS.date_long(date)} at ${TOKENS.time_secs(date)}`,
    day: pretty(date, TOKENS.date_long(date)),
    iso: date.toISOString(),
  };
}
