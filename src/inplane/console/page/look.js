// How grey values are shown: display gain and a grey map. They change the picture on the screen, never the data.

import { clamp, say } from "./dom.js";
import { changed, state } from "./store.js";

/** @typedef {"linear" | "bright" | "dark" | "s-curve"} MapName */

/** @type {[MapName, string, (share: number) => number][]} name, what it is called, the curve from 0..1 to 0..1 */
export const MAPS = [
  ["linear", "Linear", (t) => t],
  ["bright", "Gamma 0.7, brighter", (t) => t ** 0.7],
  ["dark", "Gamma 1.5, darker", (t) => t ** 1.5],
  ["s-curve", "S-curve, more contrast", (t) => t * t * (3 - 2 * t)],
];
export const GAIN_LIMITS = /** @type {[number, number]} */ ([-20, 20]);
const RANGE_DB = 60; // chosen: a scanner's usual dynamic range over its 255 grey levels; a stored picture tells none

/** Grey level to grey level. */
export let curve = made();
/** Grey level to a pixel, little-endian ABGR. */
export let greyTable = table();

function made() {
  const bend = MAPS.find(([name]) => name === state.look.map)?.[2] ?? ((/** @type {number} */ t) => t);
  const shift = state.look.gain_db / RANGE_DB;
  // Level 0 stays 0: it is where no picture is.
  return Uint8Array.from({ length: 256 }, (_, level) => (level === 0 ? 0 : Math.round(255 * bend(clamp(level / 255 + shift, 0, 1)))));
}

function table() {
  return Uint32Array.from(curve, (level) => (0xff000000 | (level << 16) | (level << 8) | level) >>> 0);
}

function changedLook() {
  curve = made();
  greyTable = table();
  changed("view");
}

/** @param {number} gain_db */
export function setGain(gain_db) {
  state.look.gain_db = clamp(gain_db, ...GAIN_LIMITS);
  changedLook();
}

/** @param {string} name */
export function setMap(name) {
  state.look.map = MAPS.find(([known]) => known === name)?.[0] ?? "linear";
  changedLook();
}

/** The next grey map, round and round. */
export function nextMap() {
  const at = MAPS.findIndex(([name]) => name === state.look.map);
  const [name, words] = MAPS[(at + 1) % MAPS.length];
  setMap(name);
  say(`Grey map: ${words}`);
}
