// A button that sets something in the sandbox, and reports if that fails.

import { control } from "../connection.js";
import { h } from "../dom.js";
import { toast } from "../toasts.js";

/** `details` may be a function that is called at each click. */
export function switchButton(label, name, details, attributes = {}) {
  return h("button", {
    type: "button", class: "switch", ...attributes,
    onclick: async () => {
      const answer = await control(name, typeof details === "function" ? details() : details);
      if (answer.error) toast(answer.error);
    },
  }, label);
}
