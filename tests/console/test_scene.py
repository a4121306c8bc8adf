"""The 3-D scene's route and gate: who gets the surfaces, what is in them, and what the journal keeps."""

import hashlib
import json
import re
import struct
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from inplane.anatomy import build_groin
from inplane.anatomy.surfaces import MOST_TRIANGLES, SHOWN, Surface
from inplane.console import ObservedSessions, SimulatedSession
from inplane.console.app import PAGE
from inplane.console.scene import Scenes, encode_scene
from inplane.console.session import ModeledSession
from inplane.console.simulated import Room
from inplane.console.truth_shown import SCENE_EVERY, ShownTruth, TruthShown
from inplane.core import Control

sys.path.insert(0, str(Path(__file__).parent))
from fake_sources import FakeRecording  # a file beside this one


def decoded(data: bytes) -> list[tuple[str, str, Any, Any]]:
    """Name, look, points and triangles of each surface, as the page reads them."""
    (length,) = struct.unpack_from("<I", data)
    parts, at, found = json.loads(data[4 : 4 + length])["surfaces"], 4 + length, []
    for part in parts:
        points = np.frombuffer(data, "<f4", 3 * part["points"], at).reshape(-1, 3)
        at += points.nbytes
        triangles = np.frombuffer(data, "<u4", 3 * part["triangles"], at).reshape(-1, 3)
        at += triangles.nbytes
        found.append((part["name"], part["look"], points, triangles))
    assert at == len(data)
    return found


def fetch(served: Any, cookie: str) -> tuple[int, bytes]:
    request = urllib.request.Request(f"http://{served.host}/scene", headers={"Cookie": cookie})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def tick_with_scene(page: Any) -> dict[str, Any]:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        tick = page.wait_for("Tick")
        if tick["scene3d"] is not None:
            return tick
    raise AssertionError("No scene came.")


def test_surfaces_go_to_whoever_holds_the_key_and_asked(
    another_page: Callable[..., Any], run_console: Callable[..., Any], session: SimulatedSession
) -> None:
    served, page = another_page(run_console(lambda _choice, _progress: session))
    assert fetch(served, "")[0] == 403
    status, told = fetch(served, served.cookie)
    assert status == 403
    assert b"Expected it to be asked for" in told
    assert page.wait_for("Tick")["scene3d"] is None
    page.send(type="Scene3d", on=True)
    now = tick_with_scene(page)["scene3d"]
    assert (len(now["plane_mm"]), len(now["probe_axes"]), len(now["target_mm"])) == (81, 3, 3)
    status, data = fetch(served, served.cookie)
    assert status == 200
    surfaces = decoded(data)
    assert {"femoral artery", "femoral nerve", "femur"} <= {name for name, _, _, _ in surfaces}
    assert 1000 < sum(len(triangles) for *_, triangles in surfaces) <= MOST_TRIANGLES
    for _, look, points, triangles in surfaces:
        assert look in SHOWN.values()
        assert np.isfinite(points).all()
        assert triangles.max() < len(points)
    page.send(type="Scene3d", on=False)
    for _ in range(2 * SCENE_EVERY):
        page.wait_for("Tick")
    assert page.wait_for("Tick")["scene3d"] is None
    assert fetch(served, served.cookie)[0] == 403
    noted = [event.fields["on"] for event in session.case.journal.events if event.kind == "scene_3d"]
    assert noted == [True, False]


def test_a_new_session_begins_without_it(
    another_page: Callable[..., Any], run_console: Callable[..., Any], session: SimulatedSession
) -> None:
    served, page = another_page(run_console(lambda _choice, _progress: session))
    page.send(type="Scene3d", on=True)
    tick_with_scene(page)
    page.send(type="Again", how="retry")
    assert page.wait_for("Welcome")["scene3d"] is False
    assert fetch(served, served.cookie)[0] == 403


@pytest.mark.parametrize("recorded", [True, False])
def test_without_a_virtual_patient_there_is_nothing(
    another_page: Callable[..., Any], run_console: Callable[..., Any], small: Any, recorded: bool
) -> None:
    factory = ObservedSessions(lambda: FakeRecording(200)) if recorded else small
    served, page = another_page(run_console(factory))
    page.send(type="Scene3d", on=True)
    page.wait_for("Tick")
    status, told = fetch(served, served.cookie)
    assert status == 404
    assert b"Nothing to show: this is a recording or a scanner. Expected a simulated patient." in told


def test_surfaces_are_made_once_for_a_patient(room: Room) -> None:
    scenes = Scenes()
    first = scenes.of(room.patient)
    assert scenes.of(room.patient) is first
    assert scenes.of(build_groin(4, spacing_mm=2.0)) != first


def test_bytes_hold_what_was_given() -> None:
    corner = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], np.float32)
    made = [
        Surface(name="één", look="bone", points_mm=corner, triangles=np.array([[0, 1, 2]], np.uint32)),
        Surface(name="b", look="nerve", points_mm=corner[:3] + 5, triangles=np.array([[2, 1, 0]], np.uint32)),
    ]
    read = decoded(encode_scene(made))
    assert [(name, look) for name, look, _, _ in read] == [("één", "bone"), ("b", "nerve")]
    np.testing.assert_array_equal(read[1][2], corner[:3] + 5)
    np.testing.assert_array_equal(read[0][3], [[0, 1, 2]])


def test_nothing_is_shown_until_somebody_asks(session: SimulatedSession) -> None:
    assert isinstance(session, ModeledSession)
    moment = session.turn(Control(probe=session.start.probe, scanner=session.start.scanner))
    assert moment is not None
    sequence, truth = moment.frame.sequence, TruthShown()
    assert truth.of(session, sequence, live=False) == ShownTruth()
    truth.show("scene_3d", on=True)
    assert (truth.scene3d, truth.teach) == (True, False)
    shown = truth.of(session, sequence, live=False)
    assert shown.teacher is None
    assert shown.scene3d is not None
    assert truth.of(session, SCENE_EVERY + 1, live=True) == ShownTruth()
    truth.show("teacher_layer", on=True)
    truth.show("scene_3d", on=False)
    assert (truth.scene3d, truth.teach) == (False, True)
    truth.clear()
    assert truth.of(session, sequence, live=False) == ShownTruth()
    assert session.scene3d(10_000) is None


def test_the_renderer_is_what_its_readme_says() -> None:
    folder = PAGE / "vendor" / "three"
    told = re.findall(r"^\| `(\S+)` \| `([0-9a-f]{64})` \|$", (folder / "README.md").read_text(encoding="utf-8"), re.M)
    assert len(told) == 2
    for name, checksum in told:
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == checksum, name
    assert "MIT" in (folder / "LICENSE").read_text(encoding="utf-8")


def test_the_surfaces_library_is_loaded_only_where_a_scene_is_asked_for() -> None:
    code = "import sys, inplane.console; print('skimage' in sys.modules, 'inplane.anatomy.surfaces' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
