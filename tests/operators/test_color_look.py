"""A look in color finds flow along the whole way of a needle, and a guided operator keeps clear of it."""

from dataclasses import replace

import numpy as np
import pytest

from inplane.core import Control, Mode
from inplane.operators import GuidedOperator, Phase, image_line
from inplane.operators.aim import slid, slid_mm_of
from inplane.operators.clear_way import Ways, spare_of_way_mm
from inplane.operators.color_look import STRAIGHT_AND_LEANING, ColorLook, flow_places_mm

WAYS = Ways(outward=1.0, width_mm=39.0, needle_mm=80.0)
TARGET_MM = (-9.0, 30.0)
RATE_HZ = 10.0


def look(make, flow_mm, *, color=True):
    """A look to its end, where flow lies at a place of the first picture: the look, its controls, the first control."""
    first = Control(probe=make.start)
    looking = ColorLook(WAYS, outward=1.0)
    looking.begin(first, TARGET_MM, 0.0)
    controls, control = [first], first
    for number in range(1000):
        frame = make.frame(number / RATE_HZ)
        if color and control.scanner.mode is Mode.COLOR:
            here = (flow_mm[0] - slid_mm_of(make.start, control.probe), flow_mm[1])
            frame = replace(frame, color=make.color_about(here))
        control, over = looking.step(control, frame, time_s=number / RATE_HZ, step_s=1 / RATE_HZ)
        controls.append(control)
        if over:
            return looking, controls, first
    raise AssertionError("the look did not end")


@pytest.mark.parametrize("flow_mm", [(10.0, 20.0), (30.0, 15.0)])
def test_flow_is_found_in_the_picture_and_beyond_its_edge(make, flow_mm):
    looking, _, first = look(make, flow_mm)
    places = looking.places_mm(first.probe)
    assert looking.answered
    assert len(places) >= 3
    assert np.hypot(*(places - flow_mm).T).max() < 2.5


def test_the_hand_comes_back_and_the_knobs_are_as_before(make):
    _, controls, first = look(make, (10.0, 20.0))
    assert controls[-1].scanner == first.scanner
    assert slid_mm_of(make.start, controls[-1].probe) == pytest.approx(0.0, abs=1e-6)
    assert max(slid_mm_of(make.start, control.probe) for control in controls) > 15
    colored = [control.scanner for control in controls if control.scanner.mode is Mode.COLOR]
    assert {scanner.color_steer_rad for scanner in colored} == set(STRAIGHT_AND_LEANING)
    assert all(scanner.color_box_mm[3] >= TARGET_MM[1] for scanner in colored)
    assert all(scanner.prf_hz <= 1000 for scanner in colored)


def test_places_move_with_the_probe(make):
    looking, _, first = look(make, (10.0, 20.0))
    still, moved = looking.places_mm(first.probe), looking.places_mm(slid(make.start, 7.0, make.start))
    assert moved[:, 0] == pytest.approx(still[:, 0] - 7.0)
    assert moved[:, 1] == pytest.approx(still[:, 1])


def test_without_color_nothing_is_known_and_the_look_ends_soon(make):
    looking, controls, first = look(make, (10.0, 20.0), color=False)
    assert not looking.answered
    assert not len(looking.places_mm(first.probe))
    assert len(controls) / RATE_HZ < 5


@pytest.mark.parametrize(("flow_mm", "dark"), [((10.0, 20.0), True), ((TARGET_MM[0] + 2.0, TARGET_MM[1]), False)])
def test_a_target_is_dark_where_color_came_and_none_was_seen_there(make, flow_mm, dark):
    looking, _, first = look(make, flow_mm)
    assert looking.dark_at(first.probe, TARGET_MM) is dark
    assert not look(make, flow_mm, color=False)[0].dark_at(first.probe, TARGET_MM)


def test_what_is_lit_in_few_pictures_or_is_a_speck_is_not_flow(make):
    dark, lit = make.color_about(), make.color_about((0.0, 20.0))
    speck = replace(dark, has_flow=np.zeros_like(dark.has_flow))
    speck.has_flow[3, 5] = True

    def frames(*colors):
        return [replace(make.frame(0.1 * k), color=color) for k, color in enumerate(colors)]

    assert len(flow_places_mm(frames(lit, lit, dark, dark)))
    assert not len(flow_places_mm(frames(lit, *[dark] * 9)))
    assert not len(flow_places_mm([make.frame()]))
    fine = replace(make.frame(), geometry=replace(make.frame().geometry, width_mm=10, depth_mm=20), color=speck)
    assert not len(flow_places_mm([fine]))


def entry_of(offset_mm):
    return (39.0 / 2 + offset_mm, -WAYS.indentation_mm)


def test_the_usual_way_is_kept_where_no_flow_is_near_it(make):
    usual_mm = WAYS.usual_mm(TARGET_MM)
    assert WAYS.clear_mm(make.start, TARGET_MM, np.zeros((0, 2))) == usual_mm
    assert WAYS.clear_mm(make.start, TARGET_MM, np.array([(-12.0, 8.0)])) == usual_mm


def test_another_way_is_taken_where_flow_lies_on_the_usual_one(make):
    usual_mm = WAYS.usual_mm(TARGET_MM)
    flow_mm = np.mean((entry_of(usual_mm), TARGET_MM), axis=0)[None]
    clear_mm = WAYS.clear_mm(make.start, TARGET_MM, flow_mm)
    assert clear_mm is not None
    assert spare_of_way_mm(entry_of(usual_mm), TARGET_MM, flow_mm) < 0.1
    assert spare_of_way_mm(entry_of(clear_mm), TARGET_MM, flow_mm) >= 5.0


def test_no_way_is_taken_through_flow_at_the_target_and_a_beginner_takes_the_same_anyway(make):
    flow_mm = np.array([(TARGET_MM[0] + 1, TARGET_MM[1] - 1)])
    assert WAYS.clear_mm(make.start, TARGET_MM, flow_mm) is None
    assert replace(WAYS, steeply=True).clear_mm(make.start, TARGET_MM, flow_mm) == 4.0


def test_the_distance_from_a_way_is_that_of_a_segment():
    assert spare_of_way_mm((0.0, 0.0), (10.0, 0.0), np.array([(5.0, 4.0), (13.0, 3.9)])) == pytest.approx(4.0)
    assert spare_of_way_mm((0.0, 0.0), (10.0, 0.0), np.array([(13.0, 4.0)])) == pytest.approx(5.0)


def way(make, procedure, flow_mm):
    """A guided block with flow somewhere: the operator, and its controls."""
    operator = GuidedOperator(procedure, make.start, 3, planned_ml=1.0)
    return operator, make.bedside(flow_mm=flow_mm).play(operator, procedure, until_s=150)


def test_a_guided_needle_goes_around_flow_on_its_way(make, procedure):
    blind, free = way(make, procedure, None)
    assert blind.reasons == ["flow could not be looked for: no color came"]
    deepest = max(free, key=lambda control: control.needle.advance_mm)
    entry, ahead = image_line(deepest.probe, deepest.needle)
    crossed = entry + 0.6 * deepest.needle.advance_mm * ahead
    flow_mm = (float(crossed[0]) - (deepest.probe.x_mm - make.artery.x), float(crossed[1]))
    operator, controls = way(make, procedure, flow_mm)
    assert operator.outcome == "injected as planned, spread seen"
    assert operator.reasons == []
    tips = make.tips([control for control in controls if control.needle.advance_mm > 0])
    assert np.hypot(tips[:, 1] - flow_mm[0], tips[:, 2] - flow_mm[1]).min() > 3.0


def test_where_every_way_meets_flow_the_probe_is_slid_beside_and_then_it_is_given_up(make, procedure):
    operator, controls = way(make, procedure, (make.artery.radius + 15.0, make.artery.y + 2.0))
    assert operator.phase is Phase.DONE
    assert operator.outcome == "no way clear of flow was found"
    assert max(control.needle.advance_mm for control in controls) == 0
    planes = {round(control.probe.z_mm, 3) for control in controls if control.scanner.mode is Mode.COLOR}
    assert planes == {0, 2.5, -2.5, 5, -5}
