// Advance and withdraw, below the picture.

import { button, byId, range, setText } from "./dom.js";
import { on, state } from "./store.js";
import { advance, needleAllowed, needleLimits, setNeedle } from "./move.js";

/** Makes slider and buttons work. */
export function buildNeedleBar() {
  for (const [id, by] of /** @type {const} */ ([["out-5", -5], ["out-1", -1], ["in-1", 1], ["in-5", 5]])) {
    button(id).addEventListener("click", () => advance(by));
  }
  range("advance").addEventListener("input", () => setNeedle("advance_mm", Number(range("advance").value)));
  on("hands", update);
  on("event", update);
  on("view", update);
}

function update() {
  const value = state.hands?.needle.advance_mm ?? 0;
  const slider = range("advance");
  slider.max = String(needleLimits("advance_mm")[1]);
  if (Number(slider.value) !== value) slider.value = String(value);
  const shown = `${value.toFixed(1)} mm`;
  slider.setAttribute("aria-valuetext", shown);
  setText(byId("advance-value", HTMLOutputElement), shown);
  const can = needleAllowed() && !state.frozen;
  slider.disabled = !can;
  for (const id of ["in-1", "in-5"]) button(id).disabled = !can;
  for (const id of ["out-1", "out-5"]) button(id).disabled = !can || value <= 0;
}
