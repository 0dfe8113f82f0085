// Block Kit: what Slack would show, and what it would refuse, with the reason.

import { control } from "../connection.js";
import { h, keyed } from "../dom.js";
import { store } from "../store.js";
import { toast } from "../toasts.js";

const EXAMPLE = [
  { type: "header", text: { type: "plain_text", text: "Try it" } },
  { type: "section", text: { type: "mrkdwn", text: "*Blocks* or a _modal_, as the bot would send them." } },
];

export function blockKitPanel() {
  const typed = h("textarea", { id: "block-kit", rows: "14", spellcheck: "false", value: JSON.stringify(EXAMPLE, null, 2) });
  const refused = h("ul", { class: "refusals", "aria-label": "Refused so far" });
  const body = h("div", {},
    h("h2", {}, "Try Block Kit"),
    h("label", { for: "block-kit" }, "An array of blocks, or a modal"),
    typed,
    h("div", { class: "row" }, h("button", { type: "button", class: "switch strong", onclick: send }, "Send as the bot")),
    h("h2", {}, "Refused by Slack"),
    refused);

  async function send() {
    try {
      const payload = JSON.parse(typed.value);
      const answer = await control("try_blocks", { by: store.state.me, channel: store.channel, payload });
      if (answer.error) toast(answer.error);
    } catch (error) {
      toast(`This is not valid JSON: ${error.message}`);
    }
  }

  function draw() {
    if (!store.state) return;
    keyed(refused, [...store.state.refusals].reverse(), (each) => each.ts, (each) => h("li", {}, each.text));
  }
  return { body, draw };
}
