// Slack's mrkdwn -> DOM nodes. Source: https://docs.slack.dev/messaging/formatting-message-text

import { inReadersZone } from "./dates.js";
import { h } from "./dom.js";
import { withEmoji } from "./emoji.js";
import { mayBeOpened, messageAt } from "./links.js";
import { change, channelName, store, user } from "./store.js";

const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">" };
const unescaped = (text) => text.replace(/&(?:amp|lt|gt);/g, (entity) => ENTITIES[entity]);

// If several match at the same place, the first one wins; nothing is parsed inside code.
const BEFORE = "(?<![\\p{L}\\p{N}])";
const AFTER = "(?![\\p{L}\\p{N}])";
const styled = (sign) => new RegExp(`${BEFORE}[${sign}](\\S(?:[^\\n]{0,3000}?\\S)??)[${sign}]${AFTER}`, "gu");
const RULES = [
  [/```\n?([\s\S]+?)```/gu, (text) => h("pre", {}, h("code", {}, unescaped(text.replace(/\n$/, ""))))],
  [/`([^`\n]+)`/gu, (text) => h("code", {}, unescaped(text))],
  [/<([^<>]+)>/gu, entity],
  [styled("*"), (text) => h("strong", {}, inline(text))],
  [styled("_"), (text) => h("em", {}, inline(text))],
  [styled("~"), (text) => h("s", {}, inline(text))],
];

/** A mrkdwn text as nodes. */
export function mrkdwn(text) {
  const nodes = [];
  for (const part of text.split(/((?:^|(?<=\n))&gt; ?.*(?:\n&gt; ?.*)*\n?)/)) {
    if (part.startsWith("&gt;")) nodes.push(h("blockquote", {}, inline(part.replace(/\n$/, "").replace(/^&gt; ?/gm, ""))));
    else if (part) nodes.push(...inline(part));
  }
  return nodes;
}

/** A plain_text as nodes: emoji, and nothing else. */
export const plain = (text) => [withEmoji(text)];

function inline(text) {
  const nodes = [];
  const next = RULES.map(([pattern]) => matchFrom(pattern, text, 0));
  for (let place = 0; place < text.length;) {
    const first = next.reduce((best, match, rule) => (match && (best === null || match.index < next[best].index) ? rule : best), null);
    const match = first === null ? { index: text.length, 0: "" } : next[first];
    if (match.index > place) nodes.push(...lines(withEmoji(unescaped(text.slice(place, match.index)))));
    if (first !== null) nodes.push(RULES[first][1](match[1]));
    place = match.index + match[0].length;
    RULES.forEach(([pattern], rule) => { if (next[rule]?.index < place) next[rule] = matchFrom(pattern, text, place); });
  }
  return nodes;
}

function matchFrom(pattern, text, place) {
  pattern.lastIndex = place;
  return pattern.exec(text);
}

const lines = (text) => text.split("\n").flatMap((line, index) => (index ? [h("br"), line] : [line]));

function entity(content) {
  const [target, label] = content.split(/\|(.*)/s);
  const shown = label && withEmoji(unescaped(label));
  if (target.startsWith("@")) return mention(`@${user(target.slice(1))?.name ?? shown ?? target.slice(1)}`, target.slice(1) === store.state?.me);
  if (target.startsWith("#")) {
    const known = store.state?.channels.find((each) => each.id === target.slice(1));
    return mention(`#${known ? channelName(known) : shown || "a private channel"}`);
  }
  if (target.startsWith("!date^")) return date(target, shown);
  if (target.startsWith("!")) return mention(`@${shown || target.slice(1).split("^")[0]}`, true);
  return link(unescaped(target), shown || unescaped(target));
}

const mention = (name, mine = false) => h("span", { class: mine ? "mention mine" : "mention" }, name);

const link = (address, shown) =>
  mayBeOpened(address) ? h("a", { href: address, target: "_blank", rel: "noopener noreferrer", onclick: (event) => follow(event, address) }, shown) : document.createTextNode(shown);

/** Show the message that a permalink leads to, as Slack does; the browser opens any other address. */
function follow(event, address) {
  const place = messageAt(address);
  if (!place || !store.state.channels.some((each) => each.id === place.channel)) return;
  event.preventDefault();
  change({ channel: place.channel, thread: null, home: false });
  document.querySelector(`sandbox-conversation [data-ts="${place.ts}"]`)?.focus();
}

function date(target, fallback) {
  const [, seconds, template, address] = target.split("^");
  const shown = inReadersZone(seconds, unescaped(template ?? ""));
  if (!shown) return document.createTextNode(fallback ?? "");
  const inside = address ? link(unescaped(address), shown) : shown;
  return h("time", { datetime: new Date(seconds * 1_000).toISOString(), title: fallback }, inside);
}
