"""Stored pictures made into frames: cut out, laid as MF, with a scale where one is known; for files and networks."""

from collections.abc import Callable
from dataclasses import replace
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from inplane.core import (
    Calibration,
    FieldOfView,
    FormatError,
    Frame,
    PictureGeometry,
    Point,
    Polygon,
    Sector,
    Signals,
)
from inplane.stream.files.media import MediaInfo, Picture
from inplane.stream.orient import ORIENTATIONS, to_mf
from inplane.stream.screen.layout import Layout

ASSUMED = "UF"
"""Code of a picture that tells none: skin at the top, marker at the screen's left, as nearly every screen shows it."""
LINEAR_DEEP_MM, SECTOR_DEEP_MM = 40.0, 120.0
"""Depth that an unknown scale is taken for. chosen: common settings of a linear and of a curved probe; it chooses
filters only and is never shown."""
SMALLEST_PX = 16
"""Least side of the picture that is used. chosen: smaller ones show no anatomy."""
COLOR_STEP = 28
"""Grey levels between the channels, mean of a 4x4 block, from which it is coloured. chosen: JPEG and H.264 smear less
than 20 around grey; flow and power Doppler are at 60 or more."""
COLOR_SHARE = 2e-4
"""Share of blocks that must be coloured. chosen: a vessel of 2 mm in a picture of 40 x 40 mm is ten times as much."""
SQUARE = 0.02
"""How far a pixel's sides may differ for a sector to stay one. chosen: 2 %, rounding of whole pixels."""


class FrameMaker:
    """Makes frames of the pictures of one source.

    Args:
        info: what the file or the peer said of them.
        layout: which part is ultrasound, and its scale.

    Raises:
        FormatError: the part is smaller than 16 pixels, or not within the picture.
        RangeError: a pixel's size is absurd.
    """

    def __init__(self, info: MediaInfo, layout: Layout) -> None:
        self.info, self.layout = info, layout
        if min(layout.x0, layout.y0) < 0 or layout.x1 > info.columns or layout.y1 > info.rows:
            raise FormatError(
                f"The ultrasound picture lies at ({layout.x0}, {layout.y0}) to ({layout.x1}, {layout.y1}). "
                f"Expected a part of {info.columns} x {info.rows} pixels."
            )
        notes = [*layout.notes]
        self._code = info.orientation.strip().upper()
        if self._code not in ORIENTATIONS:
            told = f"orientation {info.orientation!r} is not known" if self._code else "no orientation is told"
            notes.append(f"Orientation assumed: {told}, the marker is taken to be at the picture's left.")
            self._code = ASSUMED
        self._calibration = layout.calibration if layout.pixel_mm is not None else Calibration.UNCALIBRATED
        if self._calibration is Calibration.UNCALIBRATED:
            notes.append("No scale is known: positions and lengths are in pixels.")
        self.geometry, more = _geometry(layout, self._code, trusted=self._calibration.in_mm)
        self.notes: tuple[str, ...] = (*notes, *more)

    @property
    def calibration(self) -> Calibration:
        """How the frames' millimetres are known."""
        return self._calibration

    def fits(self, picture: Picture) -> bool:
        """Whether a picture has the size that the layout was found for."""
        return picture.pixels.shape[:2] == (self.info.rows, self.info.columns)

    def frame(self, picture: Picture, sequence: int, time_s: float, *, keep_color: bool = False) -> Frame:
        """The frame of a stored picture.

        Args:
            picture: as it came.
            sequence: its number.
            time_s: when it was taken, on the source's clock.
            keep_color: keep three channels even where this picture is grey.

        Raises:
            FormatError: the picture has another size than the layout.
        """
        if not self.fits(picture):
            rows, columns = picture.pixels.shape[:2]
            raise FormatError(
                f"Picture {sequence} has {columns} x {rows} pixels. Expected {self.info.columns} x {self.info.rows}."
            )
        box = self.layout
        part = picture.pixels[box.y0 : box.y1, box.x0 : box.x1]
        rgb: NDArray[np.uint8] | None = None
        if part.ndim == 3:
            part = np.ascontiguousarray(part)
            if keep_color or has_color(part):
                rgb = _laid(part, self._code)
            part = np.asarray(cv2.cvtColor(part, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
        return Frame(
            sequence=sequence,
            time_s=time_s,
            pixels=_laid(part, self._code),
            geometry=self.geometry,
            calibration=self._calibration,
            signals=Signals(timestamp_s=picture.time_s, transforms=picture.transforms, fields=picture.fields),
            rgb=rgb,
            valid=picture.valid,
        )


def has_color(pixels: NDArray[np.uint8]) -> bool:
    """Whether an RGB picture truly shows colour, beyond what compression smears around grey.

    Args:
        pixels: (rows, columns, 3).
    """
    rows, columns = max(1, pixels.shape[0] // 4), max(1, pixels.shape[1] // 4)
    small = np.asarray(cv2.resize(pixels, (columns, rows), interpolation=cv2.INTER_AREA), dtype=np.uint8)
    step = small.max(axis=2) - small.min(axis=2)
    return int(np.count_nonzero(step >= COLOR_STEP)) >= max(2, COLOR_SHARE * step.size)


def upright(picture: Picture, info: MediaInfo) -> tuple[Picture, MediaInfo]:
    """A picture that is stored on its head or on its side, turned to MF; the same where the skin is at the top.

    Screens are looked at with the skin at the top; what the file said of parts and fields is turned with it.
    """
    code = info.orientation.strip().upper()
    if code not in ORIENTATIONS or code[1] == "F":
        return picture, info
    pixels = np.ascontiguousarray(_laid(picture.pixels, code).swapaxes(0, 1))
    rows, columns = picture.pixels.shape[:2]
    turn = _turning(code, columns, rows)
    regions = tuple(
        replace(
            region,
            x0=round(min(a[0], b[0])),
            x1=round(max(a[0], b[0])),
            y0=round(min(a[1], b[1])),
            y1=round(max(a[1], b[1])),
            pixel_x_mm=region.pixel_y_mm if code[0] in "FN" else region.pixel_x_mm,
            pixel_y_mm=region.pixel_x_mm if code[0] in "FN" else region.pixel_y_mm,
        )
        for region in info.regions
        for a, b in [(turn((region.x0, region.y0)), turn((region.x1, region.y1)))]
    )
    size = info.pixel_mm
    field = info.field
    turned = replace(
        info,
        rows=pixels.shape[0],
        columns=pixels.shape[1],
        orientation="MF",
        regions=regions,
        pixel_mm=size[::-1] if size is not None and code[0] in "FN" else size,
        field=Polygon(points_mm=tuple(turn(p) for p in field.points_mm)) if isinstance(field, Polygon) else None,
    )
    return replace(picture, pixels=pixels), turned


def _laid(pixels: NDArray[np.uint8], code: str) -> NDArray[np.uint8]:
    return cast(NDArray[np.uint8], to_mf(pixels, code))


def _turning(code: str, columns: int, rows: int) -> Callable[[Point], Point]:
    """Where a point (x, y) of a stored picture lies among (lines, samples) of MF; edges are whole numbers in both.

    What a code means is asked of `to_mf` itself, with the four corners of a picture.
    """
    corners = to_mf(np.array([[0, 1], [2, 3]], np.uint8), code)
    start, along = int(corners[0, 0]), int(corners[1, 0])
    x0, y0 = start % 2, start // 2
    swapped = along // 2 != y0

    def turn(point: Point) -> Point:
        x = columns - point[0] if x0 else point[0]
        y = rows - point[1] if y0 else point[1]
        return (y, x) if swapped else (x, y)

    return turn


def _geometry(layout: Layout, code: str, *, trusted: bool) -> tuple[PictureGeometry, tuple[str, ...]]:
    """The frames' geometry, and what had to be said about it.

    Raises:
        FormatError: the part is too small.
        RangeError: a pixel's size is absurd.
    """
    columns, rows = layout.x1 - layout.x0, layout.y1 - layout.y0
    if min(columns, rows) < SMALLEST_PX:
        raise FormatError(f"The ultrasound picture has {columns} x {rows} pixels. Expected at least 16 x 16.")
    turn = _turning(code, columns, rows)
    swapped = turn((1.0, 0.0))[0] == turn((0.0, 0.0))[0]
    lines, samples = (rows, columns) if swapped else (columns, rows)
    size = layout.pixel_mm if trusted else None
    if size is None:
        deep_mm = SECTOR_DEEP_MM if isinstance(layout.field, Sector) else LINEAR_DEEP_MM
        side_mm = min(5.0, deep_mm / samples)
        aspect = 1.0 if layout.pixel_mm is None else layout.pixel_mm[0] / layout.pixel_mm[1]
        size = (side_mm * aspect, side_mm)
    pitch = (size[1], size[0]) if swapped else size

    def place(point: Point) -> Point:
        line, sample = turn((point[0] - layout.x0, point[1] - layout.y0))
        return ((line - 0.5 * lines) * pitch[0], sample * pitch[1])

    field, notes = _field(layout.field, place, size)
    geometry = PictureGeometry(
        n_lines=lines, n_samples=samples, line_pitch_mm=pitch[0], sample_pitch_mm=pitch[1], field=field
    )
    return geometry, notes


def _field(
    field: FieldOfView | None, place: Callable[[Point], Point], size: tuple[float, float]
) -> tuple[FieldOfView | None, tuple[str, ...]]:
    """A field of view in stored pixels, in IMAGE mm."""
    if field is None:
        return None, ()
    if isinstance(field, Polygon):
        return Polygon(points_mm=tuple(place(point) for point in field.points_mm)), ()
    apex, below, beside = (place((field.apex_mm[0] + x, field.apex_mm[1] + y)) for x, y in ((0, 0), (0, 1), (1, 0)))
    square = abs(size[0] - size[1]) <= SQUARE * max(size)
    if not square or below[1] <= apex[1]:
        hull = cv2.convexHull(np.array([place((x, y)) for x, y in field.outline(9)], np.float32))[:, 0]
        corners = tuple((float(x), float(y)) for x, y in hull[:: -(-len(hull) // 16)])
        return Polygon(points_mm=corners), ("The sector is kept as a polygon: its pixels are not square.",)
    mean_mm = 0.5 * (size[0] + size[1])
    edges = (field.from_rad, field.to_rad) if beside[0] > apex[0] else (-field.to_rad, -field.from_rad)
    turned = Sector(
        apex_mm=apex,
        inner_mm=field.inner_mm * mean_mm,
        outer_mm=field.outer_mm * mean_mm,
        from_rad=edges[0],
        to_rad=edges[1],
    )
    return turned, ()
