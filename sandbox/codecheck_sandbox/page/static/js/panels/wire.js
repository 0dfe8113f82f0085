// The wire: every request and its answer, newest first. Secrets were masked when they were recorded.

import { h, keyed } from "../dom.js";
import { store } from "../store.js";

export function wirePanel() {
  const list = h("ol", { class: "wire", "aria-label": "Requests, newest first" });
  const body = h("div", {}, h("p", { class: "about" }, "Signed headers as sent, secrets masked."), list);

  function draw() {
    const entries = [...store.wire].reverse();
    keyed(list, entries, (entry) => String(entry.number), drawEntry);
  }
  return { body, draw };
}

function drawEntry(entry) {
  const failed = entry.status >= 400 || /"ok": false/.test(entry.received);
  const headers = Object.entries(entry.headers).map(([name, value]) => `${name}: ${value}`).join("\n");
  return h("li", {}, h("details", {},
    h("summary", {},
      h("span", { class: "way" }, entry.way),
      h("span", { class: failed ? "status failed" : "status" }, entry.status ? String(entry.status) : "–"),
      h("b", {}, entry.what)),
    h("h3", {}, "Request"), h("pre", { tabindex: "0" }, [entry.address, headers, entry.sent].filter(Boolean).join("\n\n")),
    h("h3", {}, "Answer"), h("pre", { tabindex: "0" }, entry.received || "(empty)")));
}
