"""Fluid as a person sees it: what grows dark about a tip."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from inplane.core import Frame, LinearGeometry
from inplane.operators.fluid_eye import PERSIST, FluidEye

GEOMETRY = LinearGeometry(n_lines=192, n_samples=400, width_mm=38.4, depth_mm=40.0)
TIP_MM = (2.0, 18.0)


def picture(make, *, dark_mm=None, radius_mm: float = 2.0, dimmed: float = 1.0, seed: int = 1) -> Frame:
    """Speckle with a dark disc."""
    speckle = cv2.GaussianBlur(np.random.default_rng(seed).normal(0, 1, (192, 400)), (0, 0), 1.5)
    grey = (100 + 20 * speckle / speckle.std()) * dimmed
    if dark_mm is not None:
        lines, samples = np.meshgrid(np.arange(192), np.arange(400), indexing="ij")
        away = GEOMETRY.to_mm(np.stack((lines, samples), axis=-1)) - np.array(dark_mm)
        grey[np.hypot(away[..., 0], away[..., 1]) < radius_mm] = 10
    return replace(make.frame(0.0), pixels=grey.clip(0, 255).astype(np.uint8), geometry=GEOMETRY)


def seen(make, frame: Frame, tip_mm=TIP_MM) -> list[bool]:
    eye = FluidEye()
    eye.begin(picture(make), tip_mm)
    return [eye.sees(frame) for _ in range(PERSIST + 1)]


def test_what_grows_dark_about_the_tip_is_fluid_once_it_lasts(make) -> None:
    assert seen(make, picture(make, dark_mm=(3.0, 19.0))) == [False] * (PERSIST - 1) + [True] * 2


@pytest.mark.parametrize(
    "what", [{}, {"seed": 2}, {"dark_mm": (-12.0, 30.0)}, {"dark_mm": TIP_MM, "radius_mm": 0.8}, {"dimmed": 0.5}]
)
def test_other_changes_are_none(make, what) -> None:
    assert not any(seen(make, picture(make, **what)))


def test_without_a_tip_or_a_picture_from_before_nothing_is_told(make) -> None:
    dark = picture(make, dark_mm=TIP_MM)
    assert not any(seen(make, dark, tip_mm=None))
    assert not FluidEye().sees(dark)
