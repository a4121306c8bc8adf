// The lesson: one step at a time. The console says when a step's goal is reached; a step may be skipped, which is noted.

import { button, byId, say, setText } from "./dom.js";
import { on, state } from "./store.js";
import { send } from "./socket.js";

let page = 0;
/** @type {Set<string>} */
let done = new Set();

const steps = () => state.info?.lesson ?? [];

/** The step to do now: the first that is not done. */
const current = () => steps().findIndex((step) => !done.has(step.id));

/** Looks at the next step or the one before; going on from the present one skips it. @param {number} by */
export function turnLesson(by) {
  if (by > 0 && page === current()) send({ type: "Skip" });
  else show(page + by);
}

/** @param {number} to */
function show(to) {
  page = Math.min(Math.max(to, 0), Math.max(0, steps().length - 1));
  update();
  const step = steps()[page];
  if (step) say(`${step.title}. ${step.text} ${step.keys}`);
}

/** Makes buttons and events work. */
export function buildLesson() {
  button("lesson-next").addEventListener("click", () => turnLesson(1));
  button("lesson-back").addEventListener("click", () => turnLesson(-1));
  on("session", () => {
    done = new Set();
    page = 0;
    update();
  });
  on("event", () => {
    const before = done.size;
    for (const event of state.events) if (event.kind === "lesson") done.add(event.name);
    if (done.size !== before) show(current() < 0 ? steps().length - 1 : current());
  });
}

function update() {
  const step = steps()[page];
  byId("lesson", HTMLElement).hidden = !step;
  if (!step) return;
  const over = current() < 0;
  setText(byId("lesson-title", HTMLHeadingElement), state.info?.lesson_title ?? "Lesson");
  setText(byId("lesson-page", HTMLHeadingElement), step.title);
  byId("lesson-page", HTMLHeadingElement).classList.toggle("lesson-done", done.has(step.id));
  const end = over ? " The lesson is done: give the rest in aliquots, withdraw the needle, and end the injection." : "";
  setText(byId("lesson-text", HTMLParagraphElement), step.text + end);
  setText(byId("lesson-keys", HTMLParagraphElement), `Keys: ${step.keys}`);
  setText(byId("lesson-count", HTMLSpanElement), `${page + 1} of ${steps().length}`);
  button("lesson-back").disabled = page === 0;
  button("lesson-next").disabled = page === steps().length - 1 && done.has(step.id);
  setText(button("lesson-next"), page === current() ? "Skip" : "Next");
}
