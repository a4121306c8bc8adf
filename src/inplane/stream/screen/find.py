"""Where the picture lies on a scanner's screen, what shape its field of view has, and how long its pixels are."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

from inplane.core import Calibration, FieldOfView, Polygon, Sector
from inplane.stream.files.media import MediaInfo, Region
from inplane.stream.screen.compare import Shape
from inplane.stream.screen.content import find_content
from inplane.stream.screen.doubt import doubt_about
from inplane.stream.screen.layout import Layout
from inplane.stream.screen.look import Look, look_at
from inplane.stream.screen.marks import find_marks
from inplane.stream.screen.ruler import find_rulers
from inplane.stream.screen.scale import Scale, scale_of
from inplane.stream.screen.shape import find_shape, is_round

LEAST_FIT = 0.72
"""How well a shape must explain what was found. chosen: a rectangle with a third of it black scores about 0.8."""
LEAST_SUPPORT = 0.4
"""Share of a shape's border that must be seen. chosen: two sides of a rectangle, or a fan without its arcs."""
LEAST_SLANTED_SUPPORT = 0.48
"""The same for slanted sides. chosen: real fans show at least 0.52 of theirs, round bodies at most 0.45 of one."""
CLEAR_SUPPORT = 0.85
"""Share of the border of a fan or a slanted picture that, when seen, leaves no doubt that it is ultrasound."""
STALE = 0.05
"""Share by which the file's scale and the ruler's may differ. chosen: rulers are read to 0.1 %; resizing does more."""
LEAST_SIDE = 16
"""Rows and columns that the part has at least, as a picture of ours must."""

Box = tuple[int, int, int, int]


def find_layout(pictures: Sequence[NDArray[np.uint8]], info: MediaInfo) -> Layout:
    """Which part of a source's pictures is ultrasound, its field of view, and the size of its pixels.

    What the file says is used; what it does not say is looked for in the pictures. Never raises on any picture: what
    is not recognized is given whole, and a note says so.

    Args:
        pictures: the first pictures as stored, (rows, columns) or (rows, columns, 3) uint8; one is enough.
        info: what the file says.
    """
    whole = (0, 0, info.columns, info.rows)
    if not pictures or min(pictures[0].shape[:2]) < LEAST_SIDE:
        return _told(whole, info, ("The picture is too small to look for a screen in it.",))
    if info.whole or info.field is not None:
        return _told(whole, info, ())
    look = look_at(pictures)
    region = next((region for region in info.regions if region.kind in ("tissue", "color")), None)
    if region is not None:
        return _in_region(look, region, info)
    return _searched(look, info)


def _told(box: Box, info: MediaInfo, notes: tuple[str, ...]) -> Layout:
    known = info.pixel_mm is not None
    return Layout(
        x0=box[0],
        y0=box[1],
        x1=box[2],
        y1=box[3],
        field=info.field,
        pixel_mm=info.pixel_mm,
        calibration=Calibration.CALIBRATED if known else Calibration.UNCALIBRATED,
        notes=notes,
    )


def _in_region(look: Look, region: Region, info: MediaInfo) -> Layout:
    """The part that the file names; its field of view is still recognized."""
    box = (region.x0, region.y0, region.x1, region.y1)
    shape, notes = _shape(look, box)
    pixel = info.pixel_mm
    if region.pixel_x_mm is not None and region.pixel_y_mm is not None:
        pixel = (region.pixel_x_mm, region.pixel_y_mm)
    tissue = [other for other in info.regions if other.kind in ("tissue", "color")]
    if len(tissue) > 1:
        notes = (*notes, f"The file names {len(tissue)} pictures on the screen; the first is used.")
    if shape is None:
        return _measured(look, box, None, pixel, notes)
    # a region takes in rulers and margins: the picture within it is what counts
    return _measured(look, _rounded(shape.box, box), shape.field, pixel, notes)


def _searched(look: Look, info: MediaInfo) -> Layout:
    whole = (0, 0, look.high.shape[1], look.high.shape[0])
    shape, notes = _shape(look, None)
    box = whole if shape is None else _rounded(shape.box, whole)
    clear = shape is not None and shape.field is not None and shape.support > CLEAR_SUPPORT
    doubt = None if clear else doubt_about(look, box)
    if doubt is not None and not any(note.startswith("This may not") for note in notes):
        notes = (*notes, doubt)
    if shape is None:
        return _told(whole, info, notes)
    return _measured(look, box, shape.field, info.pixel_mm, notes)


def _measured(
    look: Look, box: Box, field: FieldOfView | None, told: tuple[float, float] | None, notes: tuple[str, ...]
) -> Layout:
    """The layout with the scale that the file tells, or else with what the ruler on the screen says."""
    pixel, calibration = told, Calibration.UNCALIBRATED if told is None else Calibration.CALIBRATED
    scale = _ruled(look, box, field)
    ruled = None if scale is None else scale.pixel_mm
    if told is None:
        notes = notes if scale is None else (*notes, scale.note)
        if ruled is not None:
            pixel, calibration = (ruled, ruled), Calibration.ESTIMATED
    elif ruled is not None and abs(ruled / told[1] - 1) > STALE:
        stale = f"The file says {told[1]:.3g} mm a pixel, the ruler on the screen {ruled:.3g} mm: neither is believed."
        notes, pixel, calibration = (*notes, stale), None, Calibration.UNCALIBRATED
    x0, y0, x1, y1 = box
    return Layout(x0=x0, y0=y0, x1=x1, y1=y1, field=field, pixel_mm=pixel, calibration=calibration, notes=notes)


def _ruled(look: Look, box: Box, field: FieldOfView | None) -> Scale | None:
    """What the rulers beside a part say of its scale."""
    marks = find_marks(look, box)
    return None if marks is None else scale_of(marks, find_rulers(marks, box), box, field)


def _shape(look: Look, box: Box | None) -> tuple[Shape | None, tuple[str, ...]]:
    """The shape found, in stored pixels, and what is said about it; None where nothing was recognized."""
    small, factor = look.shrunk()
    inner = None if box is None else _rounded(tuple(side / factor for side in box), (0, 0, *small.high.shape[::-1]))
    content = find_content(small, inner)
    if content is None:
        return None, ("No ultrasound recognized: the whole picture is used.",)
    if content.peeled == 0:
        return None, ("Nothing surrounds the picture: the whole of it is used.",)
    shape = find_shape(content)
    if content.noise > 0 and not _recognized(shape, factor):
        # what looked like the traces of a codec may be dark tissue
        other = find_content(small, inner, lossy=False)
        if other is not None and other.peeled > 0 and other.noise < content.noise:
            second = find_shape(other)
            if _recognized(second, factor):
                content, shape = other, second
    if is_round(content, shape):
        return None, ("This may not be ultrasound: its outline is round, as a body's is in CT or MR.",)
    if not _recognized(shape, factor):
        return None, ("No field of view recognized: the whole picture is used.",)
    return _scaled(shape, factor), (_sentence(shape),)


def _recognized(shape: Shape, factor: int) -> bool:
    """Whether a shape is large, full and clear enough to be a field of view."""
    least = LEAST_SUPPORT if shape.field is None else LEAST_SLANTED_SUPPORT
    small = min(shape.box[2] - shape.box[0], shape.box[3] - shape.box[1]) * factor < LEAST_SIDE
    return not small and shape.fit >= LEAST_FIT and shape.support >= least


def _scaled(shape: Shape, factor: int) -> Shape:
    if factor == 1:
        return shape
    x0, y0, x1, y1 = (side * factor for side in shape.box)
    return Shape(box=(x0, y0, x1, y1), field=_field_scaled(shape.field, factor), fit=shape.fit, support=shape.support)


def _field_scaled(field: FieldOfView | None, factor: int) -> FieldOfView | None:
    if isinstance(field, Sector):
        return Sector(
            apex_mm=(field.apex_mm[0] * factor, field.apex_mm[1] * factor),
            inner_mm=field.inner_mm * factor,
            outer_mm=field.outer_mm * factor,
            from_rad=field.from_rad,
            to_rad=field.to_rad,
        )
    if isinstance(field, Polygon):
        return Polygon(points_mm=tuple((x * factor, y * factor) for x, y in field.points_mm))
    return None


def _rounded(box: tuple[float, ...], limits: Box) -> Box:
    """Whole pixels around a box, within the picture, and never too small to be one."""
    x0, x1 = max(limits[0], floor(box[0] + 0.5)), min(limits[2], ceil(box[2] - 0.5))
    y0, y1 = max(limits[1], floor(box[1] + 0.5)), min(limits[3], ceil(box[3] - 0.5))
    if x1 - x0 < LEAST_SIDE or y1 - y0 < LEAST_SIDE:
        return limits
    return x0, y0, x1, y1


@dataclass(frozen=True, slots=True)
class _Words:
    sector: str = "The field of view is a sector; it was found in the picture."
    polygon: str = "The field of view has slanted sides; it was found in the picture."
    rectangle: str = "The picture was cut out of its screen; it is a rectangle."


def _sentence(shape: Shape) -> str:
    if isinstance(shape.field, Sector):
        return _Words().sector
    return _Words().rectangle if shape.field is None else _Words().polygon
