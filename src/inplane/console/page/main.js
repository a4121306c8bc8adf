// The console's page: builds every part, then draws.

import { buildAlarms } from "./alarms.js";
import { drawCaliper } from "./caliper.js";
import { buildCine } from "./cine.js";
import { button, byId } from "./dom.js";
import { buildForm } from "./form.js";
import { buildGamepad, pollGamepad } from "./gamepad.js";
import { buildGuidance } from "./guidance.js";
import { buildKeys } from "./keys.js";
import { buildKnobs } from "./knobs.js";
import { buildLesson } from "./lesson.js";
import { buildLookKnobs } from "./look_knobs.js";
import { buildMap, drawMap } from "./map.js";
import { drawMarks } from "./marks.js";
import { buildNeedleBar } from "./needle_bar.js";
import { drawPicture } from "./picture.js";
import { buildPlunger, pressPlunger } from "./plunger.js";
import { buildPointer } from "./pointer.js";
import { buildResult } from "./result.js";
import { drawScale } from "./scale.js";
import { buildScene } from "./scene3d.js";
import { buildSession } from "./session.js";
import { buildStrip, drawStrip } from "./strip.js";
import { buildSource } from "./source.js";
import { connect, flushHands, onCover } from "./socket.js";
import { on, state } from "./store.js";
import { buildTabs } from "./tabs.js";
import { drawTeacher } from "./teacher.js";
import { buildTop } from "./top.js";
import { prepared, view } from "./view.js";
import { buildWatch } from "./watch.js";

const marks = byId("marks", HTMLCanvasElement);

/** Draws the frame and everything over it. */
function draw() {
  drawPicture();
  const context = prepared(marks);
  const v = view();
  context.clearRect(0, 0, v.width, v.height);
  drawScale(context, v);
  const tick = state.tick;
  if (state.teacher && state.teach) drawTeacher(context, v, state.teacher);
  if (tick && tick.valid && !state.hidden && !state.stale) drawMarks(context, v, tick, state.overlay);
  drawCaliper(context, v);
  drawStrip();
}

/** Hands are sent at most once an animation frame, as they are then. */
function everyFrame() {
  pollGamepad();
  pressPlunger();
  flushHands();
  drawMap();
  requestAnimationFrame(everyFrame);
}

onCover((text, fraction, again) => {
  byId("cover", HTMLDivElement).hidden = text === "";
  byId("cover-text", HTMLParagraphElement).textContent = text;
  const progress = byId("cover-progress", HTMLProgressElement);
  progress.hidden = again;
  if (fraction === null) progress.removeAttribute("value");
  else progress.value = fraction;
  button("cover-again").hidden = !again;
});
button("cover-again").addEventListener("click", connect);

if (location.search) history.replaceState(null, "", location.pathname);
for (const build of [
  buildSource, buildWatch, buildTabs, buildKnobs, buildLookKnobs, buildNeedleBar, buildPlunger, buildCine, buildTop, buildGuidance, buildAlarms, buildLesson,
  buildResult, buildForm, buildSession, buildMap, buildPointer, buildKeys, buildGamepad, buildStrip, buildScene,
]) build();
on("frame", draw);
on("view", draw);
on("stale", draw);
on("session", draw);
new ResizeObserver(draw).observe(byId("screen", HTMLDivElement));
connect();
requestAnimationFrame(everyFrame);
