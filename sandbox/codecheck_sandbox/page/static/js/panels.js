// The switches beside the conversation, one tab each.

import { h } from "./dom.js";
import { watch } from "./store.js";
import { blockKitPanel } from "./panels/block-kit.js";
import { codeartsPanel } from "./panels/codearts.js";
import { processesPanel } from "./panels/processes.js";
import { slackPanel } from "./panels/slack.js";
import { wirePanel } from "./panels/wire.js";

// name -> function that returns { body, draw }: an element, and a function that updates it
const PANELS = { "CodeArts Check": codeartsPanel, Slack: slackPanel, Processes: processesPanel, Wire: wirePanel, "Block Kit": blockKitPanel };

class Panels extends HTMLElement {
  #chosen = 0;
  #panels = [];
  #tabs = [];

  connectedCallback() {
    for (const [index, [name, make]] of Object.entries(PANELS).entries()) {
      this.#panels.push(make());
      this.#tabs.push(h("button", { type: "button", role: "tab", id: `tab-${index}`, "aria-controls": `panel-${index}`, onclick: () => this.#choose(index) }, name));
    }
    this.append(
      h("div", { role: "tablist", "aria-label": "Controls of the sandbox", onkeydown: (event) => this.#key(event) }, this.#tabs),
      ...this.#panels.map(({ body }, index) => h("section", { role: "tabpanel", id: `panel-${index}`, "aria-labelledby": `tab-${index}`, tabindex: "0" }, body)));
    this.#choose(0);
    watch(() => this.#panels[this.#chosen].draw());
  }

  #choose(index) {
    this.#chosen = index;
    this.#tabs.forEach((tab, each) => {
      tab.setAttribute("aria-selected", String(each === index));
      tab.tabIndex = each === index ? 0 : -1;
    });
    this.querySelectorAll("[role=tabpanel]").forEach((panel, each) => { panel.hidden = each !== index; });
    this.#panels[index].draw();
  }

  #key(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    this.#choose((this.#chosen + step + this.#tabs.length) % this.#tabs.length);
    this.#tabs[this.#chosen].focus();
  }
}

customElements.define("sandbox-panels", Panels);
