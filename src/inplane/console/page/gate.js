// The line of M-mode, and PW's beam, gate and angle, drawn on the picture.

import { toScreen } from "./view.js";
import { state } from "./store.js";

const ANGLE_MM = 7; // half the angle line. chosen: longer than most vessels are wide

/**
 * @param {CanvasRenderingContext2D} context
 * @param {import("./view.js").View} v
 */
export function drawGate(context, v) {
  const scanner = state.hands?.scanner;
  if (!scanner) return;
  const [x, y] = scanner.gate_mm;
  const pulsed = scanner.mode === "pw";
  const steer = pulsed ? (scanner.color_steer_deg * Math.PI) / 180 : 0;
  const [dx, dy] = [Math.sin(steer), Math.cos(steer)];
  /** @param {number} along @param {number} aside @returns {[number, number]} */
  const at = (along, aside) => toScreen(v, x + along * dx + aside * dy, y + along * dy - aside * dx);
  context.strokeStyle = "#f0f3f5";
  context.lineWidth = 1;
  context.setLineDash([2, 4]);
  line(context, at(-y / dy, 0), at((v.depth_mm - y) / dy, 0));
  context.setLineDash([]);
  if (!pulsed) return;
  context.lineWidth = 2;
  for (const end of [-0.5, 0.5]) {
    const along = end * scanner.gate_length_mm;
    line(context, at(along, -1.6), at(along, 1.6));
  }
  const angle = (scanner.gate_angle_deg * Math.PI) / 180;
  context.strokeStyle = "#f0c27a";
  context.lineWidth = 1;
  const [c, s] = [ANGLE_MM * Math.cos(angle), ANGLE_MM * Math.sin(angle)];
  line(context, at(-c, -s), at(c, s));
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {[number, number]} from
 * @param {[number, number]} to
 */
function line(context, from, to) {
  context.beginPath();
  context.moveTo(...from);
  context.lineTo(...to);
  context.stroke();
}
