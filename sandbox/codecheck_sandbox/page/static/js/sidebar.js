// Conversations on the left, and above them the person to act as.

import { h, keyed } from "./dom.js";
import { avatar } from "./message.js";
import { change, channelName, store, user, watch } from "./store.js";

class Sidebar extends HTMLElement {
  connectedCallback() {
    this.append(h("nav", { "aria-label": "Conversations" }, h("h2", {}, "Channels"), h("ul", { class: "channels" }), h("h2", {}, "Direct messages"), h("ul", { class: "dms" })));
    watch(({ state, channel }) => {
      const lines = state.channels.map((each) => ({
        id: each.id, name: channelName(each), kind: each.kind, current: each.id === channel,
        unread: Math.max(each.items.length - (store.read[each.id] ?? 0), 0),
      }));
      keyed(this.querySelector(".channels"), lines.filter((line) => line.kind !== "dm"), (line) => line.id, drawLine);
      keyed(this.querySelector(".dms"), lines.filter((line) => line.kind === "dm"), (line) => line.id, drawLine);
    });
  }
}

const drawLine = (line) =>
  h("li", {}, h("button", {
    type: "button", class: line.unread && !line.current ? "unread" : "", "aria-current": line.current ? "page" : undefined,
    onclick: () => { document.body.classList.remove("sidebar-open"); change({ channel: line.id, thread: null, home: false }); },
  }, h("span", { class: "sign", "aria-hidden": "true" }, { public: "#", private: "🔒", dm: "●" }[line.kind]), line.name,
  line.unread && !line.current ? h("span", { class: "count", "aria-label": `${line.unread} unread` }, String(line.unread)) : null));

class Top extends HTMLElement {
  #people = "";

  connectedCallback() {
    this.append(
      h("button", { type: "button", class: "menu", "aria-label": "Conversations", onclick: () => document.body.classList.toggle("sidebar-open") }, "☰"),
      h("span", { class: "workspace" }, "Sandbox", h("small")),
      h("label", { class: "acting" }, h("span", {}, "Acting as"), h("select", { onchange: (event) => this.dispatchEvent(new CustomEvent("person", { bubbles: true, detail: event.target.value })) })),
      h("button", { type: "button", class: "panels-toggle", onclick: () => document.body.classList.toggle("panels-open") }, "Controls"));
    watch(({ state }) => {
      const select = this.querySelector("select");
      const people = state.people.filter((person) => person.about);
      if (this.#people !== JSON.stringify(people)) {
        this.#people = JSON.stringify(people);
        select.replaceChildren(...people.map((person) => h("option", { value: person.id }, `${person.name}: ${person.about}`)));
      }
      select.value = state.me;
      this.querySelector("small").textContent = ` · ${state.transport}`;
      this.querySelector(".avatar")?.remove();
      this.querySelector(".acting").prepend(avatar(user(state.me).id));
    });
  }
}

customElements.define("sandbox-sidebar", Sidebar);
customElements.define("sandbox-top", Top);
