"""A drawn picture whose truth is known: tissue speckle, fasciae, a straight needle, a dark ellipse, a bone's arc."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from inplane.core import Calibration, Frame, LinearGeometry, Signals


@dataclass(frozen=True, kw_only=True)
class Phantom:
    """Draws frames of one piece of tissue; speckle is fixed to it, noise is not.

    Args:
        seed: of everything random.
        lines, samples, width_mm, depth_mm: of the picture.
        fasciae: how many bright lines, at most 12 degrees steep.
        ellipse: x, y, semi-axes, angle of an anechoic lumen with a bright wall, mm.
        bone: x of the middle, depth of the top, radius of a bright arc with a shadow, mm.
    """

    seed: int
    lines: int = 192
    samples: int = 512
    width_mm: float = 38.4
    depth_mm: float = 40.0
    fasciae: int = 4
    ellipse: tuple[float, float, float, float, float] | None = None
    bone: tuple[float, float, float] | None = None
    field: NDArray[np.complex64] = field(init=False)

    def __post_init__(self) -> None:
        rng = np.random.default_rng(self.seed)
        x, y = self.grid()
        level = np.zeros(x.shape) - 0.15 * y
        for _ in range(self.fasciae):
            line = rng.uniform(3, 0.9 * self.depth_mm) + np.tan(rng.uniform(-0.2, 0.2)) * x
            level = np.where(np.abs(y - line) < 0.35, rng.uniform(6, 14), level)
        if self.ellipse is not None:
            cx, cy, a, b, angle = self.ellipse
            u = (x - cx) * np.cos(angle) + (y - cy) * np.sin(angle)
            v = -(x - cx) * np.sin(angle) + (y - cy) * np.cos(angle)
            level = np.where(np.hypot(u / (a + 0.6), v / (b + 0.6)) < 1, 4.0, level)
            level = np.where(np.hypot(u / a, v / b) < 1, -32.0, level)
        if self.bone is not None:
            top = self.bone_depth(x)
            level = np.where(y > top, np.where(y < top + 0.4, 16.0, -45.0), level)
        noise = rng.normal(size=x.shape) + 1j * rng.normal(size=x.shape)
        object.__setattr__(self, "field", (noise * 10 ** (level / 20)).astype(np.complex64))

    @property
    def geometry(self) -> LinearGeometry:
        """Where each pixel lies."""
        return LinearGeometry(
            n_lines=self.lines, n_samples=self.samples, width_mm=self.width_mm, depth_mm=self.depth_mm
        )

    def grid(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """(lines, samples) x and y in mm of each pixel."""
        at = self.geometry.to_mm(np.stack(np.mgrid[0 : self.lines, 0 : self.samples], axis=-1))
        return at[..., 0], at[..., 1]

    def bone_depth(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Depth of the bone's surface at x, mm; far below the picture where there is none."""
        if self.bone is None:
            return np.full_like(x, 1e3)
        cx, top, radius = self.bone
        inside = np.abs(x - cx) < 0.8 * radius
        return np.where(inside, top + radius - np.sqrt(np.maximum(radius**2 - (x - cx) ** 2, 0)), 1e3)

    def frame(
        self,
        sequence: int,
        *,
        shaft: tuple[float, float, float, float] | None = None,
        fluid: tuple[float, float, float] | None = None,
        contact: float = 1.0,
        signals: Signals | None = None,
    ) -> Frame:
        """The frame with that number, 30 a second.

        Args:
            sequence: its number; noise follows from it.
            shaft: entry x and y, direction's angle from x (downwards positive), length in mm.
            fluid: x, y, radius of an anechoic disc, mm.
            contact: share of the lines, from the first, with contact; the others show bands near the face only.
            signals: beside the pixels.
        """
        rng = np.random.default_rng((self.seed, sequence))
        x, y = self.grid()
        field_now = self.field.copy()
        if fluid is not None:
            field_now[np.hypot(x - fluid[0], y - fluid[1]) < fluid[2]] *= 0.01
        if shaft is not None:
            ex, ey, angle, length = shaft
            along = (x - ex) * np.cos(angle) + (y - ey) * np.sin(angle)
            across = -(x - ex) * np.sin(angle) + (y - ey) * np.cos(angle)
            echo = 14.0 * np.exp(-0.5 * (across / 0.1) ** 2) * (along < length)
            field_now += (echo * np.exp(1j * (3 * x + 0.7 * y))).astype(np.complex64)
        grain = (1.6 * 0.2 / self.geometry.line_pitch_mm, 0.14 / self.geometry.sample_pitch_mm)
        parts = [
            cv2.GaussianBlur(np.ascontiguousarray(part), (0, 0), sigmaX=grain[1], sigmaY=grain[0])
            for part in (field_now.real, field_now.imag)
        ]
        envelope = 3.5 * np.hypot(*parts) + 0.01 * np.abs(rng.normal(size=x.shape))
        bands = 0.5 * np.exp(-y / 1.5) * (1 + np.cos(2 * np.pi * y / 0.8))
        envelope = np.where(np.arange(self.lines)[:, None] < contact * self.lines, envelope, bands)
        grey = (20 * np.log10(envelope + 1e-6) + 40) / 60 * 255
        return Frame(
            sequence=sequence,
            time_s=sequence / 30,
            pixels=np.clip(grey, 0, 255).astype(np.uint8),
            geometry=self.geometry,
            calibration=Calibration.CALIBRATED,
            signals=signals or Signals(),
        )


@pytest.fixture(name="phantom", scope="session")
def _phantom() -> type[Phantom]:
    """The phantom's class."""
    return Phantom


@pytest.fixture(name="uncalibrated", scope="session")
def _uncalibrated() -> Callable[[Frame], Frame]:
    """The same frame with unknown scale."""
    return lambda frame: replace(frame, calibration=Calibration.UNCALIBRATED)
