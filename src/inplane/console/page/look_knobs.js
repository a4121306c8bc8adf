// The knobs of a picture that is already made: display gain, grey map, zoom.

import { byId, make, setText } from "./dom.js";
import { GAIN_LIMITS, MAPS, setGain, setMap } from "./look.js";
import { on, state } from "./store.js";
import { ZOOM_LIMITS, resetZoom, setZoom } from "./zoom.js";

/**
 * A row: label, slider, value.
 * @param {string} id
 * @param {string} name
 * @param {string} hint
 * @param {[number, number]} limits
 * @param {number} step
 * @param {(value: number) => void} set
 */
function row(id, name, hint, [low, high], step, set) {
  const input = make("input", { type: "range", id, min: String(low), max: String(high), step: String(step) });
  input.addEventListener("input", () => set(Number(input.value)));
  return make("div", { className: "knob" },
    make("label", { htmlFor: id }, name, make("small", null, hint)), input, make("output", { id: `${id}-value` }));
}

/** Builds the panel. */
export function buildLookKnobs() {
  const maps = make("select", { id: "look-map" }, ...MAPS.map(([value, words]) => make("option", { value }, words)));
  maps.addEventListener("change", () => setMap(maps.value));
  const whole = make("button", { type: "button", id: "zoom-reset" }, "Whole picture");
  whole.setAttribute("aria-keyshortcuts", "0");
  whole.addEventListener("click", resetZoom);
  byId("panel-picture", HTMLDivElement).append(
    make("h2", null, "Picture"),
    row("look-gain", "Gain", "display only", GAIN_LIMITS, 1, setGain),
    make("div", { className: "field" }, make("label", { htmlFor: "look-map" }, "Grey map"), maps),
    row("look-zoom", "Zoom", "wheel, drag", ZOOM_LIMITS, 0.1, (value) => setZoom(value)),
    make("div", { className: "choice" }, whole),
  );
  on("view", update);
  update();
}

/** Brings the knobs to the state. */
function update() {
  const { gain_db, map } = state.look;
  set("look-gain", gain_db, `${gain_db > 0 ? "+" : ""}${gain_db.toFixed(0).replace("-", "−")} dB`);
  set("look-zoom", state.zoom.scale, `${state.zoom.scale.toFixed(1)} x`);
  const maps = byId("look-map", HTMLSelectElement);
  if (maps.value !== map) maps.value = map;
}

/** @param {string} id @param {number} value @param {string} shown */
function set(id, value, shown) {
  const input = byId(id, HTMLInputElement);
  if (Number(input.value) !== value) input.value = String(value);
  input.setAttribute("aria-valuetext", shown);
  setText(byId(`${id}-value`, HTMLOutputElement), shown);
}
