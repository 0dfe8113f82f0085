// A button that turns a switch of the sandbox, and says so if it cannot.

import { control } from "../connection.js";
import { h } from "../dom.js";
import { toast } from "../toasts.js";

/** `details` may be a function of the moment. */
export function switchButton(label, name, details, attributes = {}) {
  return h("button", {
    type: "button", class: "switch", ...attributes,
    onclick: async () => {
      const answer = await control(name, typeof details === "function" ? details() : details);
      if (answer.error) toast(answer.error);
    },
  }, label);
}
