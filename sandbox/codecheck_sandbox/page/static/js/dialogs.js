// Overlays: modals that the bot opens, and the confirm dialogs of its buttons.

import { drawBlocks } from "./blocks.js";
import { act } from "./connection.js";
import { h } from "./dom.js";
import { plain, mrkdwn } from "./mrkdwn.js";
import { store, watch } from "./store.js";

const text = (object) => (object.type === "mrkdwn" ? mrkdwn(object.text) : plain(object.text));

/** Ask as a button's `confirm` object says; true if the person confirms. */
export function confirmed(asked) {
  return new Promise((resolve) => {
    const dialog = h("dialog", { class: "confirm", "aria-labelledby": "confirm-title" },
      h("h2", { id: "confirm-title" }, text(asked.title)),
      h("div", { class: "text" }, text(asked.text)),
      h("div", { class: "buttons" },
        h("button", { type: "button", class: "block-button", onclick: () => dialog.close("no") }, asked.deny.text),
        h("button", { type: "button", class: `block-button ${asked.style ?? "primary"}`, onclick: () => dialog.close("yes") }, asked.confirm.text)));
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

class Dialogs extends HTMLElement {
  #shown = null; // the view on top, as JSON
  #dialog = null;

  connectedCallback() {
    watch(({ state }) => this.#draw(state.views.at(-1) ?? null));
  }

  #draw(view) {
    const print = JSON.stringify(view);
    if (print === this.#shown) return;
    const typed = new Map(view && this.#dialog?.dataset.view === view.id ? this.#values() : []);
    this.#shown = print;
    this.#dialog?.remove();
    this.#dialog = view && this.#modal(view);
    if (!view) return;
    this.append(this.#dialog);
    for (const input of this.#inputs()) if (typed.has(input.dataset.block)) input.value = typed.get(input.dataset.block);
    this.#dialog.showModal();
    (this.#dialog.querySelector("[aria-invalid]") ?? this.#inputs()[0])?.focus();
  }

  #modal(view) {
    const close = () => act(store.state.me, "closes", { view: view.id });
    return h("dialog", { class: "modal", "data-view": view.id, "aria-labelledby": "modal-title", oncancel: (event) => { event.preventDefault(); close(); } },
      h("form", { novalidate: false, onsubmit: (event) => { event.preventDefault(); this.#submit(view); } },
        h("header", {}, h("h2", { id: "modal-title" }, view.title), h("button", { type: "button", class: "close", "aria-label": "Close", onclick: close }, "✕")),
        h("div", { class: "modal-body" },
          h("p", { class: "modal-error", role: "alert", hidden: true }),
          drawBlocks(view.blocks, (button) => act(store.state.me, "presses_in_view", { view: view.id, action_id: button.action_id }), view.errors)),
        h("footer", {},
          h("button", { type: "button", class: "block-button", onclick: close }, view.close ?? "Close"),
          view.submit && h("button", { type: "submit", class: "block-button primary" }, view.submit))));
  }

  async #submit(view) {
    const answer = await act(store.state.me, "submits", { view: view.id, values: Object.fromEntries(this.#values()) });
    const line = this.#dialog?.querySelector(".modal-error");
    if (!line) return;
    line.textContent = answer.error || answer.notice || "";
    line.hidden = !line.textContent;
  }

  #inputs() {
    return [...(this.#dialog?.querySelectorAll("[data-block]") ?? [])];
  }

  #values() {
    return this.#inputs().map((input) => [input.dataset.block, input.value]);
  }
}

customElements.define("sandbox-dialogs", Dialogs);
