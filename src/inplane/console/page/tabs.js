// Tabs as the ARIA practices have them: arrow keys move, one tab stop.

import { byId } from "./dom.js";

const NAMES = ["probe", "needle", "scanner", "tgc"];

/** @param {string} name */
export function openTab(name) {
  for (const other of NAMES) {
    const tab = byId(`tab-${other}`, HTMLButtonElement);
    tab.setAttribute("aria-selected", String(other === name));
    tab.tabIndex = other === name ? 0 : -1;
    byId(`panel-${other}`, HTMLDivElement).hidden = other !== name;
  }
}

/** Makes the tabs work. */
export function buildTabs() {
  NAMES.forEach((name, index) => {
    const tab = byId(`tab-${name}`, HTMLButtonElement);
    tab.addEventListener("click", () => openTab(name));
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const next = NAMES[(index + step + NAMES.length) % NAMES.length];
      openTab(next);
      byId(`tab-${next}`, HTMLButtonElement).focus();
      event.preventDefault();
      event.stopPropagation();
    });
  });
}
