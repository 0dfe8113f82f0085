// Processes: two replicas of the bot and its Redis, killed and started; and the time that they go by.

import { h, keyed } from "../dom.js";
import { store } from "../store.js";
import { switchButton } from "./switch.js";

export function processesPanel() {
  const list = h("ul", { class: "processes" });
  const leases = switchButton("Let 40 s pass", "time", { up: "leases" });
  const body = h("div", {},
    h("h2", {}, "Processes"), list,
    h("h2", {}, "Time"),
    h("div", { class: "row" }, switchButton("Let the prompt expire now", "time", { up: "prompts" }), switchButton("Let the grace end now", "time", { up: "graces" })),
    h("p", { class: "about" }, "Moves the deadline of every request that waits for a click, or that can still be stopped, in the sandbox's own Redis: what the bot finds there is what it would find once the time is up."),
    h("div", { class: "row" }, leases),
    h("p", { class: "about" }, "So long a killed process's work is left alone before another one takes it up. Only while no bot runs: a living one has clocks of its own."));

  function draw() {
    if (!store.state) return;
    const { replicas, redis } = store.state.processes;
    keyed(list, [...replicas, { name: "redis", running: redis }], (each) => each.name, drawProcess);
    leases.disabled = replicas.some((each) => each.running) || !redis;
  }
  return { body, draw };
}

function drawProcess(each) {
  const name = each.name === "redis" ? "Redis" : `Bot, ${each.name}`;
  const stop = each.name === "redis" ? "Stop" : "kill -9";
  return h("li", { class: each.running ? "running" : "", tabindex: "-1" },
    h("b", {}, name),
    h("span", { class: "state" }, each.running ? (each.pid ? `runs, process ${each.pid}` : "runs") : "does not run"),
    switchButton(each.running ? stop : "Start", "process", { name: each.name, running: !each.running }, { "aria-label": `${each.running ? stop : "Start"} ${name}` }));
}
