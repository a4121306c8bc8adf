"""What the numbers beside a ruler say that its ticks are worth."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inplane.stream.screen.digits import likeness
from inplane.stream.screen.marks import Marks
from inplane.stream.screen.ruler import Ruler

STEPS = (0.1, 0.2, 0.25, 0.5, 1.0, 2.0, 2.5, 5.0, 10.0, 20.0, 50.0)
"""What neighboring ticks may differ by, in the unit of the numbers."""
LEAST_LIKENESS = (0.8, 0.66, 0.6, 0.52)
"""Least mean likeness of the digits to those expected, of one number, two, three, and more. chosen: right digits of
foreign fonts reach 0.4 to 0.95, wrong ones seldom 0.5; what many numbers agree upon is no chance."""
FITTING = 0.6
"""Share of the numbers that a reading must explain. chosen: a focus mark beside a tick may look like a character."""
LEAD = 0.1
"""By how much the best reading must surpass the next. chosen: 0.03 separates a 3 from an 8 alone."""
SMALLEST = 0.004
"""Height of the smallest character, as a share of the longer side. chosen: less cannot be read on a screen."""
LARGEST_VALUE = 300
"""Largest number on a ruler: millimetres of the deepest picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A number at a tick: how much each of its characters looks like each digit."""

    place: int
    characters: tuple[NDArray[np.float64], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one step of a ruler is, in the unit of its numbers; how many numbers say so; the largest of them."""

    step: float
    labels: int
    largest: int
    likeness: float


def read_labels(marks: Marks, ruler: Ruler, zeros: list[int]) -> Reading | None:
    """What the numbers beside a ruler say; None where there are none, or where two readings are about as good.

    Args:
        marks: all small marks of the screen.
        ruler: evenly spaced ticks.
        zeros: numbers of the ticks at which zero may stand.
    """
    labels = _labels(marks, ruler)
    if not labels:
        return None
    ranked: list[tuple[float, Reading]] = []
    for step in STEPS:
        tried = [_scored(labels, step, zero) for zero in zeros]
        good = [pair for pair in tried if pair is not None]
        if good:
            ranked.append(max(good, key=lambda pair: pair[0]))
    ranked.sort(key=lambda pair: -pair[0])
    if not ranked:
        return None
    score, reading = ranked[0]
    second = ranked[1][0] if len(ranked) > 1 else 0.0
    need = LEAST_LIKENESS[min(reading.labels, len(LEAST_LIKENESS)) - 1]
    return reading if reading.likeness >= need and score - second >= LEAD else None


def _scored(labels: list[Label], step: float, zero: int) -> tuple[float, Reading] | None:
    """How well a step and a zero explain the numbers, and what is then read; None where most do not fit at all.

    A number that does not fit, by its length or because it would be no whole number, is something else on the screen.
    """
    alike: list[float] = []
    largest, score = 0, 0.0
    for label in labels:
        value = step * (label.place - zero)
        text = str(round(value))
        fits = 0 <= value <= LARGEST_VALUE and abs(value - round(value)) < 1e-6 and len(text) == len(label.characters)
        if not fits:
            score -= 0.3
            continue
        seen = float(np.mean([alike[int(digit)] for digit, alike in zip(text, label.characters, strict=True)]))
        alike.append(seen)
        score += seen - 0.3
        largest = max(largest, round(value))
    if len(alike) < max(1, FITTING * len(labels)) or largest == 0:
        return None
    reading = Reading(step=step, labels=len(alike), largest=largest, likeness=float(np.mean(alike)))
    return score / len(labels), reading


def _labels(marks: Marks, ruler: Ruler) -> list[Label]:
    """Short runs of characters of one size in one row beside the ticks, on the side where there are more of them."""
    high, wide = marks.bottom - marks.top, marks.right - marks.left
    ticks = np.zeros(len(marks), dtype=bool)
    ticks[ruler.members] = True
    usual = max(6.0, SMALLEST * max(marks.layer.shape))
    characters = np.flatnonzero(~ticks & (high >= usual) & (wide <= 1.3 * high))
    best: list[list[int]] = []
    places: list[int] = []
    numbers = {int(place): [int(mark)] for place, mark in zip(ruler.places, ruler.members, strict=True)}
    for sign in (-1, 0, 1):
        runs = {
            place: run
            for place in range(-2, int(ruler.places[-1]) + 3)
            if (run := _run_at(marks, ruler, place, characters, sign)) is not None
        }
        if sign == 0:  # numbers that stand where ticks would
            runs = numbers if float(np.median(high[ruler.members])) >= usual else {}
        kept = _in_row(marks, runs)
        if len(kept) > len(places):
            places, best = kept, [runs[place] for place in kept]
    return [
        Label(place=place, characters=tuple(likeness(_patch(marks, mark)) for mark in run))
        for place, run in zip(places, best, strict=True)
    ]


def _in_row(marks: Marks, runs: dict[int, list[int]]) -> list[int]:
    """The places of the runs that agree best: as high, and with one common left edge, right edge or middle."""
    best: list[int] = []
    for run in runs.values():
        tall, left, right = _extent(marks, run)
        for part in (0.0, 0.5, 1.0):
            here = left + part * (right - left)
            agree: list[int] = []
            for place, other in runs.items():
                height, start, end = _extent(marks, other)
                if abs(height - tall) <= 0.15 * tall + 1 and abs(start + part * (end - start) - here) <= 0.25 * tall:
                    agree.append(place)
            if len(agree) > len(best):
                best = agree
    return best


def _extent(marks: Marks, run: list[int]) -> tuple[float, float, float]:
    """(height, left, right) of a run of characters."""
    return (
        float((marks.bottom[run] - marks.top[run]).mean()),
        float(marks.left[run].min()),
        float(marks.right[run].max()),
    )


def _run_at(marks: Marks, ruler: Ruler, place: int, characters: NDArray[np.int64], sign: int) -> list[int] | None:
    """The characters beside a tick, left to right; None where there are none, or more than a number has."""
    y = ruler.start + place * ruler.period
    high = marks.bottom[characters] - marks.top[characters]
    level = np.abs(marks.y[characters] - y) < np.minimum(0.45 * high + 1, 0.4 * ruler.period)
    off = sign * (marks.x[characters] - ruler.x)
    here = characters[level & (off > 0) & (off < 6 * high + 20)]
    if len(here) == 0:
        return None
    here = here[np.argsort(np.abs(marks.x[here] - ruler.x))]
    run = [int(here[0])]
    tall = float(marks.bottom[run[0]] - marks.top[run[0]])
    for mark in here[1:]:
        near = min(abs(marks.left[mark] - marks.right[run[-1]]), abs(marks.left[run[-1]] - marks.right[mark]))
        if near > 0.8 * tall:
            break
        if abs(marks.bottom[mark] - marks.top[mark] - tall) > 0.3 * tall:
            return None
        run.append(int(mark))
    if len(run) > 3:
        return None
    run.sort(key=lambda mark: float(marks.x[mark]))
    return run


def _patch(marks: Marks, mark: int) -> NDArray[np.uint8]:
    x0, x1 = int(marks.left[mark]), int(marks.right[mark])
    y0, y1 = int(marks.top[mark]), int(marks.bottom[mark])
    return np.ascontiguousarray(marks.layer[y0:y1, x0:x1])
