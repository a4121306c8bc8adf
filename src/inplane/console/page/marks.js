// What was recognised, over the picture: outlines of at most 2 px under the needle, words beside colors.

import { calibration } from "./store.js";
import { clipTo, toScreen } from "./view.js";

/** @typedef {import("./view.js").View} View */
/** @typedef {import("./messages").Tick} Tick */
/** @typedef {import("./messages").VesselSeen} VesselSeen */
/** @typedef {import("./messages").NerveSeen} NerveSeen */
/** @typedef {import("./messages").NeedleSeen} NeedleSeen */
/** @typedef {import("./messages").PathCone} PathCone */
/** @typedef {CanvasRenderingContext2D} Context */

// The palette of Okabe and Ito (2008), which colour-blind people can tell apart, as in the room overlay.
const VESSEL = "#e6823c";
const NERVE = "#cc79a7";
const BONE = "#56b4e9";
const SPREAD = "#00c896";
const NEEDLE = "#f0e442";
/** Boxes of the names drawn so far in this frame: left, top, right, bottom. @type {[number, number, number, number][]} */
let taken = [];
const FONT = "12px system-ui, sans-serif";

/**
 * @param {Context} context
 * @param {View} v
 * @param {Tick} tick
 * @param {"off" | "outline" | "full"} level
 */
export function drawMarks(context, v, tick, level) {
  if (level === "off") return;
  const full = level === "full";
  context.save();
  clipTo(context, v.window);
  context.font = FONT;
  context.textBaseline = "middle";
  context.lineJoin = "round";
  taken = [];
  tick.scene.vessels.forEach((vessel, index) => drawVessel(context, v, vessel, full ? tick.vessel_names[index] ?? "" : ""));
  tick.scene.nerves.forEach((nerve, index) => drawNerve(context, v, nerve, full ? tick.nerve_names[index] ?? "" : ""));
  for (const bone of tick.scene.bones) drawBone(context, v, bone.points_mm, full);
  drawSpread(context, v, tick, full);
  if (full && tick.advice.path) drawPath(context, v, tick.advice.path);
  drawNeedle(context, v, tick.scene.needle, full);
  context.restore();
}

/**
 * Text with a dark edge, readable over any grey.
 * @param {Context} context
 * @param {string} text
 * @param {number} x
 * @param {number} y
 * @param {string} color
 */
export function label(context, text, x, y, color) {
  context.lineWidth = 3;
  context.strokeStyle = "rgb(0 0 0 / 75%)";
  context.strokeText(text, x, y);
  context.fillStyle = color;
  context.fillText(text, x, y);
}

/**
 * A centred name within the picture, moved down until it covers no other.
 * @param {Context} context
 * @param {View} v
 * @param {string} text
 * @param {[number, number]} place
 * @param {string} color
 */
function name(context, v, text, [x, y], color) {
  const half = context.measureText(text).width / 2 + 3;
  const at = Math.min(Math.max(x, v.window.left + half), v.window.right - half);
  let row = Math.min(y, v.window.bottom - 9);
  /** @param {[number, number, number, number]} box */
  const covered = ([left, top, right, bottom]) => at + half > left && at - half < right && row + 8 > top && row - 8 < bottom;
  for (let hit = taken.find(covered); hit; hit = taken.find(covered)) row = hit[3] + 8.1;
  taken.push([at - half, row - 8, at + half, row + 8]);
  context.textAlign = "center";
  label(context, text, at, row, color);
}

/**
 * @param {Context} context
 * @param {View} v
 * @param {number[][]} points_mm
 */
export function trace(context, v, points_mm) {
  context.beginPath();
  for (const [x, y] of points_mm) context.lineTo(...toScreen(v, x, y));
}

/**
 * @param {Context} context
 * @param {View} v
 * @param {VesselSeen} vessel
 * @param {string} words what guidance says of it; empty for none
 */
function drawVessel(context, v, vessel, words) {
  const [cx, cy] = vessel.centre_mm;
  const [a, b] = vessel.semi_axes_mm;
  const points = Array.from({ length: 49 }, (_, i) => {
    const t = (i / 48) * 2 * Math.PI;
    const [p, q] = [a * Math.cos(t), b * Math.sin(t)];
    const [c, s] = [Math.cos(vessel.angle_rad), Math.sin(vessel.angle_rad)];
    return [cx + c * p - s * q, cy + s * p + c * q];
  });
  context.strokeStyle = VESSEL;
  context.lineWidth = 1.6;
  context.setLineDash(/possible/.test(words) ? [4, 5] : []);
  trace(context, v, points);
  context.stroke();
  context.setLineDash([]);
  if (!words) return;
  const [x, y] = toScreen(v, cx, Math.max(...points.map((point) => point[1])));
  name(context, v, words, [x, y + 11], VESSEL);
}

/**
 * @param {Context} context
 * @param {View} v
 * @param {NerveSeen} nerve
 * @param {string} words what guidance says of it; empty for none
 */
function drawNerve(context, v, nerve, words) {
  context.strokeStyle = NERVE;
  context.lineWidth = 1.6;
  context.setLineDash(/possible/.test(words) ? [3, 6] : [8, 3, 2, 3]);
  trace(context, v, [...nerve.outline_mm, nerve.outline_mm[0]]);
  context.stroke();
  context.setLineDash([]);
  if (!words) return;
  const [x, y] = toScreen(v, nerve.centre_mm[0], Math.max(...nerve.outline_mm.map((point) => point[1])));
  name(context, v, words, [x, y + 11], NERVE);
}

/**
 * @param {Context} context
 * @param {View} v
 * @param {number[][]} points_mm
 * @param {boolean} full
 */
function drawBone(context, v, points_mm, full) {
  if (points_mm.length < 2) return;
  context.strokeStyle = BONE;
  context.lineWidth = 1.6;
  context.setLineDash([10, 4]);
  trace(context, v, points_mm);
  context.stroke();
  context.setLineDash([]);
  if (!full) return;
  const middle = points_mm[Math.floor(points_mm.length / 2)];
  const [x, y] = toScreen(v, middle[0], middle[1]);
  name(context, v, "bone, likely", [x, y + 13], BONE);
}

/**
 * @param {Context} context
 * @param {View} v
 * @param {Tick} tick
 * @param {boolean} full
 */
function drawSpread(context, v, tick, full) {
  const spread = tick.scene.spread;
  if (spread.outline_mm.length < 3) return;
  context.strokeStyle = SPREAD;
  context.lineWidth = 1.6;
  context.setLineDash([2, 3]);
  trace(context, v, spread.outline_mm);
  context.closePath();
  context.stroke();
  context.setLineDash([]);
  if (!full || !spread.centre_mm) return;
  const [x, y] = toScreen(v, spread.centre_mm[0], Math.max(...spread.outline_mm.map((point) => point[1])));
  name(context, v, "spread", [x, y + 11], SPREAD);
}

/**
 * The projected path: dashed, a dot every cm, within two lines that say how sure it is.
 * @param {Context} context
 * @param {View} v
 * @param {PathCone} path
 */
function drawPath(context, v, path) {
  const [tx, ty] = path.tip_mm;
  const [dx, dy] = path.direction;
  /** @param {number} s @param {number} side @returns {[number, number]} */
  const at = (s, side) => {
    const reach = side * (path.radius_at_tip_mm + s * Math.tan(path.half_angle_rad));
    return toScreen(v, tx + s * dx - reach * dy, ty + s * dy + reach * dx);
  };
  context.fillStyle = "rgb(255 255 255 / 9%)";
  context.beginPath();
  for (const [s, side] of [[0, 1], [path.length_mm, 1], [path.length_mm, -1], [0, -1]]) context.lineTo(...at(s, side));
  context.fill();
  context.strokeStyle = "rgb(255 255 255 / 80%)";
  context.lineWidth = 1.3;
  context.setLineDash([6, 5]);
  context.beginPath();
  context.moveTo(...at(0, 0));
  context.lineTo(...at(path.length_mm, 0));
  context.stroke();
  context.setLineDash([]);
  context.fillStyle = NEEDLE;
  for (let s = 10; s <= path.length_mm && calibration() !== "uncalibrated"; s += 10) {
    context.beginPath();
    context.arc(...at(s, 0), 2.5, 0, 2 * Math.PI);
    context.fill();
  }
}

/**
 * Shaft and tip: solid while seen in plane, hollow and dashed while only predicted.
 * @param {Context} context
 * @param {View} v
 * @param {NeedleSeen} needle
 * @param {boolean} full
 */
function drawNeedle(context, v, needle, full) {
  if (needle.state === "none" || needle.state === "lost") return;
  const seen = needle.state === "tracked";
  context.strokeStyle = NEEDLE;
  if (full && needle.entry_mm && needle.tip_mm) {
    context.lineWidth = 1;
    context.setLineDash(seen ? [] : [4, 4]);
    trace(context, v, [needle.entry_mm, needle.tip_mm]);
    context.stroke();
    context.setLineDash([]);
  }
  if (!needle.tip_mm) return;
  const [x, y] = toScreen(v, ...needle.tip_mm);
  context.lineWidth = 2;
  context.beginPath();
  context.arc(x, y, 8, 0, 2 * Math.PI);
  context.stroke();
  if (seen) {
    context.fillStyle = NEEDLE;
    context.beginPath();
    context.arc(x, y, 2.5, 0, 2 * Math.PI);
    context.fill();
  } else if (full) {
    name(context, v, needle.state, [x, y + 19], NEEDLE);
  }
}
