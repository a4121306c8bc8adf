"""Needles drawn onto real pictures that hold none: what simulation cannot teach is what real tissue looks like.

The needle's echo is drawn by this file's own rules, not by the engine's: a line that may bend, with gaps, a wall on the
other side, reverberations, a shadow, and a tip that may be bright or faint. Echoes add as amplitudes.
"""

from dataclasses import dataclass
from math import cos, pi, sin

import cv2
import numpy as np
from numpy.typing import NDArray

from inplane.perception.images import blur, resize
from inplane.perception.needle_input import CHANGE_CAP, CHANGE_SPAN
from inplane.trials.needle_samples import PATH_POINTS, along

RANGE_DB = 60.0
"""Dynamic range that greys are taken to show. chosen: what scanners are usually set to."""
OVERSAMPLED = 3
"""Places of a shaft drawn per pixel."""
TRIES = 12
"""Shafts that are tried for one that ends in the picture. chosen: hardly a picture is left without."""
LONGEST_MM, TIP_MM, MISSING_DB = 55.0, 0.7, -30.0
"""Longest shaft, its last part that is the tip, and level of a part that is missing. chosen: a picture's diagonal; the
length of a bevel; far below any tissue."""
DRAWN_SHARE = 0.7
"""Share of pictures that are given a needle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """A real picture without a needle.

    Args:
        fine: (rows, columns) uint8 grey.
        valid: (rows / 2, columns / 2) uint8, 1 where tissue is shown.
        pixel_mm: side of a pixel of `fine`, nominal where the picture tells none.
    """

    fine: NDArray[np.uint8]
    valid: NDArray[np.uint8]
    pixel_mm: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A picture with what was drawn into it.

    Args:
        fine, change, known: as of `Samples`, without their first axis.
        path: (PATH_POINTS, 3) as of `Samples`; NaN without a needle.
        contrast_db: (PATH_POINTS,) as of `Samples`; NaN without a needle.
    """

    fine: NDArray[np.uint8]
    change: NDArray[np.int8]
    known: bool
    path: NDArray[np.float32]
    contrast_db: NDArray[np.float32]


def draw(background: Background, rng: np.random.Generator) -> Drawn:
    """The picture with a needle in seven of ten, and what changed since a moment ago."""
    level = background.fine.astype(np.float32) * np.float32(RANGE_DB / 255)
    before = _moved(level, rng, background.pixel_mm)
    path, bare = None, level
    if rng.random() < DRAWN_SHARE:
        path = next((made for _ in range(TRIES) if (made := shaft(background, rng)) is not None), None)
    if path is not None:
        look = Look.drawn(rng, background.pixel_mm)
        bed = _level_about(level, path)
        grown_mm = float(rng.choice((0.0, rng.uniform(0.3, 6), -rng.uniform(0.3, 4))))
        level = look.onto(level, path, bed)
        before = look.onto(before, _shorter(path, grown_mm, background.pixel_mm), bed)
    now, then = (np.clip(each * (255 / RANGE_DB), 0, 255) for each in (level, before))
    change = _change(now, then, background, rng)
    known = bool(rng.random() < 0.75)
    places, contrast_db = np.full((PATH_POINTS, 3), np.nan, np.float32), np.full(PATH_POINTS, np.nan, np.float32)
    if path is not None:
        places[:, :2], places[:, 2] = along(path, PATH_POINTS), 0.0
        contrast_db = _contrast_db(np.asarray(level - bare, np.float32), places[:, :2], background.pixel_mm)
    return Drawn(
        fine=np.asarray(now, np.uint8),
        change=change if known else np.zeros_like(change),
        known=known,
        path=places,
        contrast_db=contrast_db,
    )


def shaft(background: Background, rng: np.random.Generator) -> NDArray[np.float64] | None:
    """(n, 2) column and row from where a shaft enters at a side or near a corner to its tip; None where it leaves."""
    rows, columns = (int(side) for side in background.fine.shape)
    angle = float(rng.uniform(5, 65)) * pi / 180
    from_left = bool(rng.random() < 0.5)
    if rng.random() < 0.75:
        start = np.array([0.0, float(rng.uniform(0, 0.6 * rows))])
    else:
        start = np.array([float(rng.uniform(0, 0.2 * columns)), 0.0])
    length = float(rng.uniform(4, 45)) / background.pixel_mm
    bend = float(rng.normal(0, 0.12)) * rng.random()
    steps = np.linspace(0, 1, 60)
    turned = angle + bend * steps**2
    path = start + length / 60 * np.cumsum(np.stack((np.cos(turned), np.sin(turned)), axis=1), axis=0)
    if not from_left:
        path[:, 0] = columns - 1 - path[:, 0]
    tip = np.rint(path[-1] / 2).astype(int)
    inside = 2 < tip[0] < columns / 2 - 3 and 2 < tip[1] < rows / 2 - 3
    return path if inside and background.valid[tip[1], tip[0]] else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a needle looks.

    Args:
        shaft_db, tip_db: over what surrounds them.
        rough_db: (n,) ups and downs along the shaft, every rough_mm from where it enters.
        rough_mm: how long they are.
        grain_db: (n,) what each drawn place adds of its own.
        gap_mm: between which distances from the entry it is missing.
        blur_px: across and along the beam.
        walls_px: distance of a second wall, 0 for none; wall_db: how much fainter it is.
        echoes: how many reverberations follow, each so many pixels deeper and dB fainter.
        shadow_db: how much darker what lies below is.
        pixel_mm: of the picture.
    """

    shaft_db: float
    tip_db: float
    rough_db: NDArray[np.float64]
    rough_mm: float
    grain_db: NDArray[np.float64]
    gap_mm: tuple[float, float]
    blur_px: tuple[float, float]
    walls_px: float
    wall_db: float
    echoes: tuple[int, float, float]
    shadow_db: float
    pixel_mm: float

    @classmethod
    def drawn(cls, rng: np.random.Generator, pixel_mm: float) -> "Look":
        """Anything from a bright line to a tip alone."""
        shaft_db = float(rng.uniform(0, 22))
        rough_mm, begin_mm = float(rng.uniform(0.5, 5)), float(rng.uniform(0, 30))
        return cls(
            shaft_db=shaft_db,
            tip_db=max(float(rng.uniform(2, 10)), shaft_db + float(rng.normal(0, 4))),
            rough_db=rng.normal(0, float(rng.uniform(0, 5)), int(LONGEST_MM / rough_mm) + 2),
            rough_mm=rough_mm,
            grain_db=rng.normal(0, 2.0, int(OVERSAMPLED * LONGEST_MM / pixel_mm) + 2),
            gap_mm=(begin_mm, begin_mm + float(rng.uniform(1, 12))) if rng.random() < 0.4 else (0.0, 0.0),
            blur_px=(float(rng.uniform(0.12, 0.6)) / pixel_mm, float(rng.uniform(0.1, 0.25)) / pixel_mm),
            walls_px=float(rng.uniform(0.35, 0.9)) / pixel_mm if rng.random() < 0.25 else 0.0,
            wall_db=float(rng.uniform(0, 4)),
            echoes=(
                int(rng.integers(1, 5)) if rng.random() < 0.3 else 0,
                float(rng.uniform(0.7, 2.5)) / pixel_mm,
                float(rng.uniform(3, 10)),
            ),
            shadow_db=float(rng.uniform(0, 6)) if rng.random() < 0.3 else 0.0,
            pixel_mm=pixel_mm,
        )

    def onto(self, level: NDArray[np.float32], path: NDArray[np.float64], bed: float) -> NDArray[np.float32]:
        """The picture with the needle, both in dB; nothing where the path is too short."""
        if len(path) < 3:
            return level
        size = float(np.linalg.norm(np.diff(path, axis=0), axis=1).sum())
        places = along(path, max(3, int(OVERSAMPLED * size)))
        db = self._profile(len(places), size * self.pixel_mm) + bed
        echo = np.zeros_like(level)
        count, deeper, fainter = self.echoes
        for number in range(count + 1):
            self._add(echo, places + np.array([0.0, number * deeper]), db - number * fainter)
        if self.walls_px > 0:
            self._add(echo, places + np.array([0.0, self.walls_px]), db - self.wall_db)
        echo = np.asarray(cv2.GaussianBlur(echo, (0, 0), sigmaX=self.blur_px[0], sigmaY=self.blur_px[1]), np.float32)
        amplitude = 10 ** (self._shadowed(level, places) / 20) + echo * self._gain()
        return np.asarray(20 * np.log10(np.maximum(amplitude, 1e-3)), np.float32)

    def _profile(self, count: int, length_mm: float) -> NDArray[np.float64]:
        """(count,) dB over the bed along a shaft of that length; what a longer one has in common is the same."""
        way_mm = np.linspace(0, length_mm, count)
        rough = np.interp(way_mm, self.rough_mm * np.arange(len(self.rough_db)), self.rough_db)
        db = self.shaft_db + rough + np.resize(self.grain_db, count)
        db[(way_mm > self.gap_mm[0]) & (way_mm < self.gap_mm[1])] = MISSING_DB
        db[length_mm - way_mm < TIP_MM] = self.tip_db
        return np.asarray(db, dtype=np.float64)

    def _add(self, echo: NDArray[np.float32], places: NDArray[np.float64], db: NDArray[np.float64]) -> None:
        """Amplitudes at places, each shared by the four pixels about it."""
        rows, columns = echo.shape
        amplitude = 10 ** (db / 20) / OVERSAMPLED
        base = np.floor(places).astype(int)
        part = places - base
        for right in (0, 1):
            for down in (0, 1):
                column, row = base[:, 0] + right, base[:, 1] + down
                weight = np.abs(1 - right - part[:, 0]) * np.abs(1 - down - part[:, 1])
                keep = (column >= 0) & (column < columns) & (row >= 0) & (row < rows)
                np.add.at(echo, (row[keep], column[keep]), (amplitude * weight)[keep].astype(np.float32))

    def _gain(self) -> float:
        """What the blur of a line takes from its crest is given back, for a line at 30 degrees."""
        across = (self.blur_px[0] * sin(pi / 6)) ** 2 + (self.blur_px[1] * cos(pi / 6)) ** 2
        return float(np.sqrt(2 * pi * across))

    def _shadowed(self, level: NDArray[np.float32], places: NDArray[np.float64]) -> NDArray[np.float32]:
        """The picture, darker below the shaft."""
        if self.shadow_db <= 0:
            return level
        rows, columns = (int(size) for size in level.shape)
        column = np.clip(np.rint(places[:, 0]).astype(int), 0, columns - 1)
        top = np.full(columns, rows, float)
        np.minimum.at(top, column, places[:, 1])
        below = (np.arange(rows)[:, None] > top[None, :]).astype(np.uint8)
        return np.asarray(level - self.shadow_db * blur(below, 0.5 / self.pixel_mm), dtype=np.float32)


def _level_about(level: NDArray[np.float32], path: NDArray[np.float64]) -> float:
    """Level of what surrounds the last part of a shaft, dB: an echo's mean and not its dark gaps."""
    rows, columns = level.shape
    last = path[len(path) // 2 :]
    row = np.clip(np.rint(last[:, 1]).astype(int), 0, rows - 1)
    column = np.clip(np.rint(last[:, 0]).astype(int), 0, columns - 1)
    return float(np.clip(blur(level, 6.0)[row, column].mean() + 3, 12, RANGE_DB - 6))


def _contrast_db(added_db: NDArray[np.float32], places: NDArray[np.float32], pixel_mm: float) -> NDArray[np.float32]:
    """What a needle added to the level about each place of it; NaN beyond the picture."""
    added = blur(added_db, 0.35 / pixel_mm)
    column, row = np.rint(places).astype(int).T
    inside = (row >= 0) & (row < added.shape[0]) & (column >= 0) & (column < added.shape[1])
    contrast_db = np.full(len(places), np.nan, np.float32)
    contrast_db[inside] = added[row[inside], column[inside]]
    return contrast_db


def _shorter(path: NDArray[np.float64], grown_mm: float, pixel_mm: float) -> NDArray[np.float64]:
    """The shaft as it was before it grew by so much; a longer one where that is negative."""
    step_mm = float(np.hypot(*(path[1] - path[0]))) * pixel_mm
    less = round(grown_mm / max(step_mm, 1e-6))
    if less >= 0:
        return path[: max(0, len(path) - less)]
    more = path[-1] + np.arange(1, 1 - less)[:, None] * (path[-1] - path[-2])
    return np.concatenate((path, more))


def _moved(level: NDArray[np.float32], rng: np.random.Generator, pixel_mm: float) -> NDArray[np.float32]:
    """The picture a moment ago: parts of it lay elsewhere by some tenths of a millimetre, and noise was another."""
    rows, columns = level.shape
    amount = float(rng.choice((0.0, rng.uniform(0, 0.15), rng.uniform(0, 0.5)))) / pixel_mm
    field = rng.normal(0, 1, (2, 4, 4)).astype(np.float32) * np.float32(amount)
    dx, dy = (
        np.asarray(cv2.resize(part, (columns, rows), interpolation=cv2.INTER_CUBIC), dtype=np.float32) for part in field
    )
    x, y = np.meshgrid(np.arange(columns, dtype=np.float32), np.arange(rows, dtype=np.float32))
    before = cv2.remap(level, x + dx, y + dy, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    noise = rng.normal(0, float(rng.uniform(0.2, 3.0)), level.shape).astype(np.float32)
    return np.asarray(before, np.float32) + blur(noise, 1.0)


def _change(
    now: NDArray[np.float32], then: NDArray[np.float32], background: Background, rng: np.random.Generator
) -> NDArray[np.int8]:
    """What changed, as `needle_input.scaled` shows it, times 127 / CHANGE_CAP."""
    sigma = 0.25 / background.pixel_mm
    difference = blur(now, sigma) - blur(then, sigma)
    rows, columns = background.valid.shape
    half = resize(difference, columns, rows, area=True) * background.valid
    inside = np.abs(half[background.valid > 0])
    noise = max(2.0, float(rng.uniform(2, 4)), 1.4826 * float(np.median(inside)) if inside.size else 0.0)
    shown = np.clip(half / (CHANGE_SPAN * noise), -CHANGE_CAP, CHANGE_CAP)
    return np.rint(shown * (127 / CHANGE_CAP)).astype(np.int8)
