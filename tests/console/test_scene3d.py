"""The 3-D scene on the page, in headless Chromium on the real program; the processor draws it."""

import os
import sys
import time
from collections.abc import Callable, Generator
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from inplane.anatomy.surfaces import MOST_TRIANGLES
from inplane.console import ObservedSessions, SessionChoice, SimulatedSessions

ROOT = Path(__file__).parents[2]

sys.path[:0] = [str(ROOT / "tools"), str(Path(__file__).parent)]
from drive_console import CHROMIUM_FLAGS, SOFTWARE_WEBGL, Screen  # noqa: E402  a script beside the package
from fake_sources import FakeRecording  # noqa: E402

pytestmark = [pytest.mark.chromium, pytest.mark.slow, pytest.mark.timeout(600)]

MOST_A_SECOND = 8.5
"""Drawings: one each 120 ms, and a little for the clock."""
NO_WEBGL = """() => {
  const before = HTMLCanvasElement.prototype.getContext;
  HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
    return kind.startsWith("webgl") ? null : before.call(this, kind, ...more);
  };
}"""
EDGE = 8
"""Pixels at the panel's edge that are left out: the ring of the focus comes and goes there."""
SEEN = 0.004
"""Share of the pixels that a change of the scene changes at least. Chosen: a thin vessel's."""


@pytest.fixture(scope="module")
def console(run_console: Callable[..., Any]) -> Generator[Any]:
    with run_console(SimulatedSessions(), SessionChoice(seed=7, level=0, lesson=False)) as served:
        served.enter()
        yield served


def opened(browser: Browser, console: Any) -> Screen:
    """A page with the console's cookie."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    name, value = console.cookie.split("=", 1)
    context.add_cookies([{"name": name, "value": value, "url": f"http://{console.host}/"}])
    shown = Screen(context.new_page())
    shown.page.goto(f"http://{console.host}/")
    shown.until("s.drawn > 0")
    return shown


@pytest.fixture(scope="module")
def browser(chromium: str) -> Generator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=chromium, args=[*CHROMIUM_FLAGS, SOFTWARE_WEBGL])
        yield found
        found.close()


@pytest.fixture
def screen(browser: Browser, console: Any, request: pytest.FixtureRequest) -> Generator[Screen]:
    """The console, frozen so that only the scene changes, with the scene closed."""
    shown = opened(browser, console)
    shown.keys("Escape")
    yield shown
    if os.environ.get("INPLANE_SHOTS"):
        shown.page.screenshot(path=str(Path(os.environ["INPLANE_SHOTS"]) / f"{request.node.name}.png"))
    if shown.get("frozen"):
        shown.page.click("#freeze")
    if shown.get("scene.on"):
        shown.page.click("#scene")
    shown.page.wait_for_timeout(200)
    assert shown.faults == []
    shown.page.context.close()


def open_scene(screen: Screen) -> None:
    screen.keys("3")
    screen.until("s.scene.drawn > 0")


def scene(screen: Screen) -> NDArray[np.int16]:
    """(rows, columns, 3) what the panel shows once it is drawn, without its edge."""
    screen.page.wait_for_timeout(500)
    shot = Image.open(BytesIO(screen.page.locator("#scene-canvas").screenshot()))
    return np.asarray(shot.convert("RGB"), dtype=np.int16)[EDGE:-EDGE, EDGE:-EDGE]


def share_changed(before: NDArray[np.int16], after: NDArray[np.int16]) -> float:
    return float((np.abs(after - before).max(axis=2) > 24).mean())


def test_it_is_off_until_asked_for_and_off_again_in_a_new_session(screen: Screen, console: Any) -> None:
    page = screen.page
    screen.frames(8)
    assert screen.get("tick.scene3d") is None
    assert not page.is_visible("#scene-card")
    assert page.evaluate("performance.getEntriesByType('resource').filter(e => e.name.includes('three')).length") == 0
    refused = page.request.get(f"http://{console.host}/scene")
    assert (refused.status, "Expected it to be asked for" in refused.text()) == (403, True)
    open_scene(screen)
    assert "as it is" in page.inner_text("#scene-card .truth")
    assert "at rest: not pressed by the probe" in page.inner_text("#scene-card .truth")
    before = screen.get("session")
    page.evaluate("document.getElementById('screen').focus()")
    screen.keys("r")
    page.click("#session-dialog >> text=Retry from the form")
    screen.until(f"s.session > {before} && !s.scene.on")
    page.wait_for_selector("#scene-card", state="hidden")
    screen.frames(8)
    assert screen.get("tick.scene3d") is None


def test_it_shows_the_patient_and_turns_by_keys_and_buttons_and_mouse(screen: Screen) -> None:
    page = screen.page
    open_scene(screen)
    assert 1000 < screen.get("scene.triangles") <= MOST_TRIANGLES
    screen.keys(" ")
    screen.until("s.frozen")
    first = scene(screen)
    assert len(np.unique(first.reshape(-1, 3) // 32, axis=0)) > 20  # bone, vessels, muscle, skin, picture
    red, green, blue = first[..., 0], first[..., 1], first[..., 2]
    assert ((red > green + 60) & (red > blue + 60)).mean() > SEEN  # arteries
    assert (blue > red + 50).mean() > SEEN  # veins
    at = screen.get("hands.probe.x_mm")
    page.focus("#scene-canvas")
    screen.keys("ArrowRight", times=4)
    turned = scene(screen)
    assert share_changed(first, turned) > 0.1
    assert screen.get("hands.probe.x_mm") == at  # those keys were the scene's
    screen.keys("Home")
    assert share_changed(first, scene(screen)) < SEEN
    page.click("#scene-steps >> text=+")
    assert share_changed(first, scene(screen)) > 0.05
    page.click("#scene-views >> text=Reset")
    box = page.locator("#scene-canvas").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 100, box["y"] + 100)
    page.mouse.down()
    page.mouse.move(box["x"] + 180, box["y"] + 120, steps=4)
    page.mouse.up()
    assert share_changed(first, scene(screen)) > 0.1
    for view in ("Skin", "Feet", "Side", "Picture"):
        page.click(f"#scene-views >> text={view}")
        assert share_changed(first, scene(screen)) > 0.1, view


def test_names_switch_off_and_a_click_names(screen: Screen) -> None:
    page = screen.page
    open_scene(screen)
    screen.keys(" ")
    screen.until("s.frozen")
    whole = scene(screen)
    box = page.get_by_label("femoral vein", exact=True)
    box.uncheck()
    page.mouse.move(5, 5)
    page.evaluate("document.activeElement.blur()")
    without = scene(screen)
    assert share_changed(whole, without) > SEEN
    blue = [int((shot[..., 2] > shot[..., 0] + 50).sum()) for shot in (whole, without)]
    assert blue[1] < 0.7 * blue[0]
    box.check()
    page.get_by_label("Bones", exact=True).uncheck()
    assert not page.get_by_label("femur", exact=True).is_checked()
    page.evaluate("document.activeElement.blur()")
    assert share_changed(whole, scene(screen)) > 0.02
    page.get_by_label("Bones", exact=True).check()
    assert page.get_by_label("hip bone", exact=True).is_checked()
    yellow = (whole[..., 0] > 150) & (whole[..., 1] > 120) & (whole[..., 2] < 110)
    rows, columns = np.nonzero(yellow)
    middle = np.argmin(np.hypot(rows - np.median(rows), columns - np.median(columns)))
    page.locator("#scene-canvas").click(position={"x": float(columns[middle]) + EDGE, "y": float(rows[middle]) + EDGE})
    assert page.inner_text("#scene-picked") == "femoral nerve"


def test_it_is_drawn_at_most_eight_times_a_second_and_the_picture_keeps_its_width(screen: Screen) -> None:
    open_scene(screen)
    screen.page.wait_for_timeout(1000)
    begun, drawn, frames = time.monotonic(), screen.get("scene.drawn"), screen.get("drawn")
    screen.page.wait_for_timeout(4000)
    scenes, frames, seconds = (
        screen.get("scene.drawn") - drawn,
        screen.get("drawn") - frames,
        time.monotonic() - begun,
    )
    print(f"{frames / seconds:.1f} pictures and {scenes / seconds:.1f} scenes a second")
    assert 0.5 < scenes / seconds < MOST_A_SECOND
    assert frames > 2 * scenes
    for wide, high in ((1280, 800), (1920, 1080), (1024, 768)):
        screen.page.set_viewport_size({"width": wide, "height": high})
        screen.frames(3)
        box = screen.page.locator("#screen").bounding_box()
        assert box is not None
        assert box["width"] >= 0.55 * wide
        overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert screen.page.evaluate(overflow) <= 0
    screen.page.set_viewport_size({"width": 1280, "height": 800})
    screen.keys(" ")
    screen.until("s.frozen")
    screen.page.wait_for_timeout(600)
    still = screen.get("scene.drawn")
    screen.page.wait_for_timeout(800)
    assert screen.get("scene.drawn") == still  # nothing changed


def test_axe_finds_no_serious_fault_with_the_panel_open(screen: Screen, axe: str) -> None:
    open_scene(screen)
    screen.page.evaluate(axe)
    found = screen.page.evaluate("axe.run()")
    serious = [fault for fault in found["violations"] if fault["impact"] in ("serious", "critical")]
    assert serious == []
    screen.page.click("#scene-close")
    assert screen.page.evaluate("document.activeElement.id") == "scene"


def test_without_webgl_the_panel_says_so_and_the_rest_works(browser: Browser, console: Any) -> None:
    shown = opened(browser, console)
    shown.page.evaluate(NO_WEBGL)
    shown.keys("3")
    shown.page.wait_for_function("() => document.getElementById('scene-words').textContent.includes('no WebGL')")
    shown.frames(5)
    assert shown.get("scene.drawn") == 0
    shown.keys("3")
    shown.until("!s.scene.on")
    shown.page.wait_for_timeout(200)
    assert shown.faults == []
    shown.page.context.close()


def test_a_recording_has_no_scene(browser: Browser, run_console: Callable[..., Any]) -> None:
    with run_console(ObservedSessions(lambda: FakeRecording(400))) as served:
        served.enter()
        shown = opened(browser, served)
        shown.keys("3")
        shown.frames(3)
        assert not shown.page.is_visible("#scene")
        assert not shown.page.is_visible("#scene-card")
        assert shown.get("scene.on") is False
        assert shown.faults == []
        shown.page.context.close()
