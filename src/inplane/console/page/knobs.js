// The panels of sliders: probe, needle, scanner, TGC. Native range inputs with labels; they follow the state.

import { byId, make, setText } from "./dom.js";
import { on, state } from "./store.js";
import {
  boxed, boxMiddle, gated, inserted, knobLimits, listensTo, moveBox, moveGate, needleLimits, prfLimit, probeLimits, setEnd, setKnob, setNeedle,
  setProbe, setTgc,
} from "./move.js";
import { buildChoices, modeButtons, updateChoices } from "./choices.js";

/**
 * @typedef {object} Knob
 * @property {string} id
 * @property {string} name
 * @property {string} [hint] a second, smaller line
 * @property {number} step
 * @property {(value: number) => string} show
 * @property {() => number} get
 * @property {(value: number) => void} set
 * @property {() => [number, number]} limits
 * @property {() => boolean} [locked]
 * @property {() => boolean} [hidden]
 */

/** @param {number} digits @param {string} unit @returns {(value: number) => string} */
const unit = (digits, unit) => (value) => `${value.toFixed(digits).replace("-", "−")} ${unit}`;

/** @type {Knob[]} */
const all = [];

/** @param {import("./move.js").ProbeKey} key @param {string} name @param {string} hint @param {number} step @param {(v: number) => string} show */
const probeKnob = (key, name, hint, step, show) => knob({
  id: `probe-${key}`, name, hint, step, show,
  get: () => state.hands?.probe[key] ?? 0, set: (value) => setProbe(key, value), limits: () => probeLimits(key),
});

/** @param {import("./move.js").NeedleKey} key @param {string} name @param {string} hint @param {number} step @param {(v: number) => string} show */
const needleKnob = (key, name, hint, step, show) => knob({
  id: `needle-${key}`, name, hint, step, show,
  get: () => state.hands?.needle[key] ?? 0, set: (value) => setNeedle(key, value), limits: () => needleLimits(key),
  locked: () => inserted() && (key === "distance_mm" || key === "offset_mm"),
});

/** Whether there is Doppler at all. */
const doppler = () => boxed() || state.hands?.scanner.mode === "pw";

/** @param {import("./move.js").KnobKey} key @param {string} name @param {number} step @param {(v: number) => string} show @param {() => boolean} [when] */
const scannerKnob = (key, name, step, show, when) => knob({
  id: `scanner-${key}`, name, step, show,
  get: () => state.hands?.scanner[key] ?? 0, set: (value) => setKnob(key, value), limits: () => knobLimits(key),
  hidden: () => when !== undefined && !when(),
});

/** @param {"x" | "y"} axis @param {string} name @param {() => [number, number]} limits */
const boxKnob = (axis, name, limits) => knob({
  id: `box-${axis}`, name, hint: axis === "x" ? "to the marker" : "depth", step: 0.5, show: unit(0, "mm"), limits,
  get: () => boxMiddle(axis),
  set: (value) => moveBox(axis === "x" ? value - boxMiddle("x") : 0, axis === "y" ? value - boxMiddle("y") : 0),
  hidden: () => !boxed(),
});

/** @param {0 | 1} axis @param {string} hint @param {() => [number, number]} limits */
const gateKnob = (axis, hint, limits) => knob({
  id: `gate-${axis === 0 ? "x" : "y"}`, name: "Gate", hint, step: 0.5, show: unit(1, "mm"), limits,
  get: () => state.hands?.scanner.gate_mm[axis] ?? 0,
  set: (value) => {
    const by = value - (state.hands?.scanner.gate_mm[axis] ?? 0);
    moveGate(axis === 0 ? by : 0, axis === 1 ? by : 0);
  },
  hidden: () => !gated(),
});

/**
 * A row: label, slider, value.
 * @param {Knob} spec
 */
function knob(spec) {
  all.push(spec);
  const input = make("input", { type: "range", id: spec.id, step: String(spec.step) });
  input.addEventListener("input", () => spec.set(Number(input.value)));
  const text = make("label", { htmlFor: spec.id }, spec.name);
  if (spec.hint) text.append(make("small", null, spec.hint));
  return make("div", { className: "knob", id: `${spec.id}-row` }, text, input, make("output", { id: `${spec.id}-value` }));
}

/** Builds the panels. */
export function buildKnobs() {
  byId("panel-probe", HTMLDivElement).append(
    probeKnob("x_mm", "Slide", "to the left", 0.5, unit(0, "mm")),
    probeKnob("z_mm", "Slide", "to the head", 0.5, unit(0, "mm")),
    probeKnob("rotate_deg", "Rotate", "marker", 1, unit(0, "°")),
    probeKnob("tilt_deg", "Tilt", "", 1, unit(0, "°")),
    probeKnob("rock_deg", "Rock", "", 1, unit(0, "°")),
    probeKnob("press_n", "Press", "", 0.5, unit(1, "N")),
  );
  const ends = make("div", { className: "choice" });
  ends.setAttribute("role", "group");
  ends.setAttribute("aria-label", "End of the probe at which the needle enters");
  for (const end of /** @type {const} */ (["marker", "other"])) {
    const choice = make("button", { type: "button", id: `end-${end}` });
    choice.addEventListener("click", () => setEnd(end));
    ends.append(choice);
  }
  byId("panel-needle", HTMLDivElement).append(
    ends,
    needleKnob("distance_mm", "Distance", "from the edge", 0.5, unit(1, "mm")),
    needleKnob("steepness_deg", "Steepness", "", 0.5, unit(1, "°")),
    needleKnob("offset_mm", "Beside", "the plane", 0.5, unit(1, "mm")),
    needleKnob("yaw_deg", "Yaw", "out of plane", 0.5, unit(1, "°")),
    needleKnob("bevel_deg", "Bevel", "0 = up", 5, unit(0, "°")),
    make("p", { className: "note", id: "needle-note" }),
  );
  const pulsed = () => state.hands?.scanner.mode === "pw";
  byId("panel-scanner", HTMLDivElement).append(
    modeButtons(),
    scannerKnob("depth_mm", "Depth", 5, (value) => `${(value / 10).toFixed(1)} cm`),
    scannerKnob("gain_db", "Gain", 1, unit(0, "dB")),
    scannerKnob("frequency_mhz", "Frequency", 0.5, unit(1, "MHz")),
    scannerKnob("focus_mm", "Focus", 1, (value) => `${(value / 10).toFixed(1)} cm`),
    scannerKnob("dynamic_range_db", "Range", 1, unit(0, "dB")),
    scannerKnob("prf_hz", "Scale (PRF)", 50, (value) => `${(value / 1000).toFixed(2)} kHz`, doppler),
    make("p", { className: "note", id: "prf-note" }),
    scannerKnob("color_gain_db", "Doppler gain", 1, unit(0, "dB"), doppler),
    boxKnob("x", "Color box", () => [-20, 20]),
    boxKnob("y", "Color box", () => [0, state.hands?.scanner.depth_mm ?? 40]),
    gateKnob(0, "to the marker", () => [-20, 20]),
    gateKnob(1, "depth", () => [1, (state.hands?.scanner.depth_mm ?? 40) - 1]),
    scannerKnob("gate_length_mm", "Gate length", 0.5, unit(1, "mm"), pulsed),
    scannerKnob("gate_angle_deg", "Angle", 1, unit(0, "°"), pulsed),
    scannerKnob("color_steer_deg", "Steer", 1, unit(0, "°"), doppler),
    ...buildChoices(),
    scannerKnob("needle_steer_deg", "Needle beam", 1, unit(0, "°")),
    scannerKnob("persistence", "Persist", 0.05, (value) => `${(100 * value).toFixed(0)} %`),
    scannerKnob("edge_enhancement", "Edges", 0.05, (value) => `${(100 * value).toFixed(0)} %`),
    scannerKnob("speckle_reduction", "Speckle reduction", 0.05, (value) => `${(100 * value).toFixed(0)} %`),
    scannerKnob("transmit_db", "Transmit", 1, unit(0, "dB")),
  );
  byId("panel-tgc", HTMLDivElement).append(...Array.from({ length: 8 }, (_, slider) => knob({
    id: `tgc-${slider}`, name: `TGC ${slider + 1}`, hint: slider === 0 ? "near" : slider === 7 ? "far" : "",
    step: 1, show: unit(0, "dB"),
    get: () => state.hands?.scanner.tgc_db[slider] ?? 0, set: (value) => setTgc(slider, value), limits: () => [-20, 20],
  })));
  on("hands", update);
  on("view", update);
  on("event", update);
}

/** Brings every slider to the state. */
function update() {
  for (const spec of all) {
    const input = byId(spec.id, HTMLInputElement);
    const [low, high] = spec.limits();
    input.min = String(low);
    input.max = String(high);
    if (Number(input.value) !== spec.get()) input.value = String(spec.get());
    const shown = spec.show(spec.get());
    input.setAttribute("aria-valuetext", shown);
    setText(byId(`${spec.id}-value`, HTMLOutputElement), shown);
    input.disabled = spec.locked?.() ?? false;
    byId(`${spec.id}-row`, HTMLDivElement).hidden = spec.hidden?.() ?? false;
  }
  updateEnds();
  updateChoices();
  const held = doppler() && (state.hands?.scanner.prf_hz ?? 0) >= prfLimit();
  byId("prf-note", HTMLParagraphElement).hidden = !held;
  setText(byId("prf-note", HTMLParagraphElement), `Held at c / 2D: echoes must return from ${(listensTo() / 10).toFixed(1)} cm before the next pulse.`);
}

/** Names the probe's ends as the patient has them: lateral, medial, towards head or feet. */
function updateEnds() {
  const turn = ((state.hands?.probe.rotate_deg ?? 0) * Math.PI) / 180;
  const toMarker = { left: -Math.cos(turn), head: Math.sin(turn) };
  const lateral = state.info?.side === "left" ? toMarker.left : -toMarker.left;
  const across = Math.abs(lateral) >= Math.abs(toMarker.head);
  const [marker, other] = across
    ? lateral > 0 ? ["Lateral", "Medial"] : ["Medial", "Lateral"]
    : toMarker.head > 0 ? ["Head", "Foot"] : ["Foot", "Head"];
  for (const [end, name] of /** @type {const} */ ([["marker", marker], ["other", other]])) {
    const choice = byId(`end-${end}`, HTMLButtonElement);
    setText(choice, end === "marker" ? `${name} end (M)` : `${name} end`);
    choice.setAttribute("aria-pressed", String(state.hands?.needle.end === end));
    choice.disabled = inserted();
  }
  setText(
    byId("needle-note", HTMLParagraphElement),
    inserted() ? "In the skin: the puncture stays. Steepness and yaw turn the needle about it." : "Out of the skin: the needle moves with the probe.",
  );
}
