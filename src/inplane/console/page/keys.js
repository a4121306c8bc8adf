// Every key. Arrow keys slide the probe while the picture is live and step the cine while it is frozen; inside a slider
// they are the slider's own. Letters work everywhere except in text fields and dialogs.

import { byId, button, make } from "./dom.js";
import { real, state, still } from "./store.js";
import { advance, rockAndTilt, rotate, setKnob, setNeedle, setProbe, slide, toggleColor, toggleFreeze, toggleMode } from "./move.js";
import { aspirate, injectAliquot, testDose } from "./plunger.js";
import { acknowledgeFirst } from "./alarms.js";
import { measuring, moveCaliper, placeCaliper, toggleCaliper } from "./caliper.js";
import { stepCine } from "./cine.js";
import { nextStep } from "./form.js";
import { toggleScene } from "./scene3d.js";
import { openSession } from "./session.js";
import { toggleFlip, toggleHidden, toggleTeacher, turnOverlay } from "./top.js";
import { turnLesson } from "./lesson.js";
import { view } from "./view.js";
import { nextMap, setGain } from "./look.js";
import { PAD_HELP } from "./pad_map.js";
import { pan, resetZoom, zoomBy } from "./zoom.js";

const hands = () => state.hands;

/** @typedef {[string, string, (event: KeyboardEvent) => void]} Key key, what it does, how */

/** Of a recording or a scanner. @type {Key[]} */
const REAL_KEYS = [
  [" ", "Freeze, or go on; at the end, play again", toggleFreeze],
  ["[", "Less gain", () => setGain(state.look.gain_db - 1)],
  ["]", "More gain", () => setGain(state.look.gain_db + 1)],
  ["g", "Next grey map", nextMap],
  ["=", "Zoom in", () => zoomBy(1.25)],
  ["-", "Zoom out", () => zoomBy(0.8)],
  ["0", "Whole picture", resetZoom],
  ["x", "Flip the picture", toggleFlip],
  ["k", "Caliper (arrows move, Enter sets)", toggleCaliper],
  ["o", "Overlay: off, outline, full", turnOverlay],
  ["h", "Hide all marks", toggleHidden],
  ["y", "Acknowledge the alarm", acknowledgeFirst],
  ["r", "This source: begin again", openSession],
  ["?", "This list", openHelp],
];

/** Of a simulated patient. @type {Key[]} */
const KEYS = [
  [" ", "Freeze, or go on", toggleFreeze],
  ["[", "Less gain", () => setKnob("gain_db", (hands()?.scanner.gain_db ?? 0) - 1)],
  ["]", "More gain", () => setKnob("gain_db", (hands()?.scanner.gain_db ?? 0) + 1)],
  ["-", "Less depth", () => setKnob("depth_mm", (hands()?.scanner.depth_mm ?? 40) - 5)],
  ["=", "More depth", () => setKnob("depth_mm", (hands()?.scanner.depth_mm ?? 40) + 5)],
  ["c", "Color Doppler", toggleColor],
  ["w", "Power Doppler", () => toggleMode("power")],
  ["d", "Spectral (PW) Doppler", () => toggleMode("pw")],
  ["m", "M-mode", () => toggleMode("m")],
  ["b", "The picture alone", () => toggleMode("b")],
  ["x", "Flip the picture", toggleFlip],
  ["k", "Caliper (arrows move, Enter sets)", toggleCaliper],
  ["o", "Overlay: off, outline, full", turnOverlay],
  ["h", "Hide all marks", toggleHidden],
  ["t", "Teacher’s layer, from the model", toggleTeacher],
  ["3", "3-D scene, from the model", toggleScene],
  [",", "Rotate the probe", () => rotate(-2)],
  [".", "Rotate the other way", () => rotate(2)],
  ["p", "Press harder (Shift: less)", (event) => setProbe("press_n", (hands()?.probe.press_n ?? 0) + (event.shiftKey ? -1 : 1))],
  ["PageDown", "Advance the needle 1 mm (Shift: 0.2)", (event) => advance(event.shiftKey ? 0.2 : 1)],
  ["PageUp", "Withdraw the needle 1 mm (Shift: 0.2)", (event) => advance(event.shiftKey ? -0.2 : -1)],
  [";", "Needle flatter", () => setNeedle("steepness_deg", (hands()?.needle.steepness_deg ?? 35) - 1)],
  ["'", "Needle steeper", () => setNeedle("steepness_deg", (hands()?.needle.steepness_deg ?? 35) + 1)],
  ["e", "Entry farther from the probe (Shift: nearer)", (event) => setNeedle("distance_mm", (hands()?.needle.distance_mm ?? 12) + (event.shiftKey ? -2 : 2))],
  ["a", "Aspirate", aspirate],
  ["i", "Inject the aliquot, or stop (Shift: test dose)", (event) => (event.shiftKey ? testDose() : injectAliquot())],
  ["f", "Next step: form, end, aftercare, result", nextStep],
  ["l", "Next page of the lesson (Shift: back)", (event) => turnLesson(event.shiftKey ? -1 : 1)],
  ["y", "Acknowledge the alarm", acknowledgeFirst],
  ["r", "Session: reset, retry, new patient", openSession],
  ["?", "This list", openHelp],
];
const HELP = [
  [["Arrow keys", "Slide the probe; step the cine while frozen"], ["Shift + arrow keys", "Rock and tilt"]],
  [
    ["Mouse on the picture", "Drag slides, Shift-drag rocks and tilts, Alt-drag rotates; the wheel advances the needle, with Ctrl finely"],
    ["Touch on the picture", "One finger slides; two fingers change depth and rotate"],
    ...PAD_HELP,
  ],
];
const HELP_REAL = [
  [["Arrow keys", "Step the cine while the picture stands still; else move the zoomed picture"]],
  [
    ["Mouse on the picture", "The wheel zooms where the pointer is, drag moves the picture, a double click shows all of it"],
    ["Touch on the picture", "One finger moves the picture; two fingers zoom"],
  ],
];
const SHOWN = new Map([[" ", "Space"], ["PageDown", "Page Down"], ["PageUp", "Page Up"]]);

/** The keys that do something now. */
const known = () => (real() ? REAL_KEYS : KEYS);

/** Makes the keys work. */
export function buildKeys() {
  button("help-open").addEventListener("click", openHelp);
  document.addEventListener("keydown", press);
}

/** @param {KeyboardEvent} event */
function press(event) {
  const target = event.target instanceof HTMLElement ? event.target : document.body;
  if (event.ctrlKey || event.metaKey || document.querySelector("dialog[open]")) return;
  if (event.key === "Escape") {
    byId("screen", HTMLDivElement).focus();
    return;
  }
  const field = target instanceof HTMLInputElement || target instanceof HTMLSelectElement;
  if (field && target.type !== "range") return;
  if (event.key === " " && (target instanceof HTMLButtonElement || field)) return;
  if (event.key.startsWith("Arrow") || event.key === "Enter") {
    if (field || target.closest('[role="tablist"]') || (event.key === "Enter" && target instanceof HTMLButtonElement)) return;
    if (arrow(event)) event.preventDefault();
    return;
  }
  if (field && event.key.startsWith("Page") && target.id !== "advance") return;
  const found = known().find(([key]) => key === event.key || (key.length === 1 && /[a-z]/.test(key) && key === event.key.toLowerCase()));
  if (!found || event.altKey) return;
  found[2](event);
  event.preventDefault();
}

/** @param {KeyboardEvent} event @returns {boolean} whether it was used */
function arrow(event) {
  const right = { ArrowRight: 1, ArrowLeft: -1 }[event.key] ?? 0;
  const down = { ArrowDown: 1, ArrowUp: -1 }[event.key] ?? 0;
  if (measuring()) {
    if (event.key === "Enter") placeCaliper();
    else moveCaliper(view(), right, down);
  } else if (event.key === "Enter") return false;
  else if (still()) stepCine(right || -down * 10);
  else if (real()) pan(-40 * right, -40 * down);
  else if (event.shiftKey) rockAndTilt(right, down);
  else if (event.altKey) rotate(2 * right);
  else slide(right, -down);
  return true;
}

/** The list of keys. */
export function openHelp() {
  const dialog = byId("help-dialog", HTMLDialogElement);
  const [before, after] = real() ? HELP_REAL : HELP;
  const rows = [...before, ...known().map(([key, what]) => [SHOWN.get(key) ?? key.toUpperCase(), what]), ["Esc", "Give the focus back to the picture"], ...after];
  const close = make("button", { type: "button", className: "primary" }, "Close");
  close.addEventListener("click", () => dialog.close());
  dialog.replaceChildren(make("div", { className: "inside" },
    make("h2", { id: "help-title" }, "Keys, mouse, touch and game pad"),
    make("table", null, make("tbody", null, ...rows.map(([key, what]) =>
      make("tr", null, make("th", { scope: "row" }, make("kbd", null, key)), make("td", null, what))))),
    make("p", { className: "foot" }, "inplane is research and training software. It is not a medical device and must not be used to treat people."),
    make("div", { className: "buttons" }, close)));
  dialog.showModal();
}
