// Moving hands and knobs: every way to do so (keys, sliders, mouse, touch) ends here and stays within the limits.

import { clamp } from "./dom.js";
import { changed, state } from "./store.js";
import { handsMoved, send } from "./socket.js";
import { markerSide } from "./view.js";

/** @typedef {import("./messages").Hands} Hands */
/** @typedef {Exclude<keyof Hands["probe"], never>} ProbeKey */
/** @typedef {"distance_mm" | "offset_mm" | "yaw_deg" | "steepness_deg" | "advance_mm" | "bevel_deg"} NeedleKey */
/** @typedef {"depth_mm" | "frequency_mhz" | "gain_db" | "dynamic_range_db" | "focus_mm" | "prf_hz" | "color_gain_db" | "color_steer_deg" | "needle_steer_deg" | "persistence" | "edge_enhancement" | "speckle_reduction" | "transmit_db" | "gate_length_mm" | "gate_angle_deg"} KnobKey */
/** @typedef {Hands["scanner"]["mode"]} Mode */

/** @type {Record<ProbeKey, [number, number]>} */
const PROBE = {
  x_mm: [-90, 90], z_mm: [-90, 90], rotate_deg: [-180, 180], tilt_deg: [-60, 60], rock_deg: [-40, 40], press_n: [0, 40],
};
/** @type {Record<NeedleKey, [number, number]>} */
const NEEDLE = {
  distance_mm: [0, 40], offset_mm: [-15, 15], yaw_deg: [-45, 45], steepness_deg: [5, 85], advance_mm: [0, 80], bevel_deg: [-180, 180],
};
/** @type {Record<KnobKey, [number, number]>} */
const KNOBS = {
  depth_mm: [20, 150], frequency_mhz: [1, 25], gain_db: [-30, 30], dynamic_range_db: [30, 100], focus_mm: [5, 100],
  prf_hz: [500, 15_000], color_gain_db: [-20, 20], color_steer_deg: [-20, 20], needle_steer_deg: [-20, 20],
  persistence: [0, 0.9], edge_enhancement: [0, 1], speckle_reduction: [0, 1], transmit_db: [-30, 0], gate_length_mm: [0.5, 10], gate_angle_deg: [-70, 70],
};
const SOUND_MM_S = 1.54e6;

/** @param {ProbeKey} key @returns {[number, number]} */
export const probeLimits = (key) => PROBE[key];

/** @param {NeedleKey} key @returns {[number, number]} */
export const needleLimits = (key) => (key === "advance_mm" ? [0, state.info?.needle?.length_mm ?? 80] : NEEDLE[key]);

/** @param {KnobKey} key @returns {[number, number]} */
export function knobLimits(key) {
  const probe = state.info?.probe;
  if (probe && key === "depth_mm") return [probe.depth_min_mm, probe.depth_max_mm];
  if (probe && key === "frequency_mhz") return [probe.frequency_min_mhz, probe.frequency_max_mhz];
  if (key === "prf_hz") return [KNOBS.prf_hz[0], Math.max(KNOBS.prf_hz[0], Math.min(KNOBS.prf_hz[1], prfLimit()))];
  return KNOBS[key];
}

/** How deep Doppler listens along its steered beam, mm; 0 without Doppler. */
export function listensTo() {
  const scanner = state.hands?.scanner;
  if (!scanner) return 0;
  const box = scanner.mode === "color" || scanner.mode === "power";
  const down = box ? Math.min(scanner.color_box_mm[3], scanner.depth_mm) : scanner.mode === "pw" ? scanner.gate_mm[1] + scanner.gate_length_mm / 2 : 0;
  return down / Math.cos((scanner.color_steer_deg * Math.PI) / 180);
}

/** One pulse travels at a time: c / (2 D), in steps of 50 Hz. */
export const prfLimit = () => (listensTo() > 0 ? Math.floor(SOUND_MM_S / (2 * listensTo()) / 50) * 50 : Infinity);

/** Keeps the pulse repetition within what the depth allows, and the gate within the picture. */
function keepDoppler() {
  const scanner = state.hands?.scanner;
  if (!scanner) return;
  const half = (state.info?.probe?.width_mm ?? 38) / 2;
  const [x, y] = scanner.gate_mm;
  scanner.gate_mm = [clamp(x, -half, half), clamp(y, 1, scanner.depth_mm - 1)];
  scanner.prf_hz = clamp(scanner.prf_hz, ...knobLimits("prf_hz"));
}

/** Whether form and time-out are done and the injection goes on. */
export const needleAllowed = () => state.step === "injection";

/** Whether the needle is in the skin. */
export const inserted = () => (state.hands?.needle.advance_mm ?? 0) > 0;

/** @param {ProbeKey} key @param {number} value */
export function setProbe(key, value) {
  if (!state.hands || state.frozen) return;
  state.hands.probe[key] = clamp(value, ...PROBE[key]);
  handsMoved();
}

/** @param {NeedleKey} key @param {number} value */
export function setNeedle(key, value) {
  if (!state.hands || state.frozen) return;
  if (key === "advance_mm" && !needleAllowed()) return;
  if (inserted() && (key === "distance_mm" || key === "offset_mm")) return;
  state.hands.needle[key] = clamp(value, ...needleLimits(key));
  handsMoved();
}

/** @param {"marker" | "other"} end */
export function setEnd(end) {
  if (!state.hands || inserted()) return;
  state.hands.needle.end = end;
  handsMoved();
}

/** @param {KnobKey} key @param {number} value */
export function setKnob(key, value) {
  if (!state.hands) return;
  const scanner = state.hands.scanner;
  scanner[key] = clamp(value, ...knobLimits(key));
  if (key === "depth_mm") {
    scanner.focus_mm = Math.min(scanner.focus_mm, scanner.depth_mm);
    keepBox();
  }
  keepDoppler();
  handsMoved();
}

/** @param {number} slider @param {number} value */
export function setTgc(slider, value) {
  if (!state.hands) return;
  state.hands.scanner.tgc_db[slider] = clamp(value, -20, 20);
  handsMoved();
}

/** What the scanner shows; asked again for the same, B-mode alone. @param {Mode} mode */
export function toggleMode(mode) {
  if (!state.hands) return;
  state.hands.scanner.mode = state.hands.scanner.mode === mode ? "b" : mode;
  keepBox();
  keepDoppler();
  handsMoved();
}

/** B-mode, or color Doppler over it. */
export const toggleColor = () => toggleMode("color");

/** Whether a color box or a power box is on. */
export const boxed = () => state.hands?.scanner.mode === "color" || state.hands?.scanner.mode === "power";

/** Whether there is a gate, or a line through it. */
export const gated = () => state.hands?.scanner.mode === "pw" || state.hands?.scanner.mode === "m";

/** @param {"harmonic" | "virtual_convex"} key @param {boolean} on */
export function setSwitch(key, on) {
  if (!state.hands) return;
  state.hands.scanner[key] = on;
  handsMoved();
}

/** @param {number} angles 1, 3 or 5 */
export function setCompound(angles) {
  if (!state.hands) return;
  state.hands.scanner.compound_angles = angles;
  handsMoved();
}

/** @param {string} name */
export function setGreyMap(name) {
  if (!state.hands) return;
  state.hands.scanner.grey_map = /** @type {Hands["scanner"]["grey_map"]} */ (name);
  handsMoved();
}

/** @param {number} dx_mm towards the marker @param {number} dy_mm deeper */
export function moveGate(dx_mm, dy_mm) {
  if (!state.hands) return;
  const [x, y] = state.hands.scanner.gate_mm;
  state.hands.scanner.gate_mm = [x + dx_mm, y + dy_mm];
  keepDoppler();
  handsMoved();
}

/** Keeps the color box within the picture. */
function keepBox() {
  if (!state.hands) return;
  const scanner = state.hands.scanner;
  const half = (state.info?.probe?.width_mm ?? 38) / 2;
  let [x0, y0, x1, y1] = scanner.color_box_mm;
  const [width, height] = [Math.min(x1 - x0, 2 * half), Math.min(y1 - y0, scanner.depth_mm - 2)];
  x0 = clamp(x0, -half, half - width);
  y0 = clamp(y0, 1, scanner.depth_mm - 1 - height);
  scanner.color_box_mm = [x0, y0, x0 + width, y0 + height];
}

/** Middle of the color box: towards the marker, and deep. @param {"x" | "y"} axis */
export function boxMiddle(axis) {
  const [x0, y0, x1, y1] = state.hands?.scanner.color_box_mm ?? [0, 0, 0, 0];
  return axis === "x" ? (x0 + x1) / 2 : (y0 + y1) / 2;
}

/** @param {number} dx_mm towards the marker @param {number} dy_mm deeper */
export function moveBox(dx_mm, dy_mm) {
  if (!state.hands) return;
  const [x0, y0, x1, y1] = state.hands.scanner.color_box_mm;
  state.hands.scanner.color_box_mm = [x0 + dx_mm, y0 + dy_mm, x1 + dx_mm, y1 + dy_mm];
  keepBox();
  keepDoppler();
  handsMoved();
}

/**
 * Slides the probe over the skin, as the operator sees it.
 * @param {number} right_mm along the probe, to the right of the screen
 * @param {number} across_mm beside it, towards the head while the probe lies across
 */
export function slide(right_mm, across_mm) {
  if (!state.hands || state.frozen) return;
  const probe = state.hands.probe;
  const turn = (probe.rotate_deg * Math.PI) / 180;
  const toMarker = -markerSide() * right_mm;
  probe.x_mm = clamp(probe.x_mm - toMarker * Math.cos(turn) + across_mm * Math.sin(turn), ...PROBE.x_mm);
  probe.z_mm = clamp(probe.z_mm + toMarker * Math.sin(turn) + across_mm * Math.cos(turn), ...PROBE.z_mm);
  handsMoved();
}

/**
 * Rocks in plane (right side of the screen deeper) and tilts.
 * @param {number} rock_deg
 * @param {number} tilt_deg
 */
export function rockAndTilt(rock_deg, tilt_deg) {
  if (!state.hands) return;
  setProbe("rock_deg", state.hands.probe.rock_deg - markerSide() * rock_deg);
  setProbe("tilt_deg", state.hands.probe.tilt_deg + tilt_deg);
}

/** @param {number} by_deg */
export function rotate(by_deg) {
  if (!state.hands) return;
  const turned = state.hands.probe.rotate_deg + by_deg;
  setProbe("rotate_deg", ((((turned + 180) % 360) + 360) % 360) - 180);
}

/** @param {number} by_mm */
export function advance(by_mm) {
  if (!state.hands) return;
  setNeedle("advance_mm", Math.round((state.hands.needle.advance_mm + by_mm) * 10) / 10);
}

/** Freezes the picture, or goes on; at the end of a recording it plays again. */
export function toggleFreeze() {
  if (state.stream?.ended) {
    send({ type: "Again", how: "retry" });
    return;
  }
  state.frozen = !state.frozen;
  changed("view");
  send({ type: "Freeze", on: state.frozen });
}
