// Processes: two replicas of the bot and its Redis, killed and started; and their time.

import { h, keyed } from "../dom.js";
import { store } from "../store.js";
import { switchButton } from "./switch.js";

const SPANS = { "1 minute": 60, "10 minutes": 600, "8 hours": 28_800 };

export function processesPanel() {
  const list = h("ul", { class: "processes" });
  const spans = Object.entries(SPANS).map(([name, seconds]) => switchButton(`Let ${name} pass`, "time", { seconds }));
  const body = h("div", {},
    h("h2", {}, "Processes"), list,
    h("h2", {}, "Time"),
    h("div", { class: "row" }, spans),
    h("p", { class: "about" }, "Prompts expire, grace periods end, and after a minute another process takes over what a killed one left."));

  function draw() {
    if (!store.state) return;
    const { replicas, redis } = store.state.processes;
    keyed(list, [...replicas, { name: "redis", running: redis }], (each) => each.name, drawProcess);
    for (const span of spans) span.disabled = !redis;
  }
  return { body, draw };
}

function drawProcess(each) {
  const name = each.name === "redis" ? "Redis" : `Bot, ${each.name}`;
  const stop = each.name === "redis" ? "Stop" : "kill -9";
  return h("li", { class: each.running ? "running" : "", tabindex: "-1" },
    h("b", {}, name),
    h("span", { class: "state" }, each.running ? (each.pid ? `running, process ${each.pid}` : "running") : "not running"),
    switchButton(each.running ? stop : "Start", "process", { name: each.name, running: !each.running }, { "aria-label": `${each.running ? stop : "Start"} ${name}` }));
}
