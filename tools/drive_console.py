"""Drives the console in headless Chromium as a person would, by keys: for its tests and for the pictures in docs.

Playwright drives an installed Chromium; it never downloads one.
"""

from math import atan2, degrees, hypot
from typing import Any

from playwright.sync_api import Page

CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SOFTWARE_WEBGL = "--enable-unsafe-swiftshader"
"""Lets Chromium draw WebGL with the processor, for the 3-D scene on machines without a graphics card."""
PATIENCE_S = 90.0
"""How long anything may take (chosen: the loop turns several times slower on a crowded machine)."""
USUAL_INDENTATION_MM = 2.5
"""How deep a lightly pressed probe stands in a groin; a hand knows it roughly."""


class Screen:
    """The page as a person at the console has it: sees its state, presses keys."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.faults: list[str] = []
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda message: self.faults.append(message.text) if message.type == "error" else None)

    def get(self, expression: str) -> Any:
        """A value of the page's state."""
        return self.page.evaluate(f"inplane.{expression}")

    def until(self, condition: str, timeout_s: float = PATIENCE_S) -> None:
        """Waits until something is true of the page's state."""
        self.page.wait_for_function(f"() => {{ const s = inplane; return {condition}; }}", timeout=timeout_s * 1e3)

    def keys(self, *keys: str, times: int = 1) -> None:
        """Presses keys."""
        for _ in range(times):
            for key in keys:
                self.page.keyboard.press(key)

    def frames(self, count: int = 3) -> None:
        """Waits until so many more frames were drawn."""
        self.until(f"s.drawn >= {self.get('drawn') + count}")

    def settle(self) -> None:
        """Waits until a frame was made from the newest hands."""
        self.page.wait_for_timeout(50)
        self.until("s.tick.stamp_ms >= s.hands.stamp_ms")

    def done(self, step: str) -> bool:
        """Whether a step of the lesson is behind."""
        return self.get(f"events.some(e => e.kind === 'lesson' && e.name === '{step}')")

    def pixels(self) -> list[int]:
        """Grey values of the picture on the screen, thinned."""
        return self.get("picture ? Array.from(inplane.picture.pixels).filter((_, i) => i % 97 === 0) : []")

    def focused(self) -> list[str]:
        """Type, name, value and id of what has the focus."""
        return self.page.evaluate("['type', 'name', 'value', 'id'].map(k => document.activeElement[k] ?? '')")

    def tick_all_by_keys(self, dialog: str) -> None:
        """Every box of a dialog with Space, then its button."""
        self.page.wait_for_selector(f"#{dialog}[open]")
        for _ in range(60):
            kind, _, _, name = self.focused()
            if name == f"{dialog}-go":
                self.keys("Enter")
                return
            if kind == "checkbox":
                self.keys("Space")
            self.keys("Tab")

    def fill_form_by_keys(self) -> None:
        """The short form: every box with Space, the side with an arrow key, then the button."""
        self.keys("f")
        self.page.wait_for_selector("#form-dialog[open]")
        for _ in range(60):
            focused = self.focused()
            if focused[0] == "checkbox":
                self.keys("Space")
            elif focused[0] == "radio":
                self.keys("Space")
                if focused[2] != self.get("info.side"):
                    self.keys("ArrowRight")
            elif focused[3] == "form-dialog-go":
                self.keys("Enter")
                break
            self.keys("Tab")
        self.until("s.step === 'injection'")


def place_needle(screen: Screen, depth_share: float = 1.0, target_x_mm: float = 2.0) -> None:
    """By keys, with the teacher's layer as a guide: target into the plane, needle at the angle that meets it.

    Args:
        screen: with the form filled and the layer off.
        depth_share: how much of the way to the target.
        target_x_mm: where in the picture the target is brought, towards the marker.
    """
    screen.keys("t")
    screen.until("s.teacher && s.teacher.target_mm")
    for _ in range(12):  # bring the target into the imaging plane, and toward the needle's end of the picture
        x, _, z = screen.get("teacher.target_mm")
        aside, across = round(x - target_x_mm), round(z)
        if abs(aside) < 2 and abs(across) < 1:
            break
        screen.keys("ArrowLeft" if aside > 0 else "ArrowRight", times=min(abs(aside), 12))
        screen.keys("ArrowDown" if across > 0 else "ArrowUp", times=min(abs(across), 12))
        screen.settle()
        screen.frames(8)
    x, y, _ = screen.get("teacher.target_mm")
    screen.keys("e", times=3)  # farther away is flatter, and a flat needle is seen better
    width = screen.get("info.probe.width_mm")
    away = width / 2 + screen.get("hands.needle.distance_mm") - x
    goal = degrees(atan2(y + USUAL_INDENTATION_MM, away))
    change = round(goal - screen.get("hands.needle.steepness_deg"))
    screen.keys("'" if change > 0 else ";", times=abs(change))
    for _ in range(int(depth_share * hypot(y + USUAL_INDENTATION_MM, away))):
        screen.keys("PageDown")
        screen.page.wait_for_timeout(60)
    screen.settle()
