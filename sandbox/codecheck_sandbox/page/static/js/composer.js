// Where people type: a combobox that completes the bot's commands from its manifest.

import { act } from "./connection.js";
import { h } from "./dom.js";
import { store } from "./store.js";
import { toast } from "./toasts.js";

let number = 0;

export class Composer extends HTMLElement {
  #input;
  #menu;
  #choice = 0;

  /** Where it posts: a conversation, and a thread in it or null. */
  target = { channel: null, thread: null };

  connectedCallback() {
    if (this.#input) return;
    const id = `menu-${number++}`;
    this.#menu = h("ul", { id, role: "listbox", "aria-label": "Commands", hidden: true });
    this.#input = h("input", {
      type: "text", role: "combobox", autocomplete: "off", spellcheck: "false",
      "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": id,
      oninput: () => this.#suggest(), onkeydown: (event) => this.#key(event), onblur: () => this.#close(),
    });
    this.append(this.#menu, h("form", { onsubmit: (event) => { event.preventDefault(); this.#send(); } },
      this.#input, h("button", { type: "submit", class: "send", "aria-label": "Send" }, "➤")));
  }

  /** Set where it posts. */
  aim(target, label) {
    this.target = target;
    this.#input.placeholder = label;
    this.#input.setAttribute("aria-label", label);
  }

  /** Fill in a text, which the person can then send. */
  fill(text) {
    this.#input.value = text;
    this.#input.focus();
    this.#suggest();
  }

  focus() {
    this.#input?.focus();
  }

  get #offers() {
    const typed = this.#input.value;
    if (!typed.startsWith("/") || this.target.thread) return [];
    const words = typed.split(" ").length; // first the command, then its subcommands
    return store.state.completions.filter((each) => each.text.startsWith(typed) && each.text.split(" ").length === words);
  }

  #suggest() {
    const offers = this.#offers;
    this.#choice = Math.min(this.#choice, Math.max(offers.length - 1, 0));
    this.#menu.replaceChildren(...offers.map((each, index) =>
      h("li", {
        id: `${this.#menu.id}-${index}`, role: "option", "aria-selected": String(index === this.#choice),
        onmousedown: (event) => { event.preventDefault(); this.#take(each); },
      }, h("b", {}, each.text), " ", each.hint && h("span", { class: "hint" }, each.hint), " ", each.description && h("small", {}, each.description))));
    this.#menu.hidden = offers.length === 0;
    this.#input.setAttribute("aria-expanded", String(offers.length > 0));
    if (offers.length) this.#input.setAttribute("aria-activedescendant", `${this.#menu.id}-${this.#choice}`);
    else this.#input.removeAttribute("aria-activedescendant");
  }

  #close() {
    this.#menu.hidden = true;
    this.#choice = 0;
    this.#input.setAttribute("aria-expanded", "false");
    this.#input.removeAttribute("aria-activedescendant");
  }

  #take(each) {
    this.#input.value = `${each.text} `;
    this.#choice = 0;
    this.#suggest();
  }

  #key(event) {
    if (this.#menu.hidden) return;
    const offers = this.#offers;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) this.#choice = (this.#choice + step + offers.length) % offers.length;
    else if (event.key === "Tab" || (event.key === "Enter" && offers[this.#choice].text !== this.#input.value.trim())) this.#take(offers[this.#choice]);
    else if (event.key === "Escape") this.#close();
    else return;
    event.preventDefault();
    if (step) this.#suggest();
  }

  async #send() {
    const text = this.#input.value.trim();
    if (!text) return;
    this.#input.value = "";
    this.#close();
    const { channel, thread } = this.target;
    const answer = await act(store.state.me, "types", thread ? { channel, text, thread } : { channel, text });
    if (answer.error) toast(answer.error);
    else if (thread && answer.notice) toast(answer.notice);
  }
}

customElements.define("sandbox-composer", Composer);
