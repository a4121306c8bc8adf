// The names in the 3-D scene, by kind, each with its color and a box that shows or hides it.

import { make } from "./dom.js";
import { LOOKS, lookOf } from "./scene_data.js";
import { COLORS } from "./scene_parts.js";

/** @typedef {import("./scene_data.js").Surface} Surface */

/** Names that were switched off, kept from one patient to the next. @type {Set<string>} */
const off = new Set();

/** @param {string} name */
export const isOff = (name) => off.has(name);

/** @param {string} color */
function swatch(color) {
  const made = make("span", { className: "swatch" });
  made.style.background = color;
  made.setAttribute("aria-hidden", "true");
  return made;
}

/**
 * Fills the list.
 * @param {HTMLElement} list
 * @param {Surface[]} surfaces
 * @param {(name: string, shown: boolean) => void} show
 * @param {(name: string) => void} light "" for none
 */
export function fillList(list, surfaces, show, light) {
  const kinds = Object.keys(LOOKS).filter((look) => surfaces.some((surface) => surface.look === look));
  list.replaceChildren(
    ...kinds.map((look) => group(look, surfaces.filter((surface) => surface.look === look).map(({ name }) => name), show, light)),
    fixed(),
  );
}

/**
 * One kind: a box for all of it, and one each.
 * @param {string} look
 * @param {string[]} names
 * @param {(name: string, shown: boolean) => void} show
 * @param {(name: string) => void} light
 */
function group(look, names, show, light) {
  const { name: kind, color } = lookOf(look);
  const all = make("input", { type: "checkbox" });
  const boxes = names.map((name) => make("input", { type: "checkbox", name, checked: !off.has(name) }));
  const tell = () => {
    const shown = boxes.filter((box) => box.checked).length;
    all.checked = shown > 0;
    all.indeterminate = shown > 0 && shown < boxes.length;
  };
  /** @param {HTMLInputElement} box @param {boolean} checked */
  const set = (box, checked) => {
    box.checked = checked;
    if (checked) off.delete(box.name);
    else off.add(box.name);
    show(box.name, checked);
    tell();
  };
  all.addEventListener("change", () => {
    const checked = all.checked; // each box below brings this one up to date
    for (const box of boxes) set(box, checked);
  });
  const rows = boxes.map((box) => {
    const row = make("label", null, box, swatch(color), box.name);
    box.addEventListener("change", () => set(box, box.checked));
    row.addEventListener("pointerenter", () => light(box.name));
    row.addEventListener("pointerleave", () => light(""));
    box.addEventListener("focus", () => light(box.name));
    box.addEventListener("blur", () => light(""));
    return make("li", null, row);
  });
  tell();
  return make("li", null, make("label", { className: "kind" }, all, kind), make("ul", null, ...rows));
}

/** What is always there. */
function fixed() {
  /** @type {[string, string][]} */
  const words = [[COLORS.plane, "Imaging plane with the picture"], [COLORS.marker, "Probe, its marker"], [COLORS.needle, "Needle, thicker than it is; ball: tip"], [COLORS.target, "Target (cross)"]];
  return make("li", null, make("span", { className: "kind" }, "Always shown"),
    make("ul", null, ...words.map(([color, word]) => make("li", null, make("span", { className: "row-words" }, swatch(color), word)))));
}
