// What runs against time under the picture: M-mode's line, or the spectrum of the gate. The newest is at the right.
//
// Columns are kept in a ring by their time, so that a frame that was left out leaves a dark gap and nothing moves. M-mode is
// taken from the frames: 30 lines a second, compounded as the picture is; a scanner's own has hundreds.

import { button, byId, setText } from "./dom.js";
import { curve } from "./look.js";
import { gated } from "./move.js";
import { buildSound, hear } from "./sound.js";
import { on, state, still } from "./store.js";

const SECONDS = 4;
const COLUMNS = 1000;
const STEP_S = SECONDS / COLUMNS;
const [LEFT, RIGHT, TOP, BOTTOM] = [46, 56, 6, 18];
const INK = "#cfd6dc";

const box = byId("strip-box", HTMLDivElement);
const canvas = byId("strip", HTMLCanvasElement);
const ring = new OffscreenCanvas(COLUMNS, 1);
let shown = { mode: "", rows: 0, depth_mm: 0, session: 0 };
/** The column after the newest, counted from time 0; -1 where nothing is held. */
let next = -1;
let drawn = -1;

/** Makes the strip and its sound work. */
export function buildStrip() {
  buildSound(button("doppler-sound"));
  on("hands", () => {
    box.hidden = !gated();
    button("doppler-sound").hidden = state.hands?.scanner.mode !== "pw";
  });
  on("frame", take);
}

/** Takes what a frame brings. */
function take() {
  const { picture, tick } = state;
  const scanner = tick?.signals.scanner;
  const mode = scanner?.mode ?? "";
  if (!picture || !scanner || still() || tick.cine_back > 0 || (mode !== "pw" && mode !== "m")) return;
  const rows = mode === "pw" ? picture.spectral?.velocities ?? 0 : picture.samples;
  begin({ mode, rows, depth_mm: mode === "m" ? picture.depth_mm : 0, session: state.session }, picture.time_s);
  if (mode === "m") write(lineOf(picture, scanner.gate_mm[0]), picture.time_s - 1 / 30, picture.time_s);
  else if (picture.spectral) {
    takeSpectra(picture.spectral);
    hear(picture.spectral);
  }
}

/**
 * Another mode, depth or session, or time that ran back, begins anew.
 * @param {typeof shown} now
 * @param {number} time_s
 */
function begin(now, time_s) {
  const same = Object.entries(now).every(([key, value]) => shown[/** @type {keyof typeof shown} */ (key)] === value);
  if (same && next >= 0 && Math.floor(time_s / STEP_S) >= next - COLUMNS / 4) return;
  shown = now;
  next = -1;
  ring.height = Math.max(1, now.rows);
}

/** @param {import("./frame.js").Spectral} spectral */
function takeSpectra({ times, velocities, spectrum, first_s, step_s }) {
  const column = new Uint8Array(velocities);
  for (let row = 0; row < times; row++) {
    for (let at = 0; at < velocities; at++) column[at] = spectrum[row * velocities + velocities - 1 - at];
    const end_s = first_s + (row + 0.5) * step_s;
    write(column, end_s - step_s, end_s);
  }
}

/**
 * The line of the picture that runs through the gate.
 * @param {import("./frame.js").Picture} picture
 * @param {number} x_mm
 */
function lineOf(picture, x_mm) {
  const { lines, samples, width_mm, channels, pixels } = picture;
  const line = Math.min(lines - 1, Math.max(0, Math.round((x_mm / width_mm) * lines + (lines - 1) / 2)));
  if (channels === 1) return pixels.subarray(line * samples, (line + 1) * samples);
  return Uint8Array.from({ length: samples }, (_, at) => pixels[3 * (line * samples + at) + 1]);
}

/**
 * Fills the columns from one time to another; what was left out before them is dark.
 * @param {Uint8Array} values from above
 * @param {number} from_s
 * @param {number} to_s
 */
function write(values, from_s, to_s) {
  const context = ring.getContext("2d");
  const last = Math.floor(to_s / STEP_S);
  if (!context || last < next) return;
  const first = Math.max(Math.floor(from_s / STEP_S), next, last - COLUMNS + 1);
  if (next < 0) context.clearRect(0, 0, COLUMNS, ring.height);
  for (let gap = Math.max(next, first - COLUMNS); next >= 0 && gap < first; gap++) context.clearRect(gap % COLUMNS, 0, 1, ring.height);
  const image = new ImageData(1, values.length);
  const out = new Uint32Array(image.data.buffer);
  for (let at = 0; at < out.length; at++) out[at] = (0xff000000 | (curve[values[at]] * 0x010101)) >>> 0;
  for (let column = first; column <= last; column++) context.putImageData(image, column % COLUMNS, 0);
  next = last + 1;
  context.clearRect(next % COLUMNS, 0, 1, ring.height); // the oldest: smoothing would mix it with the newest beside it
}

/** Draws the strip, where something is new. */
export function drawStrip() {
  if (box.hidden) return;
  const ratio = Math.min(window.devicePixelRatio || 1, 2);
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  const size = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width === size[0] && canvas.height === size[1] && drawn === next) return;
  drawn = next;
  [canvas.width, canvas.height] = size;
  const context = canvas.getContext("2d");
  if (!context) return;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.font = "11px system-ui, sans-serif";
  context.textBaseline = "middle";
  const place = { left: LEFT, top: TOP, wide: Math.max(1, width - LEFT - RIGHT), high: Math.max(1, height - TOP - BOTTOM) };
  if (next >= 0) drawRing(context, place);
  drawSeconds(context, place);
  if (shown.mode === "pw") drawVelocities(context, place);
  else if (shown.mode === "m") drawDepths(context, place);
}

/** @typedef {{left: number, top: number, wide: number, high: number}} Place */

/** @param {CanvasRenderingContext2D} context @param {Place} place */
function drawRing(context, { left, top, wide, high }) {
  const head = next % COLUMNS; // the oldest column
  const pixel = wide / COLUMNS;
  const older = COLUMNS - head;
  context.imageSmoothingQuality = "medium";
  context.drawImage(ring, head, 0, older, ring.height, left, top, older * pixel, high);
  if (head > 0) context.drawImage(ring, 0, 0, head, ring.height, left + older * pixel, top, head * pixel, high);
}

/** A tick every second. @param {CanvasRenderingContext2D} context @param {Place} place */
function drawSeconds(context, { left, top, wide, high }) {
  const now_s = Math.max(0, next) * STEP_S;
  context.strokeStyle = context.fillStyle = INK;
  context.textAlign = "center";
  context.beginPath();
  for (let second = Math.ceil(now_s - SECONDS); second <= now_s; second++) {
    const x = left + wide * (1 - (now_s - second) / SECONDS);
    context.moveTo(x, top + high);
    context.lineTo(x, top + high + 5);
    if (second >= 0 && x > left + 4) context.fillText(`${second} s`, x, top + high + 12);
  }
  context.stroke();
}

/** Baseline, and the velocities from Nyquist to Nyquist. @param {CanvasRenderingContext2D} context @param {Place} place */
function drawVelocities(context, { left, top, wide, high }) {
  const nyquist_cm_s = 100 * (state.picture?.spectral?.nyquist_m_s ?? 0);
  context.strokeStyle = "#f0c27a";
  context.beginPath();
  context.moveTo(left, top + high / 2);
  context.lineTo(left + wide, top + high / 2);
  context.stroke();
  context.textAlign = "left";
  context.fillStyle = context.strokeStyle = INK;
  context.beginPath();
  for (const share of [1, 0.5, 0, -0.5, -1]) {
    const y = top + (high * (1 - share)) / 2;
    context.moveTo(left + wide + 3, y);
    context.lineTo(left + wide + (Math.abs(share) === 1 ? 12 : 8), y);
    const text = (share * nyquist_cm_s).toFixed(0).replace("-", "−");
    context.fillText(text, left + wide + 15, Math.min(Math.max(y, top + 6), top + high - 6));
  }
  context.stroke();
  context.fillText("cm/s", left + wide + 15, top + high + 10);
  context.fillText("Nyquist", 2, top + 6);
  context.fillText("Nyquist", 2, top + high - 6);
  const angle = state.hands?.scanner.gate_angle_deg ?? 0;
  context.fillText(`∠ ${angle.toFixed(0).replace("-", "−")}°`, 2, top + high / 2);
  setText(byId("strip-text", HTMLElement), `Spectrum of the gate, from ${(-nyquist_cm_s).toFixed(0)} to ${nyquist_cm_s.toFixed(0)} cm/s, ${SECONDS} seconds`);
}

/** @param {CanvasRenderingContext2D} context @param {Place} place */
function drawDepths(context, { left, top, wide, high }) {
  context.textAlign = "left";
  context.fillStyle = context.strokeStyle = INK;
  context.beginPath();
  for (let cm = 0; cm * 10 <= shown.depth_mm; cm++) {
    const y = top + (high * cm * 10) / shown.depth_mm;
    context.moveTo(left + wide + 3, y);
    context.lineTo(left + wide + (cm % 5 === 0 ? 12 : 8), y);
    if (cm > 0) context.fillText(`${cm}`, left + wide + 15, y);
  }
  context.stroke();
  context.fillText("cm", left + wide + 15, top + 6);
  context.fillText("30 lines/s", 2, top + high + 10);
  setText(byId("strip-text", HTMLElement), `M-mode of the line through the gate, ${SECONDS} seconds, 30 lines a second`);
}
