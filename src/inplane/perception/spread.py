"""Spread of the injectate: darkness that grew about the tip since the injection began, or that did not."""

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inplane.atlas import load_atlas
from inplane.core import CannotTell, Frame, NeedleSeen, NeedleState, Point, SpreadSeen, SpreadState
from inplane.perception.images import correlation, outline, regions, resize, shift
from inplane.perception.motion import TINY, tiny_weight, translation
from inplane.perception.prepare import Prepared
from inplane.perception.view import Grid

REACH_MM = 15.0
"""Farthest from the tip that dark growth is looked for. chosen: 5 ml as a ball have a radius of 11 mm."""
NEAR_MM = 4.0
"""Farthest from the tip that a growing region may begin. chosen: bevel, tip error and blur."""
LEAST_AREA_MM2 = 4.0
"""Area from which growth is called spread. chosen: 0.5 ml as a layer 5 mm wide shows ten times as much."""
SIMILAR = 0.6
"""Correlation outside the reach below which the picture has moved on. chosen: as for the needle's temporal witness."""
PERSIST = 3
"""Frames in a row that must show the growth. chosen: a tenth of a second; single frames flicker."""


@dataclass(slots=True, kw_only=True, eq=False)
class _Reference:
    """The picture before the injection: coarse grey, its small copy, the tip then, the volume then."""

    coarse: NDArray[np.float32]
    tiny: NDArray[np.float32]
    tip_mm: Point | None
    injected_ml: float | None
    shift: tuple[float, float] = (0.0, 0.0)


class SpreadWatch:
    """Compares each frame during and after an injection with the picture before it.

    `grown` is where the coarse picture grew dark about the tip by the last frame, anywhere where the tip is not known;
    None where nothing was injected or the picture has changed too much.
    """

    def __init__(self) -> None:
        self._no_spread_ml = load_atlas().threshold("no_spread_volume_ml").value
        self._before: deque[NDArray[np.float32]] = deque(maxlen=3)
        self._reference: _Reference | None = None
        self._areas: deque[tuple[float, float]] = deque()
        self._streak = 0
        self._last_ml: float | None = None
        self._idle_ml: float | None = None
        self._tip: tuple[float, Point] | None = None
        self.grown: NDArray[np.bool_] | None = None

    def reset(self) -> None:
        """Forget every injection."""
        self.__init__()

    def step(self, frame: Frame, prepared: Prepared, needle: NeedleSeen) -> tuple[SpreadSeen, CannotTell | None]:
        """What can be said of the injectate now, and why not where it cannot."""
        if needle.tip_mm is not None:
            self._tip = (frame.time_s, needle.tip_mm)
        elif self._tip is not None and frame.time_s - self._tip[0] > 1.0:
            self._tip = None
        injecting = self._injecting(frame)
        if self._before and self._before[0].shape != prepared.coarse.shape:
            self._forget_reference()
            self._before.clear()
        if injecting and self._reference is None and self._before:
            self._begin()
        if not injecting and self._reference is None:
            self._before.append(prepared.coarse)
            self._idle_ml = frame.signals.injected_ml
        known = frame.signals.injecting is not None or frame.signals.injected_ml is not None
        if self._reference is None:
            if known and not injecting:
                return SpreadSeen.without_area(SpreadState.WAITING), None
            reason = "no picture from before the injection" if known else "nothing tells when fluid is given"
            return SpreadSeen.without_area(SpreadState.CANNOT_TELL), CannotTell(subject="spread", reason=reason)
        return self._judge(frame, prepared, needle, self._reference)

    def _injecting(self, frame: Frame) -> bool:
        """Whether fluid flows now, by the signal itself or by the growing volume."""
        volume = frame.signals.injected_ml
        grew = volume is not None and self._last_ml is not None and volume > self._last_ml + 1e-6
        self._last_ml = volume
        return frame.signals.injecting if frame.signals.injecting is not None else grew

    def _begin(self) -> None:
        """Freezes the picture before the injection."""
        coarse = np.asarray(np.stack(self._before).mean(axis=0), dtype=np.float32)
        self._reference = _Reference(
            coarse=coarse,
            tiny=resize(coarse, *TINY, area=True),
            tip_mm=None if self._tip is None else self._tip[1],
            injected_ml=self._idle_ml,
        )
        self._areas.clear()
        self._streak = 0

    def _forget_reference(self) -> None:
        """The picture before the injection no longer helps."""
        self._reference = None
        self.grown = None
        self._areas.clear()
        self._streak = 0

    def _judge(
        self, frame: Frame, prepared: Prepared, needle: NeedleSeen, reference: _Reference
    ) -> tuple[SpreadSeen, CannotTell | None]:
        """Weighs the dark growth against the volume given."""
        given = _given(frame, reference)
        tip = self._tip[1] if self._tip is not None else reference.tip_mm
        tiny = resize(prepared.coarse, *TINY, area=True)
        reference.shift = translation(reference.tiny, tiny, reference.shift, tiny_weight(prepared))
        rows, columns = prepared.coarse.shape
        then = shift(reference.coarse, reference.shift[0] * columns / TINY[0], reference.shift[1] * rows / TINY[1])
        dark = _darkened(prepared, then)
        away = _away(prepared, tip, dark)
        if correlation(prepared.coarse[away], then[away]) < SIMILAR:
            self.grown = None
            if not frame.signals.injecting:
                self._forget_reference()
            return _untold(given, "the picture has changed too much since the injection began")
        if tip is None:
            self.grown = dark
            return _untold(given, "the tip is not known")
        area, self.grown, part = _grown(prepared, dark, tip)
        self._areas.append((frame.time_s, area))
        while frame.time_s - self._areas[0][0] > 1.0:
            self._areas.popleft()
        self._streak = self._streak + 1 if area >= LEAST_AREA_MM2 else 0
        state, why = self._state(given, needle)
        found = SpreadSeen.without_area(state, given)
        if state is SpreadState.SPREAD:
            found = SpreadSeen(
                state=state,
                area_mm2=area,
                growth_mm2_s=_slope(self._areas),
                centre_mm=_middle_mm(prepared.grid, part),
                outline_mm=_mm(prepared.grid, outline(part)),
                injected_ml=given,
                confidence=min(0.95, 0.5 + 0.05 * area / LEAST_AREA_MM2 + 0.02 * min(10, self._streak)),
            )
        return found, None if why is None else CannotTell(subject="spread", reason=why)

    def _state(self, given: float | None, needle: NeedleSeen) -> tuple[SpreadState, str | None]:
        """The state, and why where it cannot be told."""
        if self._streak >= PERSIST:
            return SpreadState.SPREAD, None
        if given is None:
            return SpreadState.CANNOT_TELL, "the volume given is not known"
        if given < self._no_spread_ml:
            return SpreadState.WAITING, None
        if needle.state is NeedleState.TRACKED or (needle.tip_mm is not None and needle.unseen_s < 0.3):
            return SpreadState.NONE, None
        return SpreadState.CANNOT_TELL, "the tip is not seen"


def _given(frame: Frame, reference: _Reference) -> float | None:
    """Volume since the injection began, None where it is not known."""
    now = frame.signals.injected_ml
    return None if now is None or reference.injected_ml is None else max(0.0, now - reference.injected_ml)


def _distance_mm(prepared: Prepared, tip: Point) -> NDArray[np.float64]:
    """(rows, columns) of the coarse picture: distance from the tip."""
    grid = prepared.grid
    rows, columns = prepared.coarse.shape
    x: NDArray[np.float64] = (
        (np.arange(columns, dtype=np.float64) + 0.5) * 2 * grid.pixel_x_mm - 0.5 * grid.width_mm - tip[0]
    )
    y: NDArray[np.float64] = (np.arange(rows, dtype=np.float64) + 0.5) * 2 * grid.pixel_y_mm - tip[1]
    return np.hypot(x[None, :], y[:, None])


def _away(prepared: Prepared, tip: Point | None, dark: NDArray[np.bool_]) -> tuple[NDArray[np.intp], ...]:
    """Indices of every second pixel where no fluid is looked for, or of all where too few are: farther from the tip
    than it goes, or without a tip those that did not grow dark."""
    far = ~dark if tip is None else _distance_mm(prepared, tip) > REACH_MM
    far &= prepared.valid_coarse > 0
    far[1::2] = False
    return np.nonzero(far if far.sum() > 400 else np.ones_like(far))


def _darkened(prepared: Prepared, then: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Where the coarse picture grew dark: grey fell by more than 1.3 speckle deviations to less than 0.7 of what was
    there. chosen: anechoic fluid in muscle falls by 3 to 4; smoothed speckle that is displaced rarely by more than 1.
    """
    return (then - prepared.coarse > 1.3 * prepared.speckle) & (prepared.coarse < 0.7 * then)


def _grown(
    prepared: Prepared, darkened: NDArray[np.bool_], tip: Point
) -> tuple[float, NDArray[np.bool_], NDArray[np.bool_]]:
    """Area that grew dark about the tip in mm2, where that is, and its largest part."""
    distance = _distance_mm(prepared, tip)
    dark = darkened & (distance < REACH_MM)
    count, labels = regions(dark)
    pixel_mm2 = 4 * prepared.grid.pixel_x_mm * prepared.grid.pixel_y_mm
    area, largest, largest_area = 0.0, 0, 0.0
    grown = np.zeros_like(dark)
    sizes = np.bincount(labels.ravel(), minlength=count)
    for label in np.flatnonzero(sizes * pixel_mm2 > 1.0).tolist():
        mask = labels == label
        if label == 0 or float(distance[mask].min()) > NEAR_MM:
            continue
        part = float(sizes[label]) * pixel_mm2
        area += part
        grown |= mask
        if part > largest_area:
            largest, largest_area = label, part
    return area, grown, (labels == largest) & (largest > 0)


def _middle_mm(grid: Grid, mask: NDArray[np.bool_]) -> Point | None:
    """Middle of a mask in mm; None where it is empty."""
    rows, columns = np.nonzero(mask)
    if rows.size == 0:
        return None
    x, y = _mm(grid, np.array([[columns.mean(), rows.mean()]]))[0]
    return float(x), float(y)


def _mm(grid: Grid, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Coarse pixel positions (n, 2) in IMAGE mm."""
    x = (2 * points[:, 0] + 1) * grid.pixel_x_mm - 0.5 * grid.width_mm
    return np.stack((x, (2 * points[:, 1] + 1) * grid.pixel_y_mm), axis=1)


def _slope(series: deque[tuple[float, float]]) -> float:
    """Growth per second by least squares; 0 before four points."""
    if len(series) < 4:
        return 0.0
    times = np.array([t for t, _ in series])
    values = np.array([v for _, v in series])
    middle = times - times.mean()
    return float((middle * values).sum() / max(1e-9, (middle * middle).sum()))


def _untold(given: float | None, why: str) -> tuple[SpreadSeen, CannotTell]:
    """Nothing can be told of the spread, and why."""
    return SpreadSeen.without_area(SpreadState.CANNOT_TELL, given), CannotTell(subject="spread", reason=why)
