// The scanner's choices that are no sliders: mode, harmonic, virtual convex, compounding, grey map.

import { byId, make } from "./dom.js";
import { setCompound, setGreyMap, setSwitch, toggleMode } from "./move.js";
import { state } from "./store.js";

/** @type {[import("./move.js").Mode, string, string][]} mode, what stands on its button, its key */
const MODES = [["b", "B", "B"], ["color", "Color", "C"], ["power", "Power", "W"], ["m", "M", "M"], ["pw", "PW", "D"]];
const MAPS = [["soft", "Soft"], ["standard", "Standard"], ["contrast", "Contrast"], ["linear", "Linear"]];

/** One button a mode. */
export function modeButtons() {
  const group = make("div", { className: "choice modes" });
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", "Mode");
  for (const [mode, name, key] of MODES) {
    const choice = make("button", { type: "button", id: `mode-${mode}` }, name);
    choice.setAttribute("aria-keyshortcuts", key);
    choice.addEventListener("click", () => toggleMode(mode));
    group.append(choice);
  }
  return group;
}

/** Two switches and two lists. */
export function buildChoices() {
  return [
    row("harmonic", "Harmonic", toggle("harmonic")),
    row("virtual_convex", "Virtual convex", toggle("virtual_convex")),
    row("compound_angles", "Compound", list("compound_angles", [["1", "off"], ["3", "3 angles"], ["5", "5 angles"]], (value) => setCompound(Number(value)))),
    row("grey_map", "Grey map", list("grey_map", MAPS, setGreyMap)),
  ];
}

/** @param {string} key @param {string} name @param {HTMLElement} control */
function row(key, name, control) {
  return make("div", { className: "knob" }, make("label", { htmlFor: `scanner-${key}` }, name), control);
}

/** @param {"harmonic" | "virtual_convex"} key */
function toggle(key) {
  const box = make("input", { type: "checkbox", id: `scanner-${key}` });
  box.addEventListener("change", () => setSwitch(key, box.checked));
  return box;
}

/** @param {string} key @param {string[][]} options @param {(value: string) => void} set */
function list(key, options, set) {
  const select = make("select", { id: `scanner-${key}` }, ...options.map(([value, name]) => make("option", { value }, name)));
  select.addEventListener("change", () => set(select.value));
  return select;
}

/** Brings them to the state. */
export function updateChoices() {
  const scanner = state.hands?.scanner;
  if (!scanner) return;
  for (const [mode] of MODES) byId(`mode-${mode}`, HTMLButtonElement).setAttribute("aria-pressed", String(scanner.mode === mode));
  for (const key of /** @type {const} */ (["harmonic", "virtual_convex"])) byId(`scanner-${key}`, HTMLInputElement).checked = scanner[key];
  byId("scanner-compound_angles", HTMLSelectElement).value = String(scanner.compound_angles);
  byId("scanner-grey_map", HTMLSelectElement).value = scanner.grey_map;
}
