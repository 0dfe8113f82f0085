// Slack: faults between it and the bot.

import { h, keyed } from "../dom.js";
import { channel, store } from "../store.js";
import { switchButton } from "./switch.js";

export function slackPanel() {
  const target = h("select", { id: "fault-target" });
  const fault = h("select", { id: "fault" });
  const next = h("ul", { class: "next", "aria-label": "Faults set" });
  const membership = h("div", { class: "row" });
  const body = h("div", {},
    h("h2", {}, "The bot's next call to Slack"),
    h("div", { class: "row" }, h("label", { for: "fault-target" }, "Call"), target),
    h("div", { class: "row" }, h("label", { for: "fault" }, "Meets"), fault),
    h("div", { class: "row" }, switchButton("Set", "fail_next", () => ({ target: target.value, fault: fault.value }), { class: "switch strong" })),
    h("h2", {}, "What people do next"),
    h("div", { class: "row" },
      switchButton("Deliver it twice", "slack", { switch: "redeliver" }),
      switchButton("Click twice", "slack", { switch: "double_click" })),
    h("h2", {}, "All of Slack"),
    h("div", { class: "row" },
      switchButton("Take Slack down", "slack", { switch: "down" }),
      switchButton("Everything as usual", "slack", { switch: "up" })),
    next,
    h("h2", {}, "The bot in this conversation"),
    membership);

  function draw() {
    if (!store.state) return;
    const { slack, bot } = store.state;
    if (!target.children.length) {
      target.append(...Object.entries(slack.targets).map(([value, name]) => h("option", { value }, name)));
      fault.append(...Object.entries(slack.faults).map(([value, name]) => h("option", { value }, name)));
    }
    const lines = [...slack.next];
    if (slack.down) lines.push("Slack is down");
    if (slack.redelivery) lines.push("The next action is delivered twice");
    if (slack.double_click) lines.push("The next click is two clicks");
    keyed(next, lines.length ? lines : ["Everything as usual"], (line) => line, (line) => h("li", {}, line));
    const shown = channel();
    const member = shown.members.includes(bot);
    keyed(membership, [{ id: shown.id, member }], (each) => each.id, (each) =>
      switchButton(each.member ? "Remove the bot" : "Invite the bot", "membership", { channel: each.id, member: !each.member }));
  }
  return { body, draw };
}
