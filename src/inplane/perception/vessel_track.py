"""The same vessel from frame to frame: position, size, flow and beat, said only when seen for a while."""

from collections import deque
from dataclasses import dataclass, field
from math import cos, hypot, pi, sin

import numpy as np
from numpy.typing import NDArray

from inplane.core import ColorFlow, Frame, VesselSeen
from inplane.perception.images import Ellipse
from inplane.perception.prepare import Prepared
from inplane.perception.vessel_signs import Lumen
from inplane.perception.vessels import overlap, share_within
from inplane.perception.view import Grid

SAY_SCORE, KEEP_SCORE = 0.5, 0.2
"""Scores at which a lumen may become a vessel, and at which it is kept. chosen: more likely one than not; a vessel
that was likely stays one until it is plainly not."""
CONFIRM_HITS = 4
"""Finds before a vessel is said. chosen: at 30 frames/s and a look every other frame, a quarter of a second."""
DROP_S = 0.7
"""Time unseen after which a vessel is dropped. chosen: most of a heart beat, as a pulsing wall may hide for a part."""
SMOOTHING = 0.35
"""Share of a new measurement taken over. chosen: the Kalman gain where process noise is half the measurement's."""
BEAT_S = 2.0
"""Time over which beating is judged (design note perception.md, 6)."""
FLOW_SHARE = 0.12
"""Share of the lumen that must be coloured to say flow. chosen: a patch, not single pixels."""
FLOW_HOLD_S = 1.0
"""Time for which flow once seen is held, and after which its absence is said. chosen: one beat at 60 a minute."""


@dataclass(slots=True, kw_only=True)
class _Vessel:
    """A vessel in coarse pixels with its history."""

    track_id: int
    ellipse: Ellipse
    residual: float
    score: float
    hits: int
    seen_s: float
    said: bool = False
    areas: deque[tuple[float, float]] = field(default_factory=deque[tuple[float, float]])
    speeds: deque[tuple[float, float]] = field(default_factory=deque[tuple[float, float]])
    covered_s: float | None = None
    flow_s: float | None = None


class VesselTracker:
    """Follows lumens; numbers are given in the order in which vessels are said."""

    def __init__(self) -> None:
        self._vessels: list[_Vessel] = []
        self._next = 1

    def reset(self) -> None:
        """Forget everything; numbers begin again at 1."""
        self.__init__()

    @property
    def hints(self) -> tuple[Ellipse, ...]:
        """Ellipses where vessels were, coarse pixels."""
        return tuple(vessel.ellipse for vessel in self._vessels)

    def step(self, lumens: list[Lumen], frame: Frame, prepared: Prepared) -> tuple[VesselSeen, ...]:
        """The vessels that can be said to be there now, in order of their numbers."""
        time_s, grid = frame.time_s, prepared.grid
        left = [lumen for lumen in lumens if lumen.score >= KEEP_SCORE]
        for vessel in self._vessels:
            match = next((lumen for lumen in left if _alike(lumen, vessel)), None)
            if match is not None:
                left.remove(match)
                self._take(vessel, match, grid, time_s)
            else:
                vessel.hits = max(0, vessel.hits - 1)
        for lumen in left:
            if lumen.score >= SAY_SCORE and not any(overlap(lumen.ellipse, v.ellipse) for v in self._vessels):
                self._vessels.append(
                    _Vessel(
                        track_id=0,
                        ellipse=lumen.ellipse,
                        residual=lumen.residual,
                        score=lumen.score,
                        hits=1,
                        seen_s=time_s,
                    )
                )
        self._vessels = [v for v in self._vessels if time_s - v.seen_s <= (DROP_S if v.said else 0.2)]
        said: list[VesselSeen] = []
        for vessel in self._vessels:
            if not vessel.said and vessel.hits >= CONFIRM_HITS and vessel.score >= SAY_SCORE:
                vessel.said, vessel.track_id = True, self._next
                self._next += 1
            if vessel.said:
                _look_for_flow(vessel, frame, prepared)
                said.append(_seen(vessel, grid, time_s))
        return tuple(sorted(said, key=lambda v: v.track_id))

    def _take(self, vessel: _Vessel, lumen: Lumen, grid: Grid, time_s: float) -> None:
        """Blends a new measurement into a vessel."""
        old, new = vessel.ellipse, lumen.ellipse
        turn = (new[4] - old[4] + pi / 2) % pi - pi / 2
        mixed = [o + SMOOTHING * (n - o) for o, n in zip(old[:4], new[:4], strict=True)]
        angle = (old[4] + SMOOTHING * turn + pi / 2) % pi - pi / 2
        vessel.ellipse = (mixed[0], mixed[1], max(mixed[2], mixed[3]), min(mixed[2], mixed[3]), angle)
        vessel.residual += SMOOTHING * (lumen.residual - vessel.residual)
        vessel.score += SMOOTHING * (lumen.score - vessel.score)
        vessel.hits = min(vessel.hits + 1, 3 * CONFIRM_HITS)
        vessel.seen_s = time_s
        area = pi * new[2] * new[3] * (2 * grid.pixel_mm) ** 2
        vessel.areas.append((time_s, area))
        while time_s - vessel.areas[0][0] > BEAT_S + 1e-6:
            vessel.areas.popleft()


def _alike(lumen: Lumen, vessel: _Vessel) -> bool:
    """Whether a lumen is that vessel: centre within half a radius, area within a factor of two."""
    r_new, r_old = (lumen.ellipse[2] * lumen.ellipse[3]) ** 0.5, (vessel.ellipse[2] * vessel.ellipse[3]) ** 0.5
    apart = hypot(lumen.ellipse[0] - vessel.ellipse[0], lumen.ellipse[1] - vessel.ellipse[1])
    return apart < 0.6 * r_old + 1 and 0.7 < r_new / r_old < 1.42


def _look_for_flow(vessel: _Vessel, frame: Frame, prepared: Prepared) -> None:
    """Notes whether a colour box covers the vessel, and how much of it is coloured."""
    grid = prepared.grid
    if frame.color is None:
        vessel.covered_s = None
        if prepared.flow is not None and share_within(vessel.ellipse, prepared.flow) >= FLOW_SHARE:
            vessel.flow_s = frame.time_s
        return
    inside = _lumen_in_box(vessel, frame.color, frame, grid)
    if inside is None:
        vessel.covered_s = None
        return
    vessel.covered_s = frame.time_s if vessel.covered_s is None else vessel.covered_s
    colored, speed = inside
    if colored >= FLOW_SHARE:
        vessel.flow_s = frame.time_s
    if frame.color.power is not None:
        return
    vessel.speeds.append((frame.time_s, colored * abs(speed)))
    while frame.time_s - vessel.speeds[0][0] > BEAT_S + 1e-6:
        vessel.speeds.popleft()


def _lumen_in_box(vessel: _Vessel, color: ColorFlow, frame: Frame, grid: Grid) -> tuple[float, float] | None:
    """Share of the lumen that is coloured and the mean velocity there; None unless the box covers most of it."""
    x_mm, y_mm = grid.to_mm(2 * vessel.ellipse[0] + 0.5, 2 * vessel.ellipse[1] + 0.5)
    a, b = (vessel.ellipse[k] * 2 * grid.pixel_mm for k in (2, 3))
    line, depth = frame.geometry.to_index((x_mm, y_mm))
    lines, samples = color.velocity.shape
    xs: NDArray[np.float64] = (
        np.arange(lines, dtype=np.float64) + color.first_line - line
    ) * frame.geometry.line_pitch_mm
    ys: NDArray[np.float64] = (
        np.arange(samples, dtype=np.float64) + color.first_sample - depth
    ) * frame.geometry.sample_pitch_mm
    c, s = cos(vessel.ellipse[4]), sin(vessel.ellipse[4])
    u, v = c * xs[:, None] + s * ys[None, :], -s * xs[:, None] + c * ys[None, :]
    within = (u / a) ** 2 + (v / b) ** 2 < 0.8
    expected = 0.8 * pi * a * b / (frame.geometry.line_pitch_mm * frame.geometry.sample_pitch_mm)
    if within.sum() < 0.7 * expected:
        return None
    lit = within & color.has_flow
    share = float(lit.sum() / within.sum())
    return share, float(color.velocity[lit].mean()) / 127 * color.nyquist_m_s if share > 0 else 0.0


def _seen(vessel: _Vessel, grid: Grid, time_s: float) -> VesselSeen:
    """A vessel in core's words."""
    pixel = 2 * grid.pixel_mm
    x, y, a, b, angle = vessel.ellipse
    unseen = max(0.0, 1 - (time_s - vessel.seen_s) / DROP_S)
    return VesselSeen(
        track_id=vessel.track_id,
        centre_mm=grid.to_mm(2 * x + 0.5, 2 * y + 0.5),
        semi_axes_mm=(a * pixel, b * pixel),
        angle_rad=angle,
        edge_sd_mm=max(0.15, vessel.residual * pixel),
        has_flow=_flow(vessel, time_s),
        pulsatile=_beats(vessel, time_s),
        confidence=min(0.95, vessel.score * (0.6 + 0.4 * min(1.0, vessel.hits / (2 * CONFIRM_HITS)))) * unseen,
    )


def _flow(vessel: _Vessel, time_s: float) -> bool | None:
    """True if colour was seen lately, False after a covered beat without any, None where no box is known there."""
    if vessel.flow_s is not None and time_s - vessel.flow_s <= FLOW_HOLD_S:
        return True
    if vessel.covered_s is None:
        return None
    return False if time_s - vessel.covered_s >= FLOW_HOLD_S else None


def _beats(vessel: _Vessel, time_s: float) -> bool | None:
    """Whether area or flow rises and falls at 0.6 to 3 beats a second; None before two seconds were seen."""
    answers = [
        _periodic(series, least)
        for series, least in ((vessel.areas, 0.05), (vessel.speeds, 0.3))
        if len(series) >= 20 and time_s - series[0][0] >= 0.9 * BEAT_S
    ]
    return any(answers) if answers else None


def _periodic(series: deque[tuple[float, float]], least: float) -> bool:
    """Whether a sine at some heart rate takes up most of the variance and swings by at least that share of the mean."""
    times = np.array([t for t, _ in series])
    values = np.array([v for _, v in series])
    mean = float(values.mean())
    if mean <= 0:
        return False
    middle = times - times.mean()
    slope = float((middle * values).sum()) / max(1e-9, float((middle * middle).sum()))
    rest = values - mean - slope * middle
    power = float((rest**2).sum())
    if power <= 0 or 2.8 * float(rest.std()) < least * mean:
        return False
    best = 0.0
    for rate_hz in np.arange(0.6, 3.05, 0.1):
        phase = 2 * pi * rate_hz * times
        basis = np.stack((np.cos(phase), np.sin(phase)), axis=1)
        weights: NDArray[np.float64] = np.asarray(
            np.linalg.solve(basis.T @ basis + 1e-9 * np.eye(2), basis.T @ rest), dtype=np.float64
        )
        best = max(best, 1 - float(((rest - basis @ weights) ** 2).sum()) / power)
    return best > 0.5
