// A game pad as hands: looked at once an animation frame while one is connected, never otherwise.

import { say } from "./dom.js";
import { rockAndTilt, rotate, setNeedle, setProbe, slide, toggleColor, toggleFreeze } from "./move.js";
import { asked } from "./pad_map.js";
import { aspirate, injectAliquot, testDose } from "./plunger.js";
import { real, state } from "./store.js";

const LONGEST_S = 0.1; // chosen: after a pause of the page hands do not jump

/** @type {Record<string, () => void>} */
const ACTIONS = { aspirate, freeze: toggleFreeze, inject: injectAliquot, test_dose: testDose, color: toggleColor };

let connected = false;
let last_ms = 0;
/** @type {boolean[]} */
let before = [];

/** The first pad that the browser lets the page see. */
const first = () => Array.from(navigator.getGamepads()).find((pad) => pad !== null && pad.connected) ?? null;

/** Waits for a pad; browsers tell of one when its first button is pressed. */
export function buildGamepad() {
  for (const name of ["gamepadconnected", "gamepaddisconnected"]) addEventListener(name, look);
}

/** Whether there is a pad now. */
function look() {
  const had = connected;
  connected = first() !== null;
  if (connected && !had) last_ms = performance.now();
  before = first()?.buttons.map((button) => button.pressed) ?? [];
  if (connected !== had) say(connected ? "Game pad connected" : "Game pad gone");
}

/** Moves the hands as the pad says, once an animation frame. */
export function pollGamepad() {
  if (!connected) return;
  const pad = first();
  const now_ms = performance.now();
  const step_s = Math.min((now_ms - last_ms) / 1000, LONGEST_S);
  last_ms = now_ms;
  if (pad === null) return look();
  const moves = asked(pad, before, step_s);
  before = pad.buttons.map((button) => button.pressed);
  if (real() || !state.hands || document.querySelector("dialog[open]")) return;
  for (const action of moves.pressed) ACTIONS[action]?.();
  move(moves);
}

/** @param {import("./pad_map.js").Moves} moves */
function move(moves) {
  const hands = state.hands;
  if (!hands) return;
  if (moves.right_mm || moves.across_mm) slide(moves.right_mm, moves.across_mm);
  if (moves.rotate_deg) rotate(moves.rotate_deg);
  if (moves.rock_deg || moves.tilt_deg) rockAndTilt(moves.rock_deg, moves.tilt_deg);
  if (moves.press_n) setProbe("press_n", hands.probe.press_n + moves.press_n);
  if (moves.advance_mm) setNeedle("advance_mm", hands.needle.advance_mm + moves.advance_mm);
  if (moves.steeper_deg) setNeedle("steepness_deg", hands.needle.steepness_deg + moves.steeper_deg);
}
