// Small helpers around the document.

/**
 * The element of that id, which index.html has.
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} kind
 * @returns {T}
 */
export function byId(id, kind) {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`No ${kind.name} with id ${id}.`);
  return found;
}

/** @param {string} id */
export const button = (id) => byId(id, HTMLButtonElement);

/** @param {string} id */
export const range = (id) => byId(id, HTMLInputElement);

/**
 * A new element with properties and children.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Partial<HTMLElementTagNameMap[K]> | null} [props]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function make(tag, props, ...children) {
  const element = document.createElement(tag);
  if (props) Object.assign(element, props);
  element.append(...children);
  return element;
}

/**
 * Sets text only where it differs, so that nothing is laid out or announced in vain.
 * @param {HTMLElement} element
 * @param {string} text
 */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Replaces children only where `key` differs from the last one.
 * @param {HTMLElement} element
 * @param {string} key
 * @param {() => Node[]} build
 */
export function setChildren(element, key, build) {
  if (element.dataset.key === key) return;
  element.dataset.key = key;
  element.replaceChildren(...build());
}

/**
 * Says something to a screen reader, politely.
 * @param {string} text
 */
export function say(text) {
  setText(byId("say", HTMLParagraphElement), text);
}

/**
 * @param {number} value
 * @param {number} low
 * @param {number} high
 */
export const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

/**
 * Seconds as 1:05.
 * @param {number} seconds
 */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
