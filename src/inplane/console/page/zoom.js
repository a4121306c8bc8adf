// Zoom and pan of a picture that nobody steers: the point under the pointer stays where it is.

import { clamp, say } from "./dom.js";
import { changed, state } from "./store.js";
import { centreOf, markerSide, view } from "./view.js";

export const ZOOM_LIMITS = /** @type {[number, number]} */ ([1, 8]);

/**
 * Another magnification.
 * @param {number} scale 1 shows the whole picture
 * @param {number} [x] of the point that stays, on the screen; its middle where left out
 * @param {number} [y]
 */
export function setZoom(scale, x, y) {
  const before = view();
  const [atX, atY] = [x ?? (before.window.left + before.window.right) / 2, y ?? (before.window.top + before.window.bottom) / 2];
  const point = {
    x: (markerSide() * ((before.left + before.right) / 2 - atX)) / before.scale,
    y: (atY - before.top) / before.scale,
  };
  state.zoom.scale = clamp(scale, ...ZOOM_LIMITS);
  const now = view();
  state.zoom = {
    scale: state.zoom.scale,
    x_mm: point.x + (markerSide() * (atX - now.middleX)) / now.scale,
    y_mm: point.y - (atY - now.middleY) / now.scale,
  };
  settle();
}

/** @param {number} factor @param {number} [x] @param {number} [y] */
export const zoomBy = (factor, x, y) => setZoom(Math.round(state.zoom.scale * factor * 100) / 100, x, y);

/** Moves the picture on the screen. @param {number} dx pixels to the right @param {number} dy down */
export function pan(dx, dy) {
  const { scale } = view();
  state.zoom.x_mm += (markerSide() * dx) / scale;
  state.zoom.y_mm -= dy / scale;
  settle();
}

/** The whole picture. */
export function resetZoom() {
  state.zoom = { scale: 1, x_mm: 0, y_mm: 0 };
  say("Whole picture");
  changed("view");
}

/** Keeps the picture within its window. */
function settle() {
  [state.zoom.x_mm, state.zoom.y_mm] = centreOf(view());
  changed("view");
}
