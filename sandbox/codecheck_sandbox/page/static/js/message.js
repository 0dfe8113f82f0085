// One line of a conversation: a message, a notice from Slack, someone who joined or left, or a refusal.

import { drawBlocks } from "./blocks.js";
import { act } from "./connection.js";
import { posted } from "./dates.js";
import { confirmed } from "./dialogs.js";
import { h } from "./dom.js";
import { mayBeOpened } from "./links.js";
import { mrkdwn } from "./mrkdwn.js";
import { change, store, user } from "./store.js";
import { toast } from "./toasts.js";

const COLOURS = 6;

/** A person's picture: the first letter of their name. */
export function avatar(id) {
  const person = user(id);
  const sum = [...id].reduce((total, letter) => total + letter.codePointAt(0), 0);
  const tone = person?.is_bot ? "tone-bot" : `tone-${sum % COLOURS}`;
  return h("span", { class: `avatar ${tone}`, "aria-hidden": "true" }, person?.is_bot ? "⌦" : (person?.name ?? "?")[0].toUpperCase());
}

/** Draw an item of a conversation's timeline. */
export function drawItem(item) {
  const draw = { message: drawMessage, notice: drawNotice, membership: drawMembership, refusal: drawRefusal };
  return draw[item.kind](item);
}

function drawMessage(item) {
  const author = user(item.user);
  const body = item.blocks.length ? drawBlocks(item.blocks, (button, control) => press(item, button, control)) : h("div", { class: "text" }, mrkdwn(item.text));
  if (item.edited) ([...body.querySelectorAll(".text")].at(-1) ?? body).append(h("span", { class: "edited" }, " (edited)"));
  return h("article", { class: `message${item.ephemeral ? " ephemeral" : ""}`, tabindex: "-1", "data-ts": item.ts, "aria-label": `${author?.name ?? item.user}, ${posted(item.ts).short}` },
    item.ephemeral && h("p", { class: "only-you" }, h("span", { "aria-hidden": "true" }, "👁"), " Only visible to you"),
    avatar(item.user),
    h("div", { class: "message-main" },
      h("header", {},
        h("span", { class: "author" }, author?.is_bot ? author.name : author?.real_name ?? item.user),
        author?.is_bot && h("span", { class: "badge" }, "APP"),
        author?.is_external && h("span", { class: "badge" }, "EXTERNAL"),
        h("time", { datetime: posted(item.ts).iso, title: posted(item.ts).full }, posted(item.ts).short)),
      item.broadcastOf && broadcastLine(item),
      body,
      item.replies > 0 && h("button", { type: "button", class: "replies", onclick: () => change({ thread: item.ts }) },
        avatar(item.lastReplyBy), h("b", {}, item.replies === 1 ? "1 reply" : `${item.replies} replies`), h("span", {}, "View thread"))),
    item.canReply && h("button", { type: "button", class: "reply", title: "Reply in thread", "aria-label": "Reply in thread", onclick: () => change({ thread: item.thread_ts ?? item.ts }) }, "💬"));
}

const broadcastLine = (item) =>
  h("p", { class: "broadcast" }, "replied to a thread: ", h("button", { type: "button", onclick: () => change({ thread: item.thread_ts }) }, mrkdwn(item.broadcastOf)));

const drawNotice = (item) =>
  h("article", { class: "message ephemeral", tabindex: "-1", "data-ts": item.ts, "aria-label": "Slackbot" },
    h("p", { class: "only-you" }, h("span", { "aria-hidden": "true" }, "👁"), " Only visible to you"),
    h("span", { class: "avatar tone-slackbot", "aria-hidden": "true" }, "S"),
    h("div", { class: "message-main" },
      h("header", {}, h("span", { class: "author" }, "Slackbot"), h("time", {}, posted(item.ts).short)),
      h("div", { class: "text" }, item.text)));

const drawMembership = (item) =>
  h("p", { class: "membership", "data-ts": item.ts }, `${user(item.user)?.name ?? item.user} ${item.text} the channel.`);

const drawRefusal = (item) => {
  const [code, ...reasons] = item.text.split(/: (.*)/s);
  return h("article", { class: "refusal", tabindex: "-1", "data-ts": item.ts, "aria-label": "Refused by Slack" },
    h("p", {}, h("strong", {}, "Slack refused a message of the bot: "), h("code", {}, code)),
    h("ul", {}, reasons.join("").split("; ").filter(Boolean).map((reason) => h("li", {}, reason))));
};

function open(address) {
  if (mayBeOpened(address)) window.open(address, "_blank", "noopener");
  else toast(`This page doesn't open ${address}`);
}

async function press(item, button, control) {
  if (button.url) open(button.url);
  if (button.confirm && !(await confirmed(button.confirm))) return;
  control.setAttribute("aria-busy", "true");
  const answer = await act(store.state.me, "presses", { channel: item.channel, ts: item.ts, action_id: button.action_id });
  control.removeAttribute("aria-busy");
  if (answer.error) toast(answer.error);
}
