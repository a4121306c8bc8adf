"""Simulated clips: knobs that every probe has, hands that come back, and needles where the simulation has them."""

from dataclasses import fields, replace
from math import hypot

import numpy as np
import pytest

from inplane.atlas import load_atlas
from inplane.core import Frame, GreyMap, ProbeControl, ScannerControl
from inplane.perception.view import Grid, grid_of
from inplane.physics.ultrasound import require_scanner
from inplane.trials import needle_clips
from inplane.trials.needle_clips import HELD_GREY, PROBE_SHARES, PROBES, ROUNDS, Hand, drawn_knobs, samples
from inplane.trials.needle_samples import PATH_POINTS, Samples
from inplane.world import Moment, Truth, World, truth_of


def many_knobs(name: str, *, held_out: bool) -> list[ScannerControl]:
    """Two hundred draws, each within the probe's limits."""
    probe, rng = load_atlas().probe(name), np.random.default_rng(3)
    drawn = [drawn_knobs(rng, probe, held_out=held_out) for _ in range(200)]
    for knobs in drawn:
        require_scanner(knobs, probe)
    return drawn


@pytest.mark.parametrize("name", PROBES)
def test_knobs_are_the_probes_own_and_the_held_out_renderer_is_never_drawn(name: str) -> None:
    drawn = many_knobs(name, held_out=False)
    assert {knobs.grey_map for knobs in drawn} == set(GreyMap) - {HELD_GREY}
    assert not any(knobs.compound_angles == 5 for knobs in drawn)
    assert 0.2 < np.mean([knobs.harmonic for knobs in drawn]) < 0.4
    assert np.ptp([knobs.depth_mm for knobs in drawn]) > 10


@pytest.mark.parametrize("name", PROBES)
def test_the_held_out_renderer_is_one_that_the_probe_has(name: str) -> None:
    drawn = many_knobs(name, held_out=True)
    assert {knobs.grey_map for knobs in drawn} == {HELD_GREY}
    assert all(knobs.harmonic for knobs in drawn)


def test_probes_are_drawn_by_shares_of_one() -> None:
    assert len(PROBE_SHARES) == len(PROBES)
    assert sum(PROBE_SHARES) == pytest.approx(1)


def test_a_hand_comes_back_after_each_turn_and_goes_no_farther_than_told() -> None:
    hand = Hand(slide_mm=(2.0, -1.0), rock_rad=0.1, rate_hz=0.4, phase_rad=1.0)
    probe = ProbeControl(x_mm=5.0, z_mm=-3.0, tilt_rad=0.2)
    held = [hand.at(probe, time_s) for time_s in np.linspace(0, 2.5, 101)]
    assert held[-1].x_mm == pytest.approx(held[0].x_mm)
    assert held[-1].z_mm == pytest.approx(held[0].z_mm)
    assert held[-1].tilt_rad == pytest.approx(held[0].tilt_rad)
    assert max(abs(each.x_mm - 5) for each in held) == pytest.approx(2, abs=0.01)
    assert max(abs(each.z_mm + 3) for each in held) == pytest.approx(1, abs=0.01)
    assert max(abs(each.tilt_rad - 0.2) for each in held) == pytest.approx(0.1, abs=0.001)
    assert {replace(each, x_mm=5.0, z_mm=-3.0, tilt_rad=0.2) for each in held} == {probe}


@pytest.mark.slow
def test_a_clip_says_where_the_needle_is_and_comes_again_from_its_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[Grid, Truth]] = []

    class Told(World):
        def observe(self) -> Frame:
            self.shown = super().observe()
            return self.shown

        def moment(self) -> Moment:
            found = super().moment()
            told.append((grid_of(self.shown.geometry), truth_of(found, self.tissue)))
            return found

    monkeypatch.setattr(needle_clips, "World", Told)
    (made,) = samples(load_atlas(), seed=98, index=0, clips=1)
    count, rows, columns = made.fine.shape
    assert count == len(told) == ROUNDS - 1
    assert made.valid.shape == made.change.shape == (count, rows // 2, columns // 2)
    assert made.known.shape == (count,)
    assert made.path.shape == (count, PATH_POINTS, 3)
    assert made.contrast_db.shape == (count, PATH_POINTS)
    check_places(made, told)
    monkeypatch.setattr(needle_clips, "World", World)
    (again,) = samples(load_atlas(), seed=98, index=0, clips=1)
    for name in (each.name for each in fields(Samples)):
        np.testing.assert_array_equal(getattr(made, name), getattr(again, name), err_msg=name)


def check_places(made: Samples, told: list[tuple[Grid, Truth]]) -> None:
    """Puncture and tip lie where the grid has the places that the simulation tells of."""
    there = [len(truth.needle_shown_image_mm) >= 2 for _, truth in told]
    assert sum(there) >= 4
    np.testing.assert_array_equal(np.isfinite(made.path).all(axis=(1, 2)), there)
    for number, (grid, truth) in enumerate(told):
        assert (grid.rows, grid.columns) == made.fine.shape[1:]
        assert grid.pixel_mm == made.pixel_mm
        if not there[number]:
            continue
        for at in (0, -1):
            x_mm, y_mm, across_mm = (float(v) for v in truth.needle_shown_image_mm[at])
            column, row = grid.to_pixel(x_mm, y_mm)
            assert hypot(made.path[number, at, 0] - column, made.path[number, at, 1] - row) < 1e-2
            assert made.path[number, at, 2] == pytest.approx(across_mm, abs=1e-4)
        contrast_db = np.nan if truth.tip_contrast_db is None else truth.tip_contrast_db
        assert made.contrast_db[number, -1] == pytest.approx(contrast_db, nan_ok=True)
