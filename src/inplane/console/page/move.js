// Moving hands and knobs: every way to do so (keys, sliders, mouse, touch) ends here and stays within the limits.

import { clamp } from "./dom.js";
import { changed, state } from "./store.js";
import { handsMoved, send } from "./socket.js";
import { markerSide } from "./view.js";

/** @typedef {import("./messages").Hands} Hands */
/** @typedef {Exclude<keyof Hands["probe"], never>} ProbeKey */
/** @typedef {"distance_mm" | "offset_mm" | "yaw_deg" | "steepness_deg" | "advance_mm" | "bevel_deg"} NeedleKey */
/** @typedef {"depth_mm" | "frequency_mhz" | "gain_db" | "dynamic_range_db" | "focus_mm" | "prf_hz" | "color_gain_db" | "color_steer_deg"} KnobKey */

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
  prf_hz: [500, 8000], color_gain_db: [-20, 20], color_steer_deg: [-20, 20],
};

/** @param {ProbeKey} key @returns {[number, number]} */
export const probeLimits = (key) => PROBE[key];

/** @param {NeedleKey} key @returns {[number, number]} */
export const needleLimits = (key) => (key === "advance_mm" ? [0, state.info?.needle?.length_mm ?? 80] : NEEDLE[key]);

/** @param {KnobKey} key @returns {[number, number]} */
export function knobLimits(key) {
  const probe = state.info?.probe;
  if (probe && key === "depth_mm") return [probe.depth_min_mm, probe.depth_max_mm];
  if (probe && key === "frequency_mhz") return [probe.frequency_min_mhz, probe.frequency_max_mhz];
  return KNOBS[key];
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
  handsMoved();
}

/** @param {number} slider @param {number} value */
export function setTgc(slider, value) {
  if (!state.hands) return;
  state.hands.scanner.tgc_db[slider] = clamp(value, -20, 20);
  handsMoved();
}

/** B-mode, or color Doppler over it. */
export function toggleColor() {
  if (!state.hands) return;
  state.hands.scanner.mode = state.hands.scanner.mode === "color" ? "b" : "color";
  keepBox();
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
