"""A window of the body: what one probe sees from one place, as a patient of its own, the same to the bit for its seed.

A window is a table of numbers with their ranges and sources, and a painter that lays what they describe onto a canvas
and says where a competent hand would put probe and needle.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from inplane.anatomy._canvas import Canvas, make_canvas
from inplane.anatomy._closed import close_cortex, close_walls
from inplane.anatomy.parameters import LEVELS, RANGES, ParameterRange
from inplane.anatomy.patient import Patient, Physiology, Side, mirrored
from inplane.core import ProbeControl, RangeError, UnknownNameError, require_range

Values: TypeAlias = Mapping[str, float]
COMMON = (
    "muscle_echo_db",
    "fat_echo_db",
    "blood_echo_db",
    "heart_rate_hz",
    "artery_strain",
    "artery_peak_m_s",
    "vein_mean_m_s",
    "vein_closing_n",
    "breathing_rate_hz",
)
"""What every patient has, with the ranges of the groin's."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Staged:
    """Where a painted window is touched, looked at and aimed at; right side, LPS mm.

    Args:
        targets_mm: by procedure, where a perfect tip ends. views, needle_from, indication: see Patient.
        landmarks_mm: palpable points on the skin.
    """

    targets_mm: Mapping[str, NDArray[np.float64]]
    views: Mapping[str, ProbeControl]
    indication: Mapping[str, str]
    landmarks_mm: Mapping[str, NDArray[np.float64]]
    needle_from: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Window:
    """What can be built.

    Args:
        name, region: identifier, and the region as procedures name it.
        procedures: ids that it stages.
        size_mm: x, y, z. spacing_mm: isotropic voxels.
        salt: of its random numbers, another one for each window.
        ranges: every number of it, with source. harder: middle of some at the easiest and at the hardest level.
        paint: lays it; given the canvas and the numbers.
        order: what must be true of its pictures: (a structure, "above", "below", "lateral to" or "medial to", another).
        variants: structures that only some people have.
        beyond: critical structures that this view cannot show, and where they lie instead.
        goes_to: by procedure, the structure that the injected volume belongs in, where it is not the target itself.
    """

    name: str
    region: str
    procedures: tuple[str, ...]
    size_mm: tuple[float, float, float]
    spacing_mm: float
    salt: int
    ranges: Mapping[str, ParameterRange]
    harder: Mapping[str, tuple[float, float]]
    paint: Callable[[Canvas, Values], Staged]
    order: tuple[tuple[str, str, str], ...] = ()
    variants: tuple[str, ...] = ()
    beyond: Mapping[str, str] = field(default_factory=dict[str, str])
    goes_to: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def all_ranges(self) -> dict[str, ParameterRange]:
        """Its own numbers and those of every patient."""
        return {**{name: RANGES[name] for name in COMMON}, **self.ranges}


def draw(window: Window, seed: int, level: int | None) -> dict[str, float]:
    """The numbers of one patient: each from its distribution, cut off at its range; those that `harder` names move
    with the level, 0 easy to 4 hard, and keep a third of their spread.

    Raises:
        RangeError: the level is outside 0 to 4.
    """
    rng = np.random.Generator(np.random.PCG64([0x31DD, window.salt, seed]))
    values: dict[str, float] = {}
    for name, bounds in window.all_ranges.items():
        value = float(rng.normal(bounds.mean, bounds.sd))
        if level is not None and name in window.harder:
            share = require_range("difficulty level", level, 0, LEVELS - 1) / (LEVELS - 1)
            easy, hard = window.harder[name]
            value = easy + share * (hard - easy) + 0.35 * (value - bounds.mean)
        value = float(np.clip(value, bounds.low, bounds.high))
        values[name] = float(np.floor(value + 0.5)) if name.endswith("_grade") else round(value, 4)
    return values


def build_window(
    window: Window,
    seed: int,
    *,
    level: int | None = None,
    values: Values | None = None,
    side: Side = "right",
    spacing_mm: float | None = None,
) -> Patient:
    """A patient of that window.

    Args:
        window: which.
        seed: of the fine structure, and of the numbers where none are given.
        level: 0 easy to 4 hard; a usual patient if None.
        values: its numbers by name; those not given are drawn.
        side: the left one is the mirror image of the right.
        spacing_mm: isotropic voxels, 0.15 to 4; the window's own if None. Coarse ones are for tests.

    Raises:
        UnknownNameError: the side is neither left nor right, or the window has no such number.
        RangeError: seed, spacing, level or a number is outside its range.
    """
    if side not in ("left", "right"):
        raise UnknownNameError("side", side, ("left", "right"))
    require_range("seed", seed, 0, 2**31 - 1)
    h = require_range("spacing_mm", window.spacing_mm if spacing_mm is None else spacing_mm, 0.15, 4.0, "mm")
    chosen = {**draw(window, seed, level), **_known(window, values or {})}
    canvas = make_canvas(seed, "short", h, 100 + window.salt, window.size_mm)
    canvas = replace(canvas, own_db={name: chosen[f"{name}_echo_db"] for name in ("muscle", "fat")})
    staged = window.paint(canvas, chosen)
    close_walls(canvas.labels, canvas.structures)
    close_cortex(canvas.labels, canvas.stiff, canvas.structures)
    patient = replace(
        canvas.patient(window.region, _physiology(chosen)),
        parameters=chosen,
        targets_mm=staged.targets_mm,
        views=staged.views,
        indication=staged.indication,
        landmarks_mm=staged.landmarks_mm,
        needle_from=staged.needle_from,
    )
    return patient if side == "right" else mirrored(patient)


def _known(window: Window, values: Values) -> dict[str, float]:
    """The numbers that were given, if the window has them and they lie in their ranges."""
    ranges = window.all_ranges
    for name, value in values.items():
        if name not in ranges:
            raise UnknownNameError(f"number of window '{window.name}'", name, ranges)
        require_range(name, value, ranges[name].low, ranges[name].high)
        if name.endswith("_grade") and value != int(value):
            raise RangeError(f"{name} is {value!r}. Expected a whole number.")
    return dict(values)


def _physiology(chosen: Values) -> Physiology:
    return Physiology(
        heart_rate_hz=chosen["heart_rate_hz"],
        artery_strain=chosen["artery_strain"],
        artery_peak_m_s=chosen["artery_peak_m_s"],
        vein_mean_m_s=chosen["vein_mean_m_s"],
        vein_closing_n=chosen["vein_closing_n"],
        breathing_rate_hz=chosen["breathing_rate_hz"],
    )
