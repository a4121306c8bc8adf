"""Bringing a lost needle back into the picture."""

from dataclasses import replace

import numpy as np
import pytest

from inplane.core import Control, LinearGeometry
from inplane.operators import aim_in_plane, image_line
from inplane.operators.across import PLACES, REACTION_S, SLIDE_S, SWEEP_MM, SWEEP_MM_S, TURNS, Sweep, lines_about

GEOMETRY = LinearGeometry(n_lines=192, n_samples=400, width_mm=38.4, depth_mm=40.0)
STEP_S = 0.05


def swept(best_mm: float, *, bright: float, else_mm: float = 0.8) -> tuple[Sweep, list[float]]:
    """A whole sweep over a needle that shines most at a place; the eye is late by REACTION_S."""
    sweep, places, steady = Sweep(30.0, else_mm=else_mm), [0.0], np.full(5, 150.0)
    late = round(REACTION_S / STEP_S)
    while not sweep.over:
        seen_at = places[max(0, len(places) - 1 - late)]
        needle = np.array([0.0, 0.0, bright * np.exp(-0.5 * ((seen_at - best_mm) / 0.2) ** 2), 0.0, 0.0])
        sweep.note(steady + needle)
        places.append(places[-1] + sweep.move(STEP_S))
    return sweep, places


@pytest.mark.parametrize("best_mm", [-0.8, -0.3, 0.0, 0.5, 0.8])
def test_it_goes_to_where_the_needle_shone_most(best_mm: float) -> None:
    _, places = swept(best_mm, bright=80.0)
    assert places[-1] == pytest.approx(best_mm, abs=0.15)
    assert (max(places), min(places)) == pytest.approx((SWEEP_MM, -SWEEP_MM), abs=0.05)


def test_where_nothing_lights_up_it_goes_where_it_is_told() -> None:
    _, places = swept(0.4, bright=10.0, else_mm=-0.7)
    assert places[-1] == pytest.approx(-0.7)


def test_no_step_is_faster_than_a_slow_hand_until_it_goes_back() -> None:
    _, places = swept(0.5, bright=80.0)
    sliding = np.abs(np.diff(places))[: int(SLIDE_S / STEP_S)]
    assert sliding.max() == pytest.approx(SWEEP_MM_S * STEP_S)


def test_it_goes_back_by_what_it_moved_while_the_eye_was_late() -> None:
    sweep, at_mm = Sweep(30.0), 0.0
    while sweep.lasted_s < 1.0:
        at_mm += sweep.move(STEP_S)
    assert at_mm + sweep.back_mm == pytest.approx(at_mm - REACTION_S * SWEEP_MM_S)


def test_a_bright_line_where_the_shaft_should_be_is_seen_and_one_elsewhere_is_not(make) -> None:
    probe = make.start
    needle = replace(aim_in_plane(probe, target_mm=(0.0, 20.0), offset_mm=10.0), advance_mm=30.0)
    control = Control(probe=probe, needle=needle)
    entry, held = image_line(probe, needle)
    pixels = np.full((192, 400), 60, np.uint8)
    frame = replace(make.frame(0.0), pixels=pixels, geometry=GEOMETRY)
    assert lines_about(frame, control, indentation_mm=0.0).max() == pytest.approx(60.0)
    for along in np.arange(0.0, 30.0, 0.05):
        line, sample = np.rint(GEOMETRY.to_index((entry + along * held)[:2])).astype(int)
        if 0 <= line < 192 and 0 <= sample < 399:
            pixels[line, sample - 1 : sample + 2] = 220
    lights = lines_about(replace(frame, pixels=pixels), control, indentation_mm=0.0)
    assert lights.shape == (TURNS * PLACES,)
    assert lights.max() > 180
    assert np.median(lights) < 80
