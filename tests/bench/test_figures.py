"""The list of figures is the design's own, and every line of it can be read."""

import os
from pathlib import Path

import pytest

import inplane.bench
from inplane.bench import load_targets, targets_of

SHARED = Path(os.environ.get("INPLANE_DATA") or Path(__file__).parents[3] / "shared" / "data").parent


def test_the_copy_has_not_drifted() -> None:
    design = SHARED / "design" / "figures.tsv"
    if not design.exists():
        pytest.skip(f"the design's own list is not at '{design}'")
    copy = Path(inplane.bench.__file__).with_name("figures.tsv")
    assert copy.read_bytes() == design.read_bytes()


def test_every_line_is_a_target() -> None:
    names = [(target.bench, target.name) for target in load_targets()]
    assert len(names) == len(set(names)) >= 40
    assert {"live", "start", "fidelity", "perception"} <= {bench for bench, _ in names}


def test_a_target_on_either_side() -> None:
    live = {target.name: target for target in targets_of("live")}
    assert live["frame_p99_ms"].is_met(33.0)
    assert not live["frame_p99_ms"].is_met(33.1)
    assert live["browser_fps"].is_met(25.0)
    assert not live["browser_fps"].is_met(24.9)
    assert str(live["frame_p99_ms"]) == "<= 33"
    assert str(live["browser_fps"]) == ">= 25"


def test_a_bench_without_targets_owes_nothing() -> None:
    assert targets_of("nothing") == ()
