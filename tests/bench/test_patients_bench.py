"""The bench of patients: what chance alone shows does not count, and every fault is told."""

import numpy as np
import pytest
from numpy.typing import NDArray

from inplane.anatomy import build_patient
from inplane.bench._patient_checks import Cut, by_chance, contrasts, seen
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


@pytest.mark.parametrize("area_mm2", [2.0, 8.0, 50.0])
def test_chance_seldom_passes_and_a_vessel_does(area_mm2: float) -> None:
    mask, asked = oval(area_mm2), by_chance(area_mm2)
    passed = 0
    for seed in range(20):
        grey = speckle(seed)
        beside, _ = contrasts(Cut(labels=mask.astype(np.uint8), grey=grey.astype(np.uint8), pixel_mm=PIXEL_MM), mask)
        passed += beside > asked[0]
        dark = np.where(mask, 0.3 * grey, grey).astype(np.uint8)
        clear, _ = contrasts(Cut(labels=mask.astype(np.uint8), grey=dark, pixel_mm=PIXEL_MM), mask)
        assert clear > asked[0]
    assert passed <= 3


def test_what_is_not_cut_is_not_seen() -> None:
    patient = build_patient("carpal_tunnel_injection", 3, spacing_mm=1.2)
    nothing = Cut(labels=np.zeros(SHAPE, np.uint8), grey=speckle(1).astype(np.uint8), pixel_mm=PIXEL_MM)
    assert not seen(patient, nothing, "median nerve").shows


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
