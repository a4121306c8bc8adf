// What a game pad's sticks, triggers and buttons mean. The browser's "standard" layout; nothing here touches the page.

/** @typedef {{axes: readonly number[], buttons: readonly {pressed: boolean, value: number}[]}} Pad */
/**
 * @typedef {object} Moves what a pad asks for in a moment
 * @property {number} right_mm probe along its face, to the right of the screen
 * @property {number} across_mm probe across its face
 * @property {number} rotate_deg
 * @property {number} tilt_deg
 * @property {number} rock_deg right side of the screen deeper
 * @property {number} press_n
 * @property {number} advance_mm needle
 * @property {number} steeper_deg needle
 * @property {string[]} pressed actions whose button went down since the moment before
 */

const DEAD = 0.15; // chosen: worn sticks rest within it
const SLIDE_MM_S = 15, ROTATE_DEG_S = 45, TILT_DEG_S = 20, ROCK_DEG_S = 15, PRESS_N_S = 6; // chosen: a careful hand's speeds
const ADVANCE_MM_S = 12, STEEPER_DEG_S = 15; // chosen likewise; a trigger gives any speed up to it

/** Buttons of the standard layout by action. */
const BUTTONS = { aspirate: 0, freeze: 1, inject: 2, test_dose: 3, color: 9 };
const LEFT_SHOULDER = 4, RIGHT_SHOULDER = 5, LEFT_TRIGGER = 6, RIGHT_TRIGGER = 7;
const UP = 12, DOWN = 13, LEFT = 14, RIGHT = 15;

/** For the list of keys: what to touch, what it does. @type {[string, string][]} */
export const PAD_HELP = [
  ["Game pad: left stick", "Slide the probe"],
  ["Game pad: right stick", "Rotate (left, right) and tilt (up, down)"],
  ["Game pad: cross", "Rock (left, right); press less or harder (up, down)"],
  ["Game pad: right, left trigger", "Advance, withdraw the needle; the farther pulled, the faster"],
  ["Game pad: left, right shoulder", "Needle flatter, steeper"],
  ["Game pad: lower, left, upper button", "Aspirate; inject or stop; test dose"],
  ["Game pad: right button, Start", "Freeze; color Doppler"],
];

/** A stick's axis without its dead zone, quadratic, so that small moves are fine. @param {number | undefined} axis */
export function eased(axis) {
  const size = Math.min(1, Math.max(0, (Math.abs(axis ?? 0) - DEAD) / (1 - DEAD)));
  return Math.sign(axis ?? 0) * size * size;
}

/** @param {Pad} pad @param {number} index */
const held = (pad, index) => (pad.buttons[index]?.pressed ? 1 : 0);

/** A trigger's pull; pads without analog triggers give 0 or 1. @param {Pad} pad @param {number} index */
const pulled = (pad, index) => Math.max(0, ((pad.buttons[index]?.value ?? 0) - 0.05) / 0.95);

/**
 * What a pad asks for.
 * @param {Pad} pad as it is now
 * @param {readonly boolean[]} before which buttons were down a moment ago
 * @param {number} step_s how long ago that was
 * @returns {Moves}
 */
export function asked(pad, before, step_s) {
  return {
    right_mm: SLIDE_MM_S * step_s * eased(pad.axes[0]),
    across_mm: -SLIDE_MM_S * step_s * eased(pad.axes[1]),
    rotate_deg: ROTATE_DEG_S * step_s * eased(pad.axes[2]),
    tilt_deg: TILT_DEG_S * step_s * eased(pad.axes[3]),
    rock_deg: ROCK_DEG_S * step_s * (held(pad, RIGHT) - held(pad, LEFT)),
    press_n: PRESS_N_S * step_s * (held(pad, DOWN) - held(pad, UP)),
    advance_mm: ADVANCE_MM_S * step_s * (pulled(pad, RIGHT_TRIGGER) - pulled(pad, LEFT_TRIGGER)),
    steeper_deg: STEEPER_DEG_S * step_s * (held(pad, RIGHT_SHOULDER) - held(pad, LEFT_SHOULDER)),
    pressed: Object.entries(BUTTONS).filter(([, index]) => held(pad, index) && !before[index]).map(([action]) => action),
  };
}
