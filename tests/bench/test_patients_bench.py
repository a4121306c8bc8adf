"""The bench of patients: what chance alone shows does not count, and every fault is told."""

import numpy as np
import pytest
from numpy.typing import NDArray

from inplane.anatomy import Kind, build_patient
from inplane.atlas import load_atlas
from inplane.bench import patients
from inplane.bench._patient_checks import unseen
from inplane.bench._patient_look import Cut, drawn
from inplane.bench._patient_seen import (
    _behind,
    by_chance,
    contrasts,
    labels_of,
    seen,
    surface_by_chance,
    surface_contrasts,
)
from inplane.bench._patient_spread import given_at
from inplane.bench.patients import PROPERTIES, Row, figures

SHAPE, PIXEL_MM = (200, 240), (0.2, 0.125)


def speckle(seed: int) -> NDArray[np.float64]:
    """Rayleigh speckle of a millimeter or so, grey."""
    import cv2

    rng = np.random.default_rng(seed)
    fine = rng.normal(size=(*SHAPE, 2))
    wide = cv2.GaussianBlur(fine, (0, 0), 1.5)
    grey = 20 * np.log10(np.hypot(wide[..., 0], wide[..., 1]) + 1e-6)
    return np.clip(120 + 4 * (grey - grey.mean()), 0, 255)


def oval(area_mm2: float) -> NDArray[np.bool_]:
    x = (np.arange(SHAPE[0]) * PIXEL_MM[0] - 20)[:, None]
    y = (np.arange(SHAPE[1]) * PIXEL_MM[1] - 15)[None, :]
    return x**2 + y**2 < area_mm2 / np.pi


def view(grey: NDArray[np.float64], mask: NDArray[np.bool_]) -> Cut:
    return Cut(labels=mask.astype(np.uint8), grey=grey.astype(np.uint8), pixel_mm=PIXEL_MM)


@pytest.mark.parametrize("area_mm2", [2.0, 8.0, 50.0])
def test_chance_seldom_passes_and_a_vessel_does(area_mm2: float) -> None:
    mask, asked = oval(area_mm2), by_chance(area_mm2)
    passed = 0
    for seed in range(20):
        greys = [speckle(3 * seed + n) for n in range(3)]
        beside, _ = contrasts([view(grey, mask) for grey in greys], [mask] * 3)
        passed += beside > asked[0]
        clear, _ = contrasts([view(np.where(mask, 0.3 * grey, grey), mask) for grey in greys], [mask] * 3)
        assert clear > asked[0]
    assert passed <= 3


def test_three_pictures_show_what_one_leaves_to_chance() -> None:
    mask, asked = oval(12.0), by_chance(12.0)[0]
    faint = [
        [view(np.where(mask, speckle(n) - 14, speckle(n)), mask) for n in range(k, k + 3)] for k in range(0, 60, 3)
    ]
    one = [contrasts(views[:1], [mask])[0] for views in faint]
    three = [contrasts(views, [mask] * 3)[0] for views in faint]
    assert np.std(three) < 0.75 * np.std(one)
    assert min(three) > asked


def test_a_thin_bright_line_over_shadow_shows_and_chance_seldom_does() -> None:
    """A pleura is bright for a third of what counts as it, and dark beneath."""
    depth = np.arange(SHAPE[1]) * PIXEL_MM[1]
    mask = np.broadcast_to((depth >= 15.0) & (depth < 16.4), SHAPE)
    line, shadow = surface_by_chance(SHAPE[0] * PIXEL_MM[0])
    passed = 0
    for seed in range(0, 60, 3):
        greys = [speckle(seed + n) for n in range(3)]
        found = surface_contrasts([view(grey, mask) for grey in greys], [mask] * 3)
        passed += found[0] > line
        for grey in greys:
            grey[:, (depth >= 15.1) & (depth < 15.4)] = 230
            grey[:, depth >= 15.4] *= 0.2
        found = surface_contrasts([view(grey, mask) for grey in greys], [mask] * 3)
        assert found[0] > line
        assert found[1] > shadow
    assert passed <= 3


def test_bone_is_told_by_its_shadow_where_its_line_is_no_brighter_than_a_sheet_over_it() -> None:
    depth = np.arange(SHAPE[1]) * PIXEL_MM[1]
    mask = np.broadcast_to(depth >= 15.0, SHAPE)
    grey = speckle(1)
    grey[:, (depth >= 14.2) & (depth < 14.5)] = 230
    grey[:, (depth >= 15.1) & (depth < 15.4)] = 230
    grey[:, depth >= 15.4] *= 0.2
    line, shadow = surface_contrasts([view(grey, mask)], [mask])
    asked = surface_by_chance(SHAPE[0] * PIXEL_MM[0])
    assert line < asked[0]
    assert shadow > asked[1]


def test_a_thin_sheet_is_looked_for_as_a_line_and_throws_no_shadow() -> None:
    """Its echo lies a little deeper than its label: half of the pixels beside it are as bright as its own."""
    patient = build_patient("femoral_nerve_block", 3, spacing_mm=4.0)
    depth = np.arange(SHAPE[1]) * PIXEL_MM[1]
    labels = np.zeros(SHAPE, np.uint8)
    labels[:, (depth >= 15.0) & (depth < 15.5)] = labels_of(patient, "fascia iliaca")[0]
    greys = [speckle(n) for n in range(3)]
    lined = [np.where((depth >= 15.4) & (depth < 15.7), 230, grey) for grey in greys]
    plain, bright = (
        seen(patient, [Cut(labels=labels, grey=g.astype(np.uint8), pixel_mm=PIXEL_MM) for g in every], "fascia iliaca")
        for every in (greys, lined)
    )
    assert bright.shows
    assert bright.shadow == 0.0
    assert not plain.shows


def test_what_bone_hides_is_not_asked_of() -> None:
    """Half of an oval lies behind bone: the half that is lit is told apart, the whole is not."""
    patient = build_patient("femoral_nerve_block", 3, spacing_mm=4.0)
    bone = next(s.label for s in patient.structures if s.kind is Kind.BONE)
    labels, grey = np.zeros(SHAPE, np.uint8), speckle(1)
    left = np.arange(SHAPE[0])[:, None] < SHAPE[0] // 2
    labels[oval(50.0)] = labels_of(patient, "femoral artery")[0]
    labels[: SHAPE[0] // 2, :10] = bone
    grey[oval(50.0)] *= 0.3
    dark = np.where(left, 0.0, grey)
    found = seen(patient, [Cut(labels=labels, grey=dark.astype(np.uint8), pixel_mm=PIXEL_MM)], "femoral artery")
    assert found.area_mm2 == pytest.approx(50.0, rel=0.1)
    assert found.open_mm2 == pytest.approx(25.0, rel=0.1)
    assert found.shows
    labels[:, :10] = bone
    hidden = seen(patient, [Cut(labels=labels, grey=dark.astype(np.uint8), pixel_mm=PIXEL_MM)], "femoral artery")
    assert hidden.open_mm2 == hidden.area_mm2


def test_labels_are_laid_where_a_scanner_draws_them() -> None:
    """Behind 40 samples of fat, in which sound is slower, what lies there is drawn 40 (1540 / 1477 - 1) samples deeper;
    where sound runs at 1540 m/s nothing is moved."""
    labels, speeds = np.zeros((1, 100), np.uint8), np.full(256, 1540.0)
    labels[0, :40], labels[0, 40:] = 1, 2
    assert np.array_equal(drawn(labels, speeds), labels)
    speeds[1] = 1477.0
    assert int(np.argmax(drawn(labels, speeds)[0] == 2)) == round(40 * 1540 / 1477)
    speeds[1] = 1700.0
    assert int(np.argmax(drawn(labels, speeds)[0] == 2)) == round(40 * 1540 / 1700)


def test_shadows_of_a_fan_slant() -> None:
    labels = np.zeros((40, 60), np.uint8)
    labels[20, 10] = 1
    beams = np.rint(np.arange(40)[:, None] - 0.3 * np.arange(60)[None, :]).astype(np.int64)
    cut = Cut(labels=labels, grey=labels, pixel_mm=(1.0, 1.0), beams=beams)
    behind = _behind(cut, [1])
    assert behind[20, 10]
    assert behind[29, 40]
    assert not behind[20, 40]
    assert not behind[17, 0]


def test_a_surface_at_the_pictures_end_is_no_surface() -> None:
    mask = np.zeros(SHAPE, np.bool_)
    mask[:, -3:] = True
    assert surface_contrasts([view(speckle(1), mask)], [mask]) == (0.0, 0.0)


def test_what_is_not_cut_is_not_seen() -> None:
    patient = build_patient("carpal_tunnel_injection", 3, spacing_mm=1.2)
    nothing = seen(patient, [view(speckle(1), np.zeros(SHAPE, np.bool_))], "median nerve")
    assert not nothing.shows
    assert nothing.told == "median nerve (not cut)"


def test_what_is_not_told_apart_in_life_need_only_be_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    procedure = load_atlas().procedure("trapezius_trigger_point_injection")
    patient = build_patient(procedure.id, 3, spacing_mm=0.8)
    assert unseen(procedure) == ("spinal accessory nerve",)
    labels = np.zeros(SHAPE, np.uint8)
    labels[90:100, 90:100] = labels_of(patient, "transverse cervical artery")[0]
    labels[20:24, 20:24] = labels_of(patient, "spinal accessory nerve")[0]
    flat = np.full(SHAPE, 100, np.uint8)
    monkeypatch.setattr(patients, "looks", lambda *_: (Cut(labels=labels, grey=flat, pixel_mm=PIXEL_MM),))
    told = patients._seen(patient, procedure)
    assert "transverse cervical artery (2.5 mm2, 2.5 not behind bone, gCNR beside it 0.00" in told
    assert "spinal accessory nerve" not in told
    labels[20:24, 20:24] = 0
    assert "spinal accessory nerve (not cut)" in patients._seen(patient, procedure)


def test_every_fault_is_told_with_its_patient() -> None:
    whole = dict.fromkeys(PROPERTIES, "")
    rows = [
        Row(procedure_id="knee_joint_injection", seed=1, missing=whole, build_s=4.0, load_s=0.1),
        Row(procedure_id="carpal_tunnel_injection", seed=1, missing=whole, build_s=5.0, load_s=0.1),
        Row(
            procedure_id="carpal_tunnel_injection",
            seed=2,
            missing={**whole, "path": "every way meets something solid"},
            build_s=6.0,
            load_s=0.2,
        ),
    ]
    found = {figure.name: figure for figure in figures(rows)}
    assert found["procedures_passed"].value == 1
    assert found["carpal_tunnel_injection_path"].value == 0.5
    assert found["carpal_tunnel_injection_path"].why == "seed 2: every way meets something solid"
    assert found["knee_joint_injection_seen"].value == 1
    assert found["load_s_p95"].value == pytest.approx(0.19)
    assert found["structures_unseen_in_life"].value == 0


def test_structures_that_are_not_told_apart_in_life_are_counted_apart() -> None:
    whole = dict.fromkeys(PROPERTIES, "")
    name = "levator_scapulae_trigger_point_injection"
    found = {f.name: f for f in figures([Row(procedure_id=name, seed=1, missing=whole, build_s=1.0, load_s=0.1)])}
    figure = found["structures_unseen_in_life"]
    assert figure.value == 2
    assert figure.why == f"dorsal scapular nerve ({name}), spinal accessory nerve ({name})"


def test_the_volume_of_a_barbotage_is_given_into_the_bursa_and_others_at_their_target() -> None:
    patient = build_patient("calcific_tendon_barbotage", 3, spacing_mm=0.8)
    barbotage = load_atlas().procedure("calcific_tendon_barbotage")
    bursa = patient.targets_mm["subacromial_bursa_injection"]
    assert given_at(patient, barbotage, "subacromial-subdeltoid bursa") is bursa
    assert given_at(patient, barbotage) is patient.targets_mm["calcific_tendon_barbotage"]
    assert given_at(patient, barbotage, "deltoid") is patient.targets_mm["calcific_tendon_barbotage"]
