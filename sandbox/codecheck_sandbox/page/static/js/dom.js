// Elements without innerHTML: text from outside can never become markup.

/** Make an element: `h("button", {class: "primary", onclick}, "Send")`. Falsy children are left out. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value") element.value = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child || child === 0));
  return element;
}

/** The control of an action in a redrawn element, so that an edit does not lose the focus. */
const sameControl = (made, focused) => focused.dataset.action && [...made.querySelectorAll("[data-action]")].find((each) => each.dataset.action === focused.dataset.action);

/** Bring the children of `parent` in line with `items`; an item whose data has not changed keeps its element and its focus. */
export function keyed(parent, items, key, build) {
  const standing = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  let place = parent.firstElementChild;
  for (const item of items) {
    const name = key(item);
    const print = JSON.stringify(item);
    let element = standing.get(name);
    standing.delete(name);
    if (!element || element.dataset.print !== print) {
      const made = build(item);
      made.dataset.key = name;
      made.dataset.print = print;
      if (element) {
        const focused = element.contains(document.activeElement) && document.activeElement;
        if (element === place) place = made;
        element.replaceWith(made);
        if (focused) (sameControl(made, focused) ?? made).focus();
      }
      element = made;
    }
    if (element === place) place = place.nextElementSibling;
    else parent.insertBefore(element, place);
  }
  for (const gone of standing.values()) gone.remove();
}
