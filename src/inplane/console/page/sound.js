// The sound of the gate: flow towards the probe at the left, away from it at the right. Off until somebody turns it on.

import { setText } from "./dom.js";
import { state } from "./store.js";

const AHEAD_S = 0.08; // chosen: two frames, so that one that comes late is not heard
let on = false;
/** @type {AudioContext | null} */
let audio = null;
let until_s = 0;

/** Makes the button work. @param {HTMLButtonElement} button */
export function buildSound(button) {
  button.addEventListener("click", () => {
    on = !on;
    audio ??= new AudioContext();
    void (on ? audio.resume() : audio.suspend());
    button.setAttribute("aria-pressed", String(on));
    setText(button, on ? "Doppler sound on" : "Doppler sound off");
  });
}

/**
 * Plays what a gate heard, after what is playing; pulses become samples by straight lines between them.
 * @param {import("./frame.js").Spectral} spectral
 */
export function hear({ sound, prf_hz }) {
  const pulses = sound.length / 2;
  if (!on || !audio || pulses < 2 || state.frozen) return;
  const length = Math.max(1, Math.round((pulses / prf_hz) * audio.sampleRate));
  const buffer = audio.createBuffer(2, length, audio.sampleRate);
  for (const side of [0, 1]) {
    const out = buffer.getChannelData(side);
    for (let at = 0; at < length; at++) {
      const exact = (at / length) * (pulses - 1);
      const before = Math.floor(exact);
      const share = exact - before;
      out[at] = ((1 - share) * sound[2 * before + side] + share * sound[2 * Math.min(before + 1, pulses - 1) + side]) / 32767;
    }
  }
  const source = new AudioBufferSourceNode(audio, { buffer });
  source.connect(audio.destination);
  if (until_s < audio.currentTime || until_s > audio.currentTime + 4 * AHEAD_S) until_s = audio.currentTime + AHEAD_S;
  source.start(until_s);
  until_s += length / audio.sampleRate;
}
