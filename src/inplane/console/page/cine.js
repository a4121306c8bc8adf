// Freeze, and stepping through the last ten seconds.

import { button, byId, clamp, range } from "./dom.js";
import { on, state, still } from "./store.js";
import { send } from "./socket.js";
import { toggleFreeze } from "./move.js";

/**
 * Steps through the frozen frames.
 * @param {number} by frames forward
 */
export function stepCine(by) {
  const tick = state.tick;
  if (!still() || !tick) return;
  send({ type: "Cine", back: clamp(tick.cine_back - by, 0, Math.max(0, tick.cine_count - 1)) });
}

/** Makes button and slider work. */
export function buildCine() {
  button("freeze").addEventListener("click", toggleFreeze);
  range("cine").addEventListener("input", () => {
    const slider = range("cine");
    send({ type: "Cine", back: Number(slider.max) - Number(slider.value) });
  });
  on("view", update);
  on("frame", update);
  on("stream", update);
}

function update() {
  button("freeze").setAttribute("aria-pressed", String(state.frozen));
  byId("screen-frozen", HTMLParagraphElement).hidden = !state.frozen;
  const slider = range("cine");
  slider.disabled = !still();
  const last = Math.max(0, (state.tick?.cine_count ?? 1) - 1);
  if (slider.max !== String(last)) slider.max = String(last);
  const at = last - (state.tick?.cine_back ?? 0);
  if (document.activeElement !== slider || !still()) slider.value = String(at);
  const back_s = (state.tick?.cine_back ?? 0) / (state.info?.about_source?.rate_hz || 30);
  slider.setAttribute("aria-valuetext", back_s > 0 ? `${back_s.toFixed(1)} seconds back` : "newest frame");
}
