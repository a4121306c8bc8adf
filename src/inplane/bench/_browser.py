"""How many distinct frames a second a headless Chromium draws and acknowledges while the live loop runs."""

import json
import shutil
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from inplane.bench._first_frame import running_console
from inplane.bench.report import Figure

SETTLE_S = 3.0
FULL_S, QUICK_S = 30.0, 6.0
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def browser_fps(*, quick: bool, seed: int) -> Figure:
    """The figure `browser_fps`; None with a reason where there is no Chromium or no Playwright."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return Figure("browser_fps", None, "1/s", why="Playwright is not installed (extra: dev)")
    if chromium is None:
        return Figure("browser_fps", None, "1/s", why="no Chromium on this machine")
    seconds = QUICK_S if quick else FULL_S
    drawn: set[int] = set()
    with ExitStack() as stack:
        journals = stack.enter_context(TemporaryDirectory())
        told = ["--port", "0", "--no-browser", "--seed", str(seed), "--journals", journals]
        command = [sys.executable, "-m", "inplane", "run", *told]
        link = stack.enter_context(running_console(command, folder=Path.cwd(), limit_s=300))
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM_FLAGS))
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.on("websocket", lambda socket: socket.on("framesent", lambda sent: _note(sent, drawn)))
        page.goto(link)
        page.wait_for_timeout(SETTLE_S * 1e3)
        drawn.clear()
        begun = time.perf_counter()
        page.wait_for_timeout(seconds * 1e3)
        value = len(drawn) / (time.perf_counter() - begun)
        browser.close()
    return Figure("browser_fps", value, "1/s", n=len(drawn))


def _note(sent: Any, drawn: set[int]) -> None:
    """Adds the frame that a message of the page acknowledges, if it acknowledges one."""
    if isinstance(sent, str):
        message = json.loads(sent)
        if message.get("type") == "Drawn":
            drawn.add(int(message["sequence"]))
