"""Makes the pictures in docs/img from the real program, in headless Chromium.

python tools/screenshots.py [NAME ...]        all of them, or those named
"""

import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import observed_shots
from drive_console import CHROMIUM_FLAGS, SOFTWARE_WEBGL, Screen, place_needle
from playwright.sync_api import Browser, Page, TimeoutError, sync_playwright
from starlette.applications import Starlette

from inplane.console import SessionChoice, SessionFactory, SimulatedSessions, create_app, listen, make_server
from inplane.core import ResourceError, UnknownNameError, runtime

FOLDER = Path(__file__).parent.parent / "docs" / "img"
SIZE = (1280, 800)


@contextmanager
def console(factory: SessionFactory, choice: SessionChoice | None = None) -> Iterator[tuple[Starlette, str]]:
    """Serves the console; yields it with its link."""
    runtime.start()
    app = create_app(factory, choice=choice)
    listener = listen(0)
    app.state.engine.start(lambda text, share: print(f"{share:4.0%} {text}"))
    while not app.state.engine.wait(1.0):
        pass
    answers = threading.Event()
    server = make_server(app, answers.set)
    thread = threading.Thread(target=lambda: server.run(sockets=[listener]), daemon=True)
    thread.start()
    answers.wait(10)
    try:
        yield app, f"http://127.0.0.1:{listener.getsockname()[1]}/?token={app.state.keys.token}"
    finally:
        server.should_exit = True
        thread.join(10)


def shoot(page: Page, name: str) -> None:
    """One picture of the page as it is."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    page.wait_for_timeout(400)
    page.screenshot(path=FOLDER / f"{name}.png")
    print(f"docs/img/{name}.png")


def begin(screen: Screen, how: str = "Retry from the form") -> None:
    """The same patient from the beginning, with nothing over the picture."""
    before = screen.get("session")
    screen.keys("Escape", "Escape", "r")
    screen.page.click(f"#session-dialog >> text={how}")
    screen.until(f"s.session > {before}")
    if screen.get("teach"):
        screen.keys("t")
    screen.frames(10)


def find_view(screen: Screen) -> None:
    """The probe where artery, vein and the target's place are seen."""
    screen.keys("t")
    screen.until("s.teacher && s.teacher.target_mm")
    for _ in range(8):
        x, _, z = screen.get("teacher.target_mm")
        aside, across = round(x - 13), round(z)
        screen.keys("ArrowLeft" if aside > 0 else "ArrowRight", times=min(abs(aside), 12))
        screen.keys("ArrowDown" if across > 0 else "ArrowUp", times=min(abs(across), 12))
        screen.settle()
        screen.frames(8)
    screen.keys("t")
    screen.until("s.teacher === null")
    screen.frames(60)


def lesson(screen: Screen) -> None:
    """The lesson's first steps."""
    find_view(screen)
    shoot(screen.page, "lesson")


def teacher(screen: Screen) -> None:
    """The truth over the picture, marked as what it is."""
    find_view(screen)
    screen.keys("t")
    screen.until("s.teacher !== null")
    shoot(screen.page, "teacher")


def color(screen: Screen) -> None:
    """Color Doppler on artery and vein."""
    find_view(screen)
    screen.keys("c")
    screen.page.click("#tab-scanner")
    screen.until("s.picture.color !== null")
    screen.page.evaluate("document.getElementById('screen').focus()")
    screen.keys("Shift+ArrowDown", times=9)  # a beam that is not square to the flow
    screen.settle()
    screen.frames(60)
    shown = "(c => c ? c.values.filter(v => v > 25 || (v < -25 && v > -128)).length : 0)(s.picture.color)"
    screen.until(f"{shown} > 100")  # systole
    screen.keys(" ")
    shoot(screen.page, "color")


def form(screen: Screen) -> None:
    """The short form before the needle."""
    screen.keys("f")
    screen.page.wait_for_selector("#form-dialog[open]")
    for box in screen.page.query_selector_all("#form-dialog input[name=check]")[:5]:
        box.check()
    shoot(screen.page, "form")
    screen.keys("Escape")


def needle(screen: Screen) -> None:
    """The needle beside the nerve, seen, with its path: the README's picture."""
    find_view(screen)
    screen.fill_form_by_keys()
    screen.page.click("#tab-needle")
    screen.page.evaluate("document.getElementById('screen').focus()")
    screen.keys("'", times=6)
    for _ in range(29):
        screen.keys("PageDown")
        screen.page.wait_for_timeout(110)
    screen.keys("t")
    wait_for_tip(screen)
    screen.keys("t")
    screen.until("s.teacher === null")
    shoot(screen.page, "console")


def wait_for_tip(screen: Screen) -> None:
    """Until the tip that is recognized is the needle's: a hand jiggles, as hands do."""
    near = (
        "s.tick.scene.needle.state === 'tracked' && s.teacher && (t => "
        "Math.hypot(t[0] - s.tick.scene.needle.tip_mm[0], t[1] - s.tick.scene.needle.tip_mm[1]) < 1.5)"
        "(s.teacher.needle_mm.at(-1))"
    )
    for _ in range(12):
        try:
            screen.until(near, timeout_s=3)
        except TimeoutError:
            screen.keys("PageUp", "PageUp", "PageUp")
            screen.frames(6)
            screen.keys("PageDown", "PageDown", "PageDown")
        else:
            return


def injection(screen: Screen) -> None:
    """Spread beneath the nerve."""
    screen.fill_form_by_keys()
    place_needle(screen)
    screen.keys("t", "a")
    screen.until("s.tick.signals.aspirations === 1")
    screen.keys("Shift+I")
    screen.until("s.tick.signals.injected_ml >= 0.99")
    screen.keys("a")
    screen.until("s.tick.signals.aspirations === 2")
    screen.keys("i")
    screen.until("s.tick.signals.injected_ml >= 4.5")
    shoot(screen.page, "injection")


def alarm(screen: Screen) -> None:
    """An alarm raised: the needle is pushed through a vessel."""
    find_view(screen)
    screen.fill_form_by_keys()
    screen.page.click("#tab-needle")
    screen.page.evaluate("document.getElementById('screen').focus()")
    for _ in range(60):
        screen.keys("PageDown")
        screen.frames(3)
        if screen.get("tick.advice.alarms.length") > 0:
            break
    screen.keys("i")
    screen.until("s.tick.advice.alarms.length > 0")
    screen.page.emulate_media(reduced_motion="reduce")  # the banner's bright phase
    shoot(screen.page, "alarm")
    screen.page.emulate_media(reduced_motion="no-preference")


def scene(screen: Screen) -> None:
    """The 3-D scene beside the picture, with the needle on its way to the nerve."""
    screen.fill_form_by_keys()
    place_needle(screen, depth_share=0.9)
    screen.keys("t", "3")
    screen.until("s.scene.drawn > 3")
    screen.page.evaluate("document.getElementById('scene-card').scrollIntoView()")
    screen.page.wait_for_timeout(600)
    shoot(screen.page, "scene")
    screen.keys("3")


def cine(screen: Screen) -> None:
    """Frozen, some seconds back."""
    find_view(screen)
    screen.keys(" ")
    screen.until("s.frozen")
    screen.keys("ArrowLeft", times=20)
    screen.keys("k", "Enter")
    screen.keys("ArrowDown", times=18)
    screen.keys("Enter")
    screen.page.wait_for_timeout(500)
    shoot(screen.page, "cine")
    screen.keys("k", " ")


def result(screen: Screen) -> None:
    """The one-page result of a block that was done."""
    injection(screen)
    screen.until("!s.tick.signals.injecting")
    screen.keys("PageUp", times=80)
    screen.until("s.hands.needle.advance_mm === 0")
    screen.settle()
    screen.keys("f")
    screen.until("s.step === 'aftercare'")
    screen.keys("f")
    screen.tick_all_by_keys("aftercare-dialog")
    screen.until("s.result !== null")
    shoot(screen.page, "result")


SHOTS: dict[str, Callable[[Screen], None]] = {
    shot.__name__: shot for shot in (lesson, teacher, scene, color, form, needle, alarm, cine, result)
}


OBSERVED: dict[str, Callable[[Screen], None]] = {
    "recording": observed_shots.recording,
    "stale": observed_shots.stale,
}


def shoot_simulated(browser: Browser, names: list[str]) -> list[str]:
    """Pictures of one simulated patient; returns what the browser complained of."""
    with console(SimulatedSessions(), SessionChoice(seed=7, level=0)) as (_, link):
        page = browser.new_page(viewport={"width": SIZE[0], "height": SIZE[1]})
        screen = Screen(page)
        page.goto(link)
        screen.until("s.drawn > 0")
        for name in names:
            begin(screen)
            SHOTS[name](screen)
        page.close()
    return screen.faults


def shoot_observed(browser: Browser, names: list[str]) -> list[str]:
    """Pictures of a recording and of a scanner; returns what the browser complained of."""
    faults: list[str] = []
    with TemporaryDirectory() as folder:
        recorded = observed_shots.record(Path(folder), 9.0)
        for name in names:
            with console(observed_shots.sessions(recorded, live=name == "stale")) as (_, link):
                page = browser.new_page(viewport={"width": SIZE[0], "height": SIZE[1]})
                screen = Screen(page)
                page.goto(link)
                OBSERVED[name](screen)
                shoot(page, name)
                page.close()
                faults += screen.faults
    return faults


def main(names: list[str]) -> None:
    """Makes the pictures.

    Raises:
        ResourceError: no Chromium here.
        UnknownNameError: a name that is none of the pictures'.
    """
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        raise ResourceError("No Chromium here. Install the package 'chromium'.")
    known_names = [*SHOTS, *OBSERVED]
    for name in names:
        if name not in known_names:
            raise UnknownNameError("picture", name, known_names)
    wanted = names or known_names
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=[*CHROMIUM_FLAGS, SOFTWARE_WEBGL])
        faults: list[str] = []
        for shots, known in ((shoot_simulated, SHOTS), (shoot_observed, OBSERVED)):
            if these := [name for name in wanted if name in known]:
                faults += shots(browser, these)
        browser.close()
    if faults:
        print("\n".join(faults))


if __name__ == "__main__":
    main(sys.argv[1:])
