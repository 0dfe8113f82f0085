// Slack's mrkdwn -> DOM nodes. Source: https://docs.slack.dev/messaging/formatting-message-text

import { inReadersZone } from "./dates.js";
import { h } from "./dom.js";
import { withEmoji } from "./emoji.js";
import { channelName, store, user } from "./store.js";

const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">" };
const unescaped = (text) => text.replace(/&(?:amp|lt|gt);/g, (entity) => ENTITIES[entity]);

// Tried in this order at each place; what stands in code is not looked into.
const BEFORE = "(?<![\\p{L}\\p{N}])";
const AFTER = "(?![\\p{L}\\p{N}])";
const styled = (sign) => new RegExp(`${BEFORE}[${sign}](\\S(?:[^\\n]*?\\S)?)[${sign}]${AFTER}`, "u");
const RULES = [
  [/```\n?([\s\S]+?)```/u, (text) => h("pre", {}, h("code", {}, unescaped(text.replace(/\n$/, ""))))],
  [/`([^`\n]+)`/u, (text) => h("code", {}, unescaped(text))],
  [/<([^<>]+)>/u, entity],
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
  let first = null;
  for (const [pattern, build] of RULES) {
    const match = pattern.exec(text);
    if (match && match[1] && (!first || match.index < first.match.index)) first = { match, build };
  }
  if (!first) return text ? lines(withEmoji(unescaped(text))) : [];
  const { match, build } = first;
  return [...inline(text.slice(0, match.index)), build(match[1]), ...inline(text.slice(match.index + match[0].length))];
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
  if (/^(https?|mailto):/.test(target)) {
    return h("a", { href: unescaped(target), target: "_blank", rel: "noopener noreferrer" }, shown || unescaped(target));
  }
  return document.createTextNode(shown || unescaped(target));
}

const mention = (name, mine = false) => h("span", { class: mine ? "mention mine" : "mention" }, name);

function date(target, fallback) {
  const [, seconds, template] = target.split("^");
  const shown = inReadersZone(seconds, unescaped(template ?? ""));
  return shown ? h("time", { datetime: new Date(seconds * 1_000).toISOString(), title: fallback }, shown) : document.createTextNode(fallback ?? "");
}
