"""How long a ruler's period is, where what is on the screen leaves one answer; otherwise it is not known."""

from dataclasses import dataclass

from inplane.core import FieldOfView, Sector
from inplane.stream.screen.labels import Reading, read_labels
from inplane.stream.screen.marks import Box, Marks
from inplane.stream.screen.ruler import Ruler

DEPTH_MM = (15.0, 300.0)
"""How deep a picture is. chosen: eye and skin probes to the deepest abdominal preset."""
LINEAR_WIDTH_MM = (22.0, 65.0)
"""Width of a linear array's face: hockey sticks have 25, the widest 60. chosen: a margin of a tenth."""
LINEAR_DEPTH_MM = 130.0
"""How deep a linear array is used at most. chosen: above the deepest preset met, 100."""
SECTOR_DEPTH_MM = 30.0
"""How deep the sector of a curved array is at least. chosen: endocavitary probes begin at 30."""
PHASED_DEPTH_MM = 45.0
"""How deep a sector from a point is at least. chosen: phased arrays look at hearts and between ribs."""
FACE_RADIUS_MM = (7.0, 90.0)
"""Radius of a curved array's face: microconvex 8 to 20, abdominal 40 to 80. chosen: a margin of a tenth."""
STEPS_MM: dict[int, tuple[float, ...]] = {
    1: (1.0, 2.0, 2.5, 5.0, 10.0, 20.0),
    2: (0.5, 1.0, 2.5, 5.0, 10.0),
    5: (1.0, 2.0, 10.0),
    10: (1.0, 10.0),
}
"""What a small step may be, by how many make a large one: all that scanners draw, so that large ones are round."""
MARGIN = 1.1
"""Factor by which the other readings must lie outside all of these limits. chosen: the limits are no walls."""
ZERO = 0.25
"""Share of a period by which tick 0 may lie off the probe's face."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """Size of a stored pixel in mm, or None; and one sentence on how it was found, or why it was not."""

    pixel_mm: float | None
    note: str


def scale_of(marks: Marks, rulers: list[Ruler], part: Box, field: FieldOfView | None) -> Scale | None:
    """The scale that the rulers of a screen give; None where there is no ruler."""
    told: list[Scale] = []
    for ruler in rulers[:4]:
        scale = _from_ruler(marks, ruler, part, field)
        if scale.pixel_mm is not None:
            return scale
        told.append(scale)
    return told[0] if told else None


def _from_ruler(marks: Marks, ruler: Ruler, part: Box, field: FieldOfView | None) -> Scale:
    zeros = _zeros(ruler, part, field)
    reading = read_labels(marks, ruler, zeros)
    ticks = f"{len(ruler.places)} ticks, {ruler.period:.1f} pixels apart"
    if reading is not None:
        per_unit = [10.0 * reading.step / ruler.period, reading.step / ruler.period]
        allowed = [size for size in per_unit if _agrees(size * ruler.period, ruler, reading)]
        size = _only(allowed, part, field)
        if size is not None:
            numbers = f"{_numbers(reading)} in {'cm' if size == per_unit[0] else 'mm'}"
            return Scale(pixel_mm=size, note=f"The scale is estimated from the ruler: {ticks}, with {numbers}.")
    large = [zero for zero in zeros if (zero - ruler.first) % ruler.every == 0]
    if ruler.every > 1 and large and reading is None:
        size = _only([step / ruler.period for step in STEPS_MM[ruler.every]], part, field)
        if size is not None:
            step = f"{ticks} ({size * ruler.period:g} mm)"
            note = f"The scale is estimated from the ruler: {step}, one in {ruler.every} larger."
            return Scale(pixel_mm=size, note=note)
    kind = "equal ticks" if ruler.every == 1 else f"a larger tick each {ruler.every}"
    return Scale(
        pixel_mm=None,
        note=f"A ruler with {kind} every {ruler.period:.1f} pixels: their distance is not known.",
    )


def _agrees(step_mm: float, ruler: Ruler, reading: Reading) -> bool:
    """Whether the larger ticks, where there are some, allow what the numbers say; one number alone needs them."""
    if ruler.every == 1:
        return reading.labels > 1
    return any(abs(step_mm - step) < 1e-6 for step in STEPS_MM[ruler.every])


def _numbers(reading: Reading) -> str:
    return f"{reading.labels} number{'s' if reading.labels != 1 else ''} up to {reading.largest}"


def _zeros(ruler: Ruler, part: Box, field: FieldOfView | None) -> list[int]:
    """Numbers of ticks that stand at the probe's face: at the top, or where the middle beam begins."""
    tops = [float(part[1])]
    if isinstance(field, Sector):
        tops += [field.apex_mm[1] + field.inner_mm, field.apex_mm[1]]
    found: set[int] = set()
    for top in tops:
        number = (top - ruler.start) / ruler.period
        if abs(number - round(number)) <= ZERO:
            found.add(round(number))
    return sorted(found)


def _only(sizes: list[float], part: Box, field: FieldOfView | None) -> float | None:
    """The one size of a pixel that a probe could give, if all others are clearly impossible."""
    good = [size for size in sizes if plausible(size, part, field)]
    near = [size for size in sizes if plausible(size, part, field, margin=MARGIN)]
    return good[0] if len(good) == 1 and len(near) == 1 else None


def plausible(pixel_mm: float, part: Box, field: FieldOfView | None, *, margin: float = 1.0) -> bool:
    """Whether a probe exists that would give such a picture; with a margin above 1, or nearly exists."""

    def within(value: float, low: float, high: float) -> bool:
        return low / margin <= value <= high * margin

    wide, high = (part[2] - part[0]) * pixel_mm, (part[3] - part[1]) * pixel_mm
    if isinstance(field, Sector):
        depth, radius = (field.outer_mm - field.inner_mm) * pixel_mm, field.inner_mm * pixel_mm
        curved = field.inner_mm > 0.05 * field.outer_mm
        if curved and not within(radius, *FACE_RADIUS_MM):
            return False
        return within(depth, SECTOR_DEPTH_MM if curved else PHASED_DEPTH_MM, DEPTH_MM[1])
    if field is not None:
        wide = _top_width(field) * pixel_mm
    return within(high, DEPTH_MM[0], LINEAR_DEPTH_MM) and within(wide, *LINEAR_WIDTH_MM)


def _top_width(field: FieldOfView) -> float:
    """Width of the upper side of a convex outline."""
    outline = field.outline()
    upper = outline[:, 1] < outline[:, 1].min() + 0.05 * (outline[:, 1].max() - outline[:, 1].min())
    return float(outline[upper, 0].max() - outline[upper, 0].min())
