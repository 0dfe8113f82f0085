// Block Kit -> DOM, as Slack draws it. `press(button)` is called with an element's JSON once any confirm dialog is past.

import { h } from "./dom.js";
import { mrkdwn, plain } from "./mrkdwn.js";

const text = (object) => (object.type === "mrkdwn" ? mrkdwn(object.text) : plain(object.text));

const BLOCKS = {
  __proto__: null,
  section: (block, press) =>
    h("div", { class: "section" },
      h("div", { class: "section-body" },
        block.text && h("div", { class: "text" }, text(block.text)),
        block.fields && h("div", { class: "fields" }, block.fields.map((field) => h("div", { class: "text" }, text(field))))),
      block.accessory && element(block.accessory, press)),
  header: (block) => h("h3", { class: "block-header" }, plain(block.text.text)),
  divider: () => h("hr"),
  context: (block) =>
    h("div", { class: "context" }, block.elements.map((each) => (each.type === "image" ? image(each) : h("span", { class: "text" }, text(each))))),
  actions: (block, press) => h("div", { class: "actions" }, block.elements.map((each) => element(each, press))),
  image: (block) => h("figure", {}, block.title && h("figcaption", {}, plain(block.title.text)), image(block)),
  input: (block, press, error) => input(block, error),
};

/** The blocks of a message or a modal; `errors` by block_id. */
export const drawBlocks = (blocks, press, errors = {}) =>
  h("div", { class: "blocks" }, blocks.map((block) => BLOCKS[block.type](block, press, Object.hasOwn(errors, block.block_id) && errors[block.block_id])));

// Nothing is loaded from elsewhere: a picture is shown as its alternative text.
const image = (each) => h("span", { class: "picture", role: "img", "aria-label": each.alt_text, title: each.image_url }, `🖼 ${each.alt_text}`);

function element(each, press) {
  if (each.type === "image") return image(each);
  if (each.type !== "button") return select(each, { disabled: true, "aria-label": each.placeholder?.text ?? "Menu" });
  return h("button", {
    type: "button",
    class: `block-button ${each.style ?? ""}`,
    "aria-label": each.accessibility_label, // read out in place of the text, as in Slack
    "data-action": each.action_id,
    onclick: (event) => press(each, event.currentTarget),
  }, plain(each.text.text));
}

let inputs = 0;

function input(block, error) {
  const id = `input-${inputs++}`;
  const each = block.element;
  const attributes = {
    id,
    "data-block": block.block_id,
    "aria-describedby": [block.hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ") || undefined,
    "aria-invalid": error ? "true" : undefined,
    "aria-required": block.optional ? undefined : "true",
    required: !block.optional,
  };
  return h("div", { class: error ? "input invalid" : "input" },
    h("label", { for: id }, plain(block.label.text), block.optional && h("span", { class: "optional" }, " (optional)")),
    each.type === "plain_text_input" ? field(each, attributes) : select(each, attributes),
    error && h("p", { class: "error", id: `${id}-error` }, error),
    block.hint && h("p", { class: "hint", id: `${id}-hint` }, plain(block.hint.text)));
}

const field = (each, attributes) =>
  h(each.multiline ? "textarea" : "input", {
    ...attributes,
    type: each.multiline ? undefined : "text",
    autocomplete: "off",
    spellcheck: "false",
    placeholder: each.placeholder?.text,
    minlength: each.min_length,
    maxlength: each.max_length,
    value: each.initial_value ?? "",
  });

const select = (each, attributes) =>
  h("select", attributes, h("option", { value: "" }, each.placeholder?.text ?? "Choose…"), each.options.map((option) => h("option", {}, option.text.text)));
