// The bar at the top, the words on the picture, the overlay and teacher buttons.

import { button, byId, clock, make, say, setText } from "./dom.js";
import { changed, on, state } from "./store.js";
import { handsMoved, send } from "./socket.js";
import { toggleColor } from "./move.js";
import { toggleCaliper } from "./caliper.js";

const REFRESH_MS = 250;
let shown_ms = 0;
/** @type {Map<string, HTMLElement>} */
const facts = new Map();

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
  for (const name of ["Simulated patient", "Time", "Probe, preset", "MI / TI", "Frames/s", "Latency"]) {
    const value = make("dd", null, "–");
    facts.set(name, value);
    const className = name === "Latency" || name === "MI / TI" ? "extra" : "";
    byId("facts", HTMLDListElement).append(make("div", { className }, make("dt", null, name), value));
  }
  button("overlay").addEventListener("click", turnOverlay);
  button("flip").addEventListener("click", toggleFlip);
  button("teacher").addEventListener("click", toggleTeacher);
  button("color").addEventListener("click", toggleColor);
  button("caliper").addEventListener("click", toggleCaliper);
  on("session", session);
  on("view", view);
  on("hands", view);
  on("frame", frame);
  window.addEventListener("focus", () => handsMoved());
}

/** @param {string} name @param {string} text */
const fact = (name, text) => setText(/** @type {HTMLElement} */ (facts.get(name)), text);

function session() {
  const info = state.info;
  if (!info) return;
  setText(byId("source", HTMLElement), info.source);
  setText(byId("procedure", HTMLSpanElement), info.procedure_name.split(" (")[0]);
  setText(byId("side", HTMLSpanElement), info.side);
  setText(byId("version", HTMLSpanElement), `inplane ${info.version}`);
  fact("Simulated patient", `${info.seed}, level ${info.level}`);
  fact("Probe, preset", `${info.probe.name.split(",")[0]}, ${info.family.replace("_block", "")}`);
}

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
  fact("Latency", state.latency_ms > 0 ? `${state.latency_ms.toFixed(0)} ms` : "–");
  if (!scanner) return;
  const color = scanner.mode === "color" ? `\nColor ${(scanner.prf_hz / 1000).toFixed(1)} kHz` : "";
  setText(byId("screen-scanner", HTMLParagraphElement),
    `${(scanner.frequency_hz / 1e6).toFixed(1)} MHz\nG ${scanner.gain_db.toFixed(0)} dB\nDR ${scanner.dynamic_range_db.toFixed(0)}\n${(scanner.depth_mm / 10).toFixed(1)} cm${color}`);
}
