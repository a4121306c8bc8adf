// The bar at the top, the words on the picture, the overlay and teacher buttons.

import { button, byId, clock, make, say, setChildren, setText } from "./dom.js";
import { calibration, changed, on, real, state } from "./store.js";
import { handsMoved, send } from "./socket.js";
import { toggleColor } from "./move.js";
import { toggleCaliper } from "./caliper.js";

const REFRESH_MS = 250;
let shown_ms = 0;
/** @type {Map<string, HTMLElement>} */
const facts = new Map();
const FACTS = {
  simulated: ["Simulated patient", "Time", "Probe, preset", "MI / TI", "Frames/s", "Latency"],
  recording: ["Scale", "Frames/s", "Left out"],
  live: ["Scale", "Connection", "Frames/s", "Latency", "Age", "Dropped, corrupt"],
};
const SCALES = { calibrated: "calibrated", estimated: "scale estimated", uncalibrated: "no scale" };

/** Off, outline, full. */
export function turnOverlay() {
  state.overlay = state.overlay === "off" ? "outline" : state.overlay === "outline" ? "full" : "off";
  state.hidden = false;
  send({ type: "Overlay", level: state.overlay });
  say(`Overlay ${state.overlay}`);
  changed("view");
}

/** Hides or shows all marks. */
export function toggleHidden() {
  state.hidden = !state.hidden;
  say(state.hidden ? "Marks hidden" : "Marks shown");
  changed("view");
}

/** Mirrors picture and marker. */
export function toggleFlip() {
  state.flip = !state.flip;
  say(state.flip ? "Marker at the right" : "Marker at the left");
  changed("view");
}

/** The truth from the model, or not. */
export function toggleTeacher() {
  state.teach = !state.teach;
  send({ type: "Teach", on: state.teach });
  say(state.teach ? "Teacher's layer, from the model" : "Teacher's layer off");
  changed("view");
}

/** Makes the bar and its buttons work. */
export function buildTop() {
  buildFacts("simulated");
  button("overlay").addEventListener("click", turnOverlay);
  button("flip").addEventListener("click", toggleFlip);
  button("teacher").addEventListener("click", toggleTeacher);
  button("color").addEventListener("click", toggleColor);
  button("caliper").addEventListener("click", toggleCaliper);
  on("session", session);
  on("view", view);
  on("hands", view);
  on("frame", frame);
  on("stream", stream);
  on("stale", stream);
  window.addEventListener("focus", () => handsMoved());
}

/** What the bar tells of such a source. @param {"simulated" | "recording" | "live"} kind */
function buildFacts(kind) {
  const list = byId("facts", HTMLDListElement);
  setChildren(list, kind, () => {
    facts.clear();
    return FACTS[kind].map((name) => {
      const value = make("dd", null, "–");
      facts.set(name, value);
      const className = name === "MI / TI" || name === (kind === "simulated" ? "Latency" : "Frames/s") ? "extra" : "";
      return make("div", { className }, make("dt", null, name), value);
    });
  });
}

/** @param {string} name @param {string} text */
function fact(name, text) {
  const shown = facts.get(name);
  if (shown) setText(shown, text);
}

function session() {
  const info = state.info;
  if (!info) return;
  buildFacts(info.kind);
  setText(byId("source", HTMLElement), info.source);
  const procedure = info.procedure_name.split(" (")[0];
  setText(byId("procedure", HTMLSpanElement), real() ? info.patient : procedure);
  byId("procedure", HTMLSpanElement).title = real() ? info.patient : "";
  setText(byId("side", HTMLSpanElement), info.side ?? "");
  setText(byId("watched", HTMLElement), real() && procedure ? `watched: ${procedure}` : "");
  setText(byId("version", HTMLSpanElement), `inplane ${info.version}`);
  fact("Simulated patient", `${info.seed}, level ${info.level}`);
  fact("Probe, preset", `${info.probe?.name.split(",")[0] ?? ""}, ${info.family.replace("_block", "")}`);
  setText(byId("screen-scanner", HTMLParagraphElement), "");
  stream();
}

/** How a real source fares. */
function stream() {
  const now = state.stream;
  if (!now || !real()) return;
  const { status } = now;
  fact("Scale", SCALES[calibration()]);
  fact("Left out", String(now.skipped));
  fact("Connection", !status.connected ? "gone" : state.stale ? "stale" : "connected");
  facts.get("Connection")?.setAttribute("title", status.text);
  fact("Latency", status.latency_s === null ? "unknown" : ms(status.latency_s));
  fact("Age", state.arrived_ms === null ? "–" : ms((performance.now() - state.arrived_ms) / 1000));
  if (state.stale) fact("Frames/s", "–");
  fact("Dropped, corrupt", `${status.dropped}, ${status.corrupt}`);
}

/** @param {number} seconds */
const ms = (seconds) => (seconds < 10 ? `${(1000 * seconds).toFixed(0)} ms` : `${seconds.toFixed(0)} s`);

function view() {
  setText(button("overlay"), state.hidden ? "Overlay: hidden" : `Overlay: ${state.overlay}`);
  button("flip").setAttribute("aria-pressed", String(state.flip));
  button("teacher").setAttribute("aria-pressed", String(state.teach));
  byId("screen-model", HTMLParagraphElement).hidden = !state.teach;
  button("color").setAttribute("aria-pressed", String(state.hands?.scanner.mode === "color"));
}

function frame() {
  const now = performance.now();
  const tick = state.tick;
  if (!tick || now - shown_ms < REFRESH_MS) return;
  shown_ms = now;
  const { mechanical_index: mi, thermal_index: ti, scanner } = tick.signals;
  fact("Time", clock(tick.time_s));
  fact("MI / TI", `${mi === null ? "–" : mi.toFixed(1)} / ${ti === null ? "–" : ti.toFixed(1)}`);
  fact("Frames/s", tick.frames_per_s > 0 ? tick.frames_per_s.toFixed(0) : "–");
  if (!real()) fact("Latency", state.latency_ms > 0 ? `${state.latency_ms.toFixed(0)} ms` : "–");
  fact("Scale", SCALES[calibration()]);
  byId("screen-invalid", HTMLParagraphElement).hidden = tick.valid;
  if (!scanner || calibration() === "uncalibrated") return;
  const name = { color: "Color", power: "Power", pw: "PW" }[/** @type {string} */ (scanner.mode)];
  const color = name ? `\n${name} ${(scanner.prf_hz / 1000).toFixed(1)} kHz` : scanner.mode === "m" ? "\nM" : "";
  setText(byId("screen-scanner", HTMLParagraphElement),
    `${(scanner.frequency_hz / 1e6).toFixed(1)} MHz${scanner.harmonic ? " H" : ""}\nG ${scanner.gain_db.toFixed(0)} dB\nDR ${scanner.dynamic_range_db.toFixed(0)}\n${(scanner.depth_mm / 10).toFixed(1)} cm${color}`);
}
