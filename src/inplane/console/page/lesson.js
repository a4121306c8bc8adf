// The lesson: one page at a time; the console says when what a page asks for has been done.

import { button, byId, say, setText } from "./dom.js";
import { on, state } from "./store.js";

let page = 0;
/** @type {Set<string>} */
let done = new Set();

/** Shows the next page, or the one before. @param {number} by */
export function turnLesson(by) {
  const pages = state.info?.lesson ?? [];
  page = Math.min(Math.max(page + by, 0), Math.max(0, pages.length - 1));
  update();
  if (pages[page]) say(`${pages[page].title}. ${pages[page].text} ${pages[page].keys}`);
}

/** Makes buttons and events work. */
export function buildLesson() {
  button("lesson-next").addEventListener("click", () => turnLesson(1));
  button("lesson-back").addEventListener("click", () => turnLesson(-1));
  on("session", () => {
    page = 0;
    done = new Set();
    update();
  });
  on("event", () => {
    const pages = state.info?.lesson ?? [];
    const before = done.size;
    for (const event of state.events) if (event.kind === "lesson") done.add(event.name);
    if (done.size === before) return;
    update();
    if (pages[page] && done.has(pages[page].id) && page < pages.length - 1) turnLesson(1);
  });
}

function update() {
  const pages = state.info?.lesson ?? [];
  byId("lesson", HTMLElement).hidden = pages.length === 0;
  const current = pages[page];
  if (!current) return;
  setText(byId("lesson-title", HTMLHeadingElement), state.info?.lesson_title ?? "Lesson");
  setText(byId("lesson-page", HTMLHeadingElement), current.title);
  byId("lesson-page", HTMLHeadingElement).classList.toggle("lesson-done", done.has(current.id));
  setText(byId("lesson-text", HTMLParagraphElement), current.text);
  setText(byId("lesson-keys", HTMLParagraphElement), current.keys);
  setText(byId("lesson-count", HTMLSpanElement), `${page + 1} of ${pages.length}`);
  button("lesson-back").disabled = page === 0;
  button("lesson-next").disabled = page === pages.length - 1;
}
