// The conversation in the middle, and a thread beside it.

import { drawBlocks } from "./blocks.js";
import { act } from "./connection.js";
import { posted } from "./dates.js";
import { h, keyed } from "./dom.js";
import { drawItem } from "./message.js";
import { change, channel, channelName, isApp, store, watch } from "./store.js";
import "./composer.js";

const RECENTLY = 40; // within this many pixels of the end, the list follows new items

/** The items of a channel's list: thread replies only if they are broadcast, and how many each thread has. */
function topLevel(shown) {
  const messages = shown.items.filter((item) => item.kind === "message");
  return shown.items
    .filter((item) => item.kind !== "message" || !item.thread_ts || item.broadcast)
    .map((item) => {
      if (item.kind !== "message") return item;
      const replies = messages.filter((each) => each.thread_ts === item.ts);
      const parent = item.broadcast && messages.find((each) => each.ts === item.thread_ts);
      return { ...item, replies: replies.length, lastReplyBy: replies.at(-1)?.user, broadcastOf: parent ? firstLine(parent) : "", canReply: !item.ephemeral };
    });
}

const firstLine = (message) => message.text.split("\n")[0];

/** The items with a line before the first of each day. */
function withDays(items) {
  const lines = [];
  for (const item of items) {
    const { day } = posted(item.ts);
    if (lines.at(-1)?.day !== day) lines.push({ kind: "day", day, key: `day ${day}` });
    lines.push({ ...item, day });
  }
  return lines;
}

function drawLine(line) {
  if (line.kind === "day") return h("p", { class: "day" }, h("span", {}, line.day[0].toUpperCase() + line.day.slice(1)));
  if (line.kind === "welcome") return h("p", { class: "welcome" }, "Nothing here yet. Type /codecheck, or press “Ask to delete…” beside a task.");
  return drawItem(line);
}

function draw(list, items) {
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < RECENTLY;
  keyed(list, items, (line) => line.key ?? line.ts, drawLine);
  if (atEnd) list.scrollTop = list.scrollHeight;
}

const messageList = (label) => h("div", { class: "messages", role: "log", tabindex: "0", "aria-label": label });

function openHome() {
  change({ home: true, thread: null });
  act(store.state.me, "opens_home");
}

/** What the app has published on the Home tab. */
const drawHome = (home) =>
  home.blocks ? drawBlocks(home.blocks, (button) => act(store.state.me, "presses_in_view", { view: home.id, action_id: button.action_id })) : h("p", { class: "welcome" }, "The app has published nothing here yet.");

class Conversation extends HTMLElement {
  #shown = null;

  connectedCallback() {
    this.append(
      h("header", { class: "channel-header" }, h("h1"),
        h("nav", { class: "app-tabs", "aria-label": "Tabs of the app" }, h("button", { type: "button", onclick: openHome }, "Home"), h("button", { type: "button", onclick: () => change({ home: false }) }, "Messages")),
        h("p", { class: "topic" })),
      h("section", { class: "home", tabindex: "0", "aria-label": "Home", hidden: true }),
      messageList("Messages"),
      h("sandbox-composer"));
    watch(() => this.#draw());
  }

  #draw() {
    const shown = channel();
    const name = channelName(shown);
    const sign = { public: "#", private: "🔒 ", dm: "" }[shown.kind];
    const list = this.querySelector(".messages");
    this.querySelector("h1").textContent = `${sign}${name}`;
    this.querySelector(".topic").textContent = about(shown);
    list.setAttribute("aria-label", `Messages in ${sign}${name}`);
    if (this.#shown !== `${store.state.me} ${shown.id}`) {
      this.#shown = `${store.state.me} ${shown.id}`;
      list.replaceChildren();
      this.querySelector("sandbox-composer").aim({ channel: shown.id, thread: null }, `Message ${sign}${name}`);
    }
    this.#drawTabs(shown);
    const items = withDays(topLevel(shown));
    draw(list, items.length ? items : [{ kind: "welcome", key: "welcome" }]);
    if (!list.hidden) store.read[shown.id] = shown.items.length;
  }

  #drawTabs(shown) {
    const tabs = this.querySelector(".app-tabs");
    const page = this.querySelector(".home");
    tabs.hidden = !isApp(shown) || !store.state.home_tab;
    page.hidden = tabs.hidden || !store.home;
    for (const hidden of this.querySelectorAll(".messages, sandbox-composer")) hidden.hidden = !page.hidden;
    const [home, messages] = tabs.children;
    home.ariaCurrent = page.hidden ? null : "page";
    messages.ariaCurrent = page.hidden ? "page" : null;
    keyed(page, [store.state.home ?? { id: "" }], (each) => each.id, drawHome);
  }
}

function about(shown) {
  const people = shown.members.filter((member) => member !== store.state.bot).length;
  if (shown.kind === "dm") return "Direct message";
  const bot = shown.members.includes(store.state.bot) ? "codecheck-bot is a member" : "codecheck-bot is not a member";
  return [`${people} people`, bot, shown.topic].filter(Boolean).join(" · ");
}

class Thread extends HTMLElement {
  connectedCallback() {
    this.append(
      h("header", { class: "channel-header" }, h("h2", {}, "Thread"),
        h("button", { type: "button", class: "close", "aria-label": "Close thread", onclick: () => change({ thread: null }) }, "✕")),
      messageList("Thread"),
      h("sandbox-composer"));
    this.addEventListener("keydown", (event) => { if (event.key === "Escape") change({ thread: null }); });
    watch(() => this.#draw());
  }

  #draw() {
    const shown = channel();
    const items = shown.items.filter((item) => item.kind === "message" && [item.ts, item.thread_ts].includes(store.thread));
    this.hidden = !store.thread || items.length === 0;
    if (this.hidden) return;
    this.querySelector("sandbox-composer").aim({ channel: shown.id, thread: store.thread }, "Reply…");
    draw(this.querySelector(".messages"), items);
  }
}

customElements.define("sandbox-conversation", Conversation);
customElements.define("sandbox-thread", Thread);
