"""Scoring of perception against a truth that is written down here; the bench itself is run by make bench."""

from dataclasses import replace

import numpy as np
import pytest

from inplane.anatomy import Kind
from inplane.bench._perception_outlines import KindTally, border_distances, count_still, counted, headlines
from inplane.bench._perception_real import Outlined, table_rows
from inplane.bench._perception_score import (
    MISS_MM,
    Tally,
    Told,
    calibration_error,
    dice,
    ellipse_mask,
    outline_mask,
    percentile,
    score_anatomy,
    score_needle,
    score_nerves,
    told,
    whole,
)
from inplane.bench._perception_stills import bound
from inplane.bench.perception import anatomy_figures, needle_figures
from inplane.core import (
    BoneSeen,
    Calibration,
    Frame,
    LinearGeometry,
    NeedleSeen,
    NeedleState,
    NerveSeen,
    Pose,
    Scene,
    Signals,
    Space,
    SpreadSeen,
    SpreadState,
    VesselSeen,
)
from inplane.perception import Perceiver
from inplane.world import StructureOutline, Truth

GEOMETRY = LinearGeometry(n_lines=80, n_samples=100, width_mm=40.0, depth_mm=40.0)
FRAME = Frame(
    sequence=0,
    time_s=0.0,
    pixels=np.zeros((80, 100), np.uint8),
    geometry=GEOMETRY,
    calibration=Calibration.CALIBRATED,
    signals=Signals(),
)
NEEDLE = NeedleSeen(
    state=NeedleState.TRACKED,
    tip_mm=(3.0, 10.0),
    entry_mm=(-20.0, 2.0),
    direction=(1.0, 0.0),
    tip_sd_mm=(0.2, 0.1),
    angle_sd_rad=0.01,
    speed_mm_s=0.0,
    confidence=0.8,
    unseen_s=0.0,
)
EMPTY = np.zeros((80, 50), np.uint8)
NOTHING = Scene(
    sequence=0,
    time_s=0.0,
    calibration=Calibration.CALIBRATED,
    contact=1.0,
    needle=NEEDLE,
    vessels=(),
    bones=(),
    spread=SpreadSeen.without_area(SpreadState.WAITING),
    cannot_tell=(),
)


def truth_with(labels: np.ndarray = EMPTY, **changes: object) -> Truth:
    outline = np.zeros((4, 2))
    truth = Truth(
        sequence=0,
        time_s=0.0,
        T_patient_image=Pose(
            to_space=Space.PATIENT, from_space=Space.IMAGE, rotation=np.eye(3), translation_mm=np.zeros(3)
        ),
        needle_points_image_mm=np.array([(-20.0, 2.0, 0.0), (3.0, 14.0, 0.0)]),
        needle_shown_image_mm=np.linspace((-20.0, 2.0, 0.0), (3.0, 14.0, 0.0), 53),
        tip_image_mm=np.array((3.0, 14.0, 0.0)),
        tip_in_plane=True,
        tip_contrast_db=12.0,
        tip_structure="",
        needle_passes=1,
        labels_line_sample=labels,
        label_names={1: "femur", 2: "femoral artery lumen"},
        outlines=(
            StructureOutline(name="femur", kind=Kind.BONE, points_mm=outline),
            StructureOutline(name="femoral artery lumen", kind=Kind.ARTERY_LUMEN, points_mm=outline),
        ),
        targets_image_mm={},
        spread_line_sample=np.zeros((80, 50), np.bool_),
        spread_outlines_mm=(),
        injected_ml={},
        vein_open=1.0,
        advance_unseen_mm=0.0,
        events=(),
    )
    return replace(truth, **changes)


def test_a_miss_counts_fifty_and_a_find_its_distance():
    tally = Tally()
    score_needle(FRAME, NEEDLE, truth_with(), 0.5, tally)
    score_needle(FRAME, replace(NEEDLE, tip_mm=None), truth_with(), 0.5, tally)
    assert [error for error, _, _ in tally.errors] == [pytest.approx(4.0), MISS_MM]
    assert tally.turns[0] == pytest.approx(27.55, abs=0.01)
    assert (tally.shown, tally.wrong) == (1, 0)
    figures = {figure.name: figure for figure in needle_figures(tally)}
    assert figures["needle_recall"].value == 0.5
    assert figures["needle_recall_15_30_deg"].n == 2
    assert figures["needle_tip_error_found_mm_p50"].value == pytest.approx(4.0)


def test_a_needle_is_looked_for_where_it_is_shown_and_how_far_off_that_is_is_told():
    tally = Tally()
    shown = np.linspace((-20.0, 2.0, 0.0), (3.0, 15.0, 0.0), 53)
    score_needle(FRAME, replace(NEEDLE, tip_mm=(3.0, 15.5)), truth_with(needle_shown_image_mm=shown), 0.5, tally)
    assert tally.errors[0][0] == pytest.approx(0.5)
    assert tally.turns[0] == pytest.approx(29.48, abs=0.01)
    assert tally.apart == [pytest.approx(1.0)]
    assert {figure.name: figure.value for figure in needle_figures(tally)}["needle_shown_off_mm_p50"] == pytest.approx(
        1.0
    )


@pytest.mark.parametrize(
    "change",
    [
        {"tip_in_plane": False},
        {"tip_contrast_db": 5.0},
        {"tip_contrast_db": None},
        {"needle_shown_image_mm": np.zeros((0, 3))},
        {"needle_shown_image_mm": np.linspace((2.0, 1.0, 0.0), (25.0, 10.0, 0.0), 50)},
    ],
)
def test_frames_whose_tip_cannot_be_seen_do_not_count_but_a_shown_tip_is_judged(change):
    tally = Tally()
    score_needle(FRAME, NEEDLE, truth_with(**change), 0.5, tally)
    assert tally.errors == []
    assert tally.shown == 1
    assert tally.wrong == ("needle_shown_image_mm" in change)


def test_bone_and_vessels_are_scored_on_the_truths_labels():
    labels = EMPTY.copy()
    labels[:, 40:] = 1  # bone from 32 mm on
    x, y = np.meshgrid((np.arange(80) + 0.5) / 2 - 20, (np.arange(50) + 0.5) * 0.8, indexing="ij")
    labels[np.hypot(x - 2, y - 15) < 5] = 2
    vessel = VesselSeen(
        track_id=1,
        centre_mm=(2.0, 15.0),
        semi_axes_mm=(5.0, 5.0),
        angle_rad=0.0,
        edge_sd_mm=0.2,
        has_flow=None,
        pulsatile=None,
        confidence=0.8,
    )
    wrong = replace(vessel, track_id=2, centre_mm=(-12.0, 24.0), semi_axes_mm=(3.0, 3.0))
    bone = BoneSeen(points_mm=np.array([(-5.0, 32.3), (5.0, 31.9)]), edge_sd_mm=0.2, confidence=0.8)
    scene = replace(NOTHING, vessels=(vessel, wrong), bones=(bone,))
    tally = Tally()
    score_anatomy(FRAME, scene, truth_with(labels), tally)
    assert tally.bone == [pytest.approx(0.3), pytest.approx(0.1)]
    assert (tally.lumens, tally.lumens_found) == (1, 1)
    assert tally.lumen_dice[0] > 0.97
    assert (tally.vessels_said, tally.vessels_wrong) == (2, 1)
    figures = {figure.name: figure for figure in anatomy_figures(tally)}
    assert figures["vessel_wrong_share_simulated"].value == 0.5
    assert figures["cpu_ms"].value is None
    mask = ellipse_mask(FRAME, vessel, labels.shape)
    assert dice(mask, labels == 2) > 0.97
    assert whole(labels == 2)
    assert not whole(labels == 1)
    assert dice(np.zeros((2, 2), np.bool_), np.zeros((2, 2), np.bool_)) == 0


def test_what_cannot_be_measured_is_null_with_a_reason():
    assert told("x", None, "", 0).why
    assert percentile([], 50) is None


@pytest.mark.parametrize(("count", "exact"), [(0, 3.0), (1, 4.74), (4, 9.15), (10, 16.96)])
def test_the_upper_bound_of_a_rate_is_that_of_its_poisson_count(count, exact):
    # exact one-sided 95 % bounds: half of chi-square's 0.95 quantile with 2 (n + 1) degrees of freedom
    assert bound(count, 2.0) == pytest.approx(exact / 2, rel=0.01)


def test_vessels_on_stills_count_overlap_and_lumens_drawn_lengthwise():
    drawn = np.zeros((80, 100), np.bool_)
    still = Outlined(frame=FRAME, across=drawn, along=drawn)
    tally = counted([still], Perceiver)["vessel"]
    assert (tally.there, tally.said, tally.empty, tally.said_on_empty) == (0, 0, 1, 0)
    assert tally.f1 is None
    known = KindTally(there=4, found=2, said=5, right=4, lengthwise=2, dices=[0.5, 0.7], hd95_mm=[1.0], near=[0.9])
    figures = {figure.name: figure.value for figure in known.figures("vessel", "set", "why")}
    assert figures["vessel_precision_set"] == 0.8
    assert figures["vessel_recall_set"] == 0.5
    assert figures["vessel_f1_set"] == pytest.approx(4 / 7)
    assert figures["vessel_dice_set"] == pytest.approx(0.6)
    assert (figures["vessel_hd95_set"], figures["vessel_surface_dice_set"]) == (1.0, 0.9)


def square_mm(x_mm, y_mm, half_mm):
    """A square's outline, IMAGE mm."""
    return np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * half_mm + np.array((x_mm, y_mm))


def nerve_at(x_mm, y_mm, half_mm=4.0, confidence=0.8):
    """A square nerve."""
    return NerveSeen(
        track_id=1,
        outline_mm=square_mm(x_mm, y_mm, half_mm),
        centre_mm=(x_mm, y_mm),
        area_mm2=4 * half_mm**2,
        edge_sd_mm=0.3,
        confidence=confidence,
    )


def test_an_outline_is_filled_where_it_lies():
    mask = outline_mask(FRAME, square_mm(5.0, 20.0, 4.0), (80, 100))
    lines, samples = np.nonzero(mask)
    assert ((lines.mean() + 0.5) / 80 - 0.5) * 40 == pytest.approx(5.0, abs=0.3)
    assert (samples.mean() + 0.5) / 100 * 40 == pytest.approx(20.0, abs=0.3)
    assert mask.sum() * 0.5 * 0.4 == pytest.approx(64, rel=0.15)


def test_nerves_on_stills_count_overlap_centres_and_confidence():
    there = outline_mask(FRAME, square_mm(5.0, 20.0, 4.0), (80, 100))
    none = np.zeros_like(there)
    still = Outlined(frame=FRAME, across=none, along=none, nerves=there)
    tallies = {kind: KindTally() for kind in ("nerve", "vessel")}
    count_still(still, replace(NOTHING, nerves=(nerve_at(5.0, 20.0), nerve_at(-10.0, 10.0, confidence=0.6))), tallies)
    count_still(still, NOTHING, tallies)
    nerve = tallies["nerve"]
    assert (nerve.there, nerve.found, nerve.said, nerve.right, nerve.centred) == (2, 1, 2, 1, 1)
    assert nerve.dices[0] == pytest.approx(2 / 3, abs=0.03)
    assert nerve.dices[1] == 0
    assert [each.within for each in nerve.told] == [True, False]
    figures = {figure.name: figure.value for figure in headlines(tallies)}
    assert figures["nerve_f1"] == pytest.approx(0.5)
    assert figures["nerve_centre_hit"] == pytest.approx(0.5)
    assert figures["expected_calibration_error_real"] == pytest.approx((0.2 + 0.6) / 2)
    assert figures["vessel_f1"] is None


def test_the_border_of_a_shifted_square_is_off_by_the_shift():
    one, other = np.zeros((60, 60), np.bool_), np.zeros((60, 60), np.bool_)
    one[20:40, 20:40], other[20:40, 23:43] = True, True
    off_mm = border_distances(one, other, (0.5, 0.2))
    assert off_mm.max() == pytest.approx(0.6)
    assert border_distances(one, one, (0.5, 0.2)).max() == 0


def test_simulated_nerves_count_overlap_and_those_that_lie_on_none():
    labels = 3 * outline_mask(FRAME, square_mm(5.0, 20.0, 4.0), (80, 50)).astype(np.uint8)
    nerve = StructureOutline(name="femoral nerve", kind=Kind.NERVE, points_mm=np.zeros((4, 2)))
    truth = truth_with(labels, label_names={3: "femoral nerve"}, outlines=(nerve,))
    tally = Tally()
    score_nerves(FRAME, replace(NOTHING, nerves=(nerve_at(5.0, 20.0), nerve_at(-12.0, 10.0))), truth, tally)
    assert (tally.nerves_said, tally.nerves_wrong) == (2, 1)
    assert tally.nerve_dice == [pytest.approx(2 / 3, abs=0.03)]


def test_the_drawn_tables_are_whole():
    header, *rows = table_rows("bone_l14.tsv")
    assert len(rows) == 21
    assert all(len(row) == len(header) for row in rows)
    depths = [float(value) for row in rows for value in row[1:] if value != "-"]
    assert 20 < min(depths) < max(depths) < 34
    kinds = {name: (kind, len(numbers.split())) for name, kind, numbers in table_rows("ctu_lumens.tsv")}
    assert sorted(kind for kind, _ in kinds.values()) == ["ellipse"] * 3 + ["polygon"] * 2
    assert all(count == 4 if kind == "ellipse" else count >= 6 for kind, count in kinds.values())


def test_confidence_that_says_what_comes_true_has_no_error_and_one_that_boasts_has():
    tips = [Told(confidence=0.75, off_mm=0.5 if k % 4 else 9.0, within=True) for k in range(40)]
    assert calibration_error(tips, 2.0) == pytest.approx(0.0)
    boasting = [replace(each, confidence=0.95) for each in tips]
    assert calibration_error(boasting, 2.0) == pytest.approx(0.2)
    mixed = tips + [Told(confidence=0.35, off_mm=50.0, within=False)] * 40
    assert calibration_error(mixed, 2.0) == pytest.approx(0.175)
    assert calibration_error([], 2.0) is None


@pytest.mark.parametrize(
    ("tip_mm", "within"),
    [((3.3, 14.0), True), ((3.0, 14.3), True), ((4.2, 14.0), False), ((3.0, 15.0), False)],
)
def test_a_tip_within_two_deviations_is_counted_as_within(tip_mm, within):
    needle = replace(NEEDLE, tip_mm=tip_mm, direction=(1.0, 0.0), tip_sd_mm=(0.3, 0.2))
    tally = Tally()
    score_needle(FRAME, needle, truth_with(), 0.5, tally)
    assert tally.told[0].within == within
    figures = {figure.name: figure.value for figure in needle_figures(tally)}
    assert figures["needle_within_two_sd"] == within
