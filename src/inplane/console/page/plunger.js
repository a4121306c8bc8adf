// The syringe: aspirate, test dose, aliquots. The page presses the plunger at a steady hand's speed and can stop at once.

import { button, byId, clamp, say, setText } from "./dom.js";
import { on, state } from "./store.js";
import { handsMoved } from "./socket.js";
import { inserted, needleAllowed } from "./move.js";

const HAND_ML_S = 0.5; // chosen: a slow, even injection, as fast as the simulated hand delivers

let goal_ml = 0;
let last_s = 0;

/** What is still to be pressed, ml. */
const left_ml = () => Math.max(0, goal_ml - (state.hands?.plunger.injected_ml ?? 0));

const ready = () => needleAllowed() && inserted() && !state.frozen;

/** Pulls the plunger back once. */
export function aspirate() {
  if (!state.hands || !ready() || left_ml() > 0) return;
  state.hands.plunger.aspirations += 1;
  handsMoved();
}

/**
 * Begins to inject a volume; while fluid is moving it stops instead.
 * @param {number} volume_ml
 */
function inject(volume_ml) {
  if (!state.hands || !state.info) return;
  const given = state.hands.plunger.injected_ml;
  if (left_ml() > 0) {
    goal_ml = given;
    say("Injection stopped");
  } else if (ready()) {
    goal_ml = Math.min(given + volume_ml, state.info.plan?.syringe_ml ?? given);
    last_s = state.tick?.time_s ?? 0;
    say(`Injecting ${(goal_ml - given).toFixed(1)} ml`);
  }
  update();
}

/** The test dose of the plan. */
export const testDose = () => inject(state.info?.plan?.test_dose_ml ?? 0.5);

/** The aliquot as the page has it. */
export const injectAliquot = () => inject(clamp(Number(byId("aliquot", HTMLInputElement).value) || 0, 0, 20));

/** Moves the plunger on, by the source's clock: when the simulation is slow, so is the hand. */
export function pressPlunger() {
  const now_s = state.tick?.time_s ?? 0;
  if (left_ml() > 0 && state.hands) {
    if (!ready()) goal_ml = state.hands.plunger.injected_ml;
    const step = Math.min(left_ml(), HAND_ML_S * clamp(now_s - last_s, 0, 1));
    if (step > 0) {
      state.hands.plunger.injected_ml = Math.round((state.hands.plunger.injected_ml + step) * 1e4) / 1e4;
      handsMoved();
    }
    if (left_ml() <= 0) update();
  }
  last_s = now_s;
}

/** Makes the buttons work. */
export function buildPlunger() {
  button("aspirate").addEventListener("click", aspirate);
  button("test-dose").addEventListener("click", testDose);
  button("inject").addEventListener("click", injectAliquot);
  on("session", () => {
    goal_ml = state.hands?.plunger.injected_ml ?? 0;
    byId("aliquot", HTMLInputElement).value = String(state.info?.plan?.aliquot_ml ?? 3);
  });
  on("hands", update);
  on("event", update);
  on("view", update);
}

function update() {
  const moving = left_ml() > 0;
  const can = ready();
  button("aspirate").disabled = !can || moving;
  button("test-dose").disabled = !can || moving;
  button("inject").disabled = !can && !moving;
  button("inject").classList.toggle("primary", moving);
  setText(button("inject"), moving ? "Stop" : "Inject");
  setText(button("test-dose"), `Test ${state.info?.plan?.test_dose_ml ?? ""} ml`);
  const asked = state.hands?.plunger.injected_ml ?? 0;
  const plan = state.info?.plan;
  setText(byId("plunger-legend", HTMLLegendElement), plan ? `Plunger: ${asked.toFixed(1)} of ${plan.planned_ml} ml, ${plan.drug}` : "Plunger");
}
