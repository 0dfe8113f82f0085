// Short notices at the edge of the page, which disappear by themselves.

import { h } from "./dom.js";

const SECONDS = 8;

export function toast(text) {
  const note = h("p", {}, text);
  document.getElementById("toasts").append(note);
  setTimeout(() => note.remove(), SECONDS * 1_000);
}
