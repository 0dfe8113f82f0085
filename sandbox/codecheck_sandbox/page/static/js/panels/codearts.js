// CodeArts Check: its tasks now, and what it answers next.

import { h, keyed } from "../dom.js";
import { store } from "../store.js";
import { switchButton } from "./switch.js";

export function codeartsPanel() {
  const tasks = h("ul", { class: "tasks" });
  const to = h("select", { id: "answer-to" }, h("option", { value: "DELETE" }, "the next DELETE"), h("option", { value: "GET" }, "the next look-up"));
  const offer = h("select", { id: "answer-offer" });
  const next = h("ul", { class: "next", "aria-label": "Answers set" });
  const body = h("div", {},
    h("h2", {}, "What to answer next"),
    h("div", { class: "row" }, h("label", { for: "answer-to" }, "To"), to),
    h("div", { class: "row" }, h("label", { for: "answer-offer" }, "Answer"), offer),
    h("div", { class: "row" },
      switchButton("Set", "answer_next", () => ({ to: to.value, offer: offer.value }), { class: "switch strong" }),
      switchButton("Everything as usual", "answer_next", {})),
    next,
    h("h2", {}, "Tasks"),
    tasks);

  function draw() {
    if (!store.state) return;
    const { codearts } = store.state;
    if (!offer.children.length) {
      offer.append(...codearts.offered.map((group) =>
        h("optgroup", { label: group.group }, group.offers.map((each) => h("option", { value: each.key }, each.name)))));
    }
    const lines = Object.entries(codearts.next).flatMap(([method, names]) => names.map((name) => `Next ${method}: ${name}`));
    if (codearts.unanswered) lines.push(`${codearts.unanswered} request(s) wait for an answer`);
    keyed(next, lines.length ? lines : ["Everything as usual"], (line) => line, (line) => h("li", {}, line));
    const gone = codearts.gone.map((task) => ({ ...task, state: "gone" }));
    keyed(tasks, [...codearts.tasks, ...gone], (task) => `${task.state} ${task.id}`, drawTask);
  }
  return { body, draw };
}

function drawTask(task) {
  if (task.state === "gone") {
    return h("li", { class: "task gone" }, h("b", {}, task.name), h("span", { class: "state" }, `deleted by ${task.operator}`), h("code", {}, task.id));
  }
  const issues = task.issues.reduce((sum, count) => sum + count, 0);
  const branches = task.branches === 1 ? task.branch : `${task.branch} and ${task.branches - 1} more`;
  return h("li", { class: "task" },
    h("b", {}, task.name), task.state === "running" && h("span", { class: "state running" }, "being checked"),
    h("p", {}, `${task.project} · ${branches} · ${issues} issues`),
    h("code", {}, task.id),
    h("div", { class: "row" },
      h("button", {
        type: "button", class: "switch", "aria-label": `Ask to delete ${task.name}`,
        onclick: () => {
          document.body.classList.remove("panels-open");
          document.querySelector("sandbox-conversation sandbox-composer").fill(`/codecheck delete ${task.id}`);
        },
      }, "Ask to delete…"),
      switchButton(task.state === "running" ? "End check" : "Start check", "change_task", { task: task.id, what: "check" }),
      switchButton("Change branch", "change_task", { task: task.id, what: "branch" })));
}
