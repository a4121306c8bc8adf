"""The reader that MetaImage and NRRD share: frames to pictures, with scale, field of view and orientation."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inplane.core import FormatError
from inplane.stream.files.frame_fields import rate_of
from inplane.stream.files.grey import Shown, shown_values
from inplane.stream.files.media import MediaInfo, Picture
from inplane.stream.files.plus_config import PlusConfig, Scale, find_config, read_config, scale_of
from inplane.stream.files.rf import MOST_SAMPLES, RANGE_DB, TYPES, LogBrightness, envelope, thinned
from inplane.stream.files.scan_lines import ScanConversion, turned
from inplane.stream.files.stored import Stored, read_frames, require_pictures
from inplane.stream.orient import ORIENTATIONS, to_mf

SIDE_MM = (10.0, 400.0)
"""Sides of a whole picture that an ultrasound scanner can have. chosen: an eye probe's, and a screen around 30 cm."""
_NO_SCALE = Scale(pixel_mm=None, field=None, notes=())


class StoredReader:
    """Pictures of a file whose header was read.

    Args:
        stored: what it says.
        path: the file that the user named.
        config: the configuration that the user named; None looks for one.

    Raises:
        FormatError: no pictures, or the first one cannot be read.
        ResourceError: the file may not be read.
    """

    def __init__(self, stored: Stored, path: Path, config: Path | None) -> None:
        require_pictures(stored)
        self._stored = stored
        self._closed = False
        told, notes = (read_config(config), ()) if config is not None else find_config(path)
        first = next(read_frames(stored))
        self._show, made = _maker(stored, first, told)
        shown = self._show(first)
        rows, columns = shown.shape[:2]
        scale = made.scale or _scale(stored, told, columns, rows, asked=config is not None)
        self.info = MediaInfo(
            format=f"{stored.format}{', ' + stored.image_type if stored.image_type else ''}",
            rows=rows,
            columns=columns,
            color=shown.ndim == 3,
            frames=stored.frames,
            rate_hz=rate_of(stored.moment(frame) for frame in range(min(stored.frames, 1000))),
            orientation=made.orientation,
            pixel_mm=scale.pixel_mm,
            field=turned(scale.field, made.orientation, columns),
            whole=made.whole,
            maker=made.maker or scale.probe,
            notes=(*stored.notes, *notes, *made.notes, *scale.notes, *_odd(stored)),
        )

    def pictures(self) -> Iterator[Picture]:
        """Every picture from the first.

        Raises:
            FormatError: the data end early or cannot be unpacked; what came before was good.
            ResourceError: the file may not be read.
        """
        for frame, values in enumerate(read_frames(self._stored)):
            if self._closed:
                return
            moment = self._stored.moment(frame)
            yield Picture(
                pixels=self._show(values),
                time_s=moment.time_s,
                valid=moment.valid,
                transforms=moment.transforms,
                fields=moment.fields,
            )

    def close(self) -> None:
        """Ends what is still being read; the file is open only while pictures are taken from it."""
        self._closed = True


class _Made:
    """What is known of pictures once they are shown."""

    def __init__(self, orientation: str, notes: tuple[str, ...] = ()) -> None:
        self.orientation, self.notes = orientation, notes
        self.whole, self.maker = False, ""
        self.scale: Scale | None = None


def _maker(stored: Stored, first: NDArray[Any], config: PlusConfig | None) -> tuple[Shown, _Made]:
    """How this file's frames are shown, and what that makes of them.

    Raises:
        FormatError: they cannot be shown.
    """
    code = stored.orientation
    lines = code in ORIENTATIONS and code[0] in "FN"
    if stored.image_type in TYPES:
        return _lines_maker(config, first, _echoes(stored, first, lines=lines))
    show, notes = shown_values(first)
    if not lines or first.shape[2] != 1:
        return show, _Made(code, notes)
    step = -(-stored.columns // MOST_SAMPLES)
    if step > 1:
        notes = (*notes, f"Lines of {stored.columns} samples are shown with every {step} averaged.")

    def thin(values: NDArray[Any]) -> NDArray[np.uint8]:
        return np.rint(thinned(show(values).astype(np.float64))).astype(np.uint8)

    return _lines_maker(config, first, (thin, code, notes))


def _echoes(stored: Stored, first: NDArray[Any], *, lines: bool) -> tuple[Shown, str, tuple[str, ...]]:
    """Brightness of RF data, stored line by line as (lines, samples), whatever way it was stored."""
    code = stored.orientation if lines else {"M": "FM", "U": "FU"}.get(stored.orientation[:1], "FM")
    if not lines and stored.orientation[1:2] == "N":
        code = "N" + code[1]

    def as_lines(values: NDArray[Any]) -> NDArray[Any]:
        if values.shape[2] == 2:  # I and Q as two channels
            return values.reshape(values.shape[0], -1) if lines else values.swapaxes(0, 1).reshape(values.shape[1], -1)
        if values.shape[2] != 1:
            raise FormatError(f"RF data have {values.shape[2]} channels. Expected 1, or I and Q.")
        return values[..., 0] if lines else values[..., 0].T

    kind = "RF_IQ_LINE" if first.shape[2] == 2 else stored.image_type
    bright = LogBrightness(envelope(as_lines(first), kind))
    said = f"envelope, logarithm, {RANGE_DB:g} dB from the first picture's strong echoes down to black"
    note = f"Made of {stored.image_type} data: {said}."
    return (lambda values: bright(envelope(as_lines(values), kind))), code, (note,)


def _lines_maker(
    config: PlusConfig | None,
    first: NDArray[Any],
    told: tuple[Callable[[NDArray[Any]], NDArray[np.uint8]], str, tuple[str, ...]],
) -> tuple[Shown, _Made]:
    """Lines as the picture that a configuration makes of them, or as they are."""
    bright, code, notes = told
    n_lines = len(bright(first))
    conversion = _only(config)
    if config is not None and conversion is not None and conversion.n_lines not in (None, n_lines):
        stale = f"'{config.name}' is for {conversion.n_lines} scan lines, not {n_lines}: it is not used."
        conversion, notes = None, (*notes, stale)
    if conversion is None or config is None:
        made = _Made(code, (*notes, "Scan lines are shown side by side: no scan conversion is known, nor a scale."))
        made.scale, made.whole = _NO_SCALE, True
        return bright, made
    made = _Made("MF", (*notes, f"Scan lines were laid out by '{config.name}'."))
    made.scale = Scale(pixel_mm=conversion.spacing_mm, field=conversion.field(), notes=())
    made.whole, made.maker = True, conversion.name

    def convert(values: NDArray[Any]) -> NDArray[np.uint8]:
        return conversion.picture(np.asarray(to_mf(bright(values), code), np.uint8))

    return convert, made


def _only(config: PlusConfig | None) -> ScanConversion | None:
    """The scan conversion of a configuration that has but one."""
    distinct = set(config.conversions) if config is not None else set[ScanConversion]()
    return next(iter(distinct)) if len(distinct) == 1 else None


def _scale(stored: Stored, config: PlusConfig | None, columns: int, rows: int, *, asked: bool) -> Scale:
    """The size of a pixel by the configuration or by the file itself, where either can be believed."""
    own = _own_scale(stored, columns, rows)
    if config is None:
        return own
    scale = scale_of(config, columns, rows)
    if scale.pixel_mm is None:
        return Scale(pixel_mm=own.pixel_mm, field=own.field, notes=(*scale.notes, *own.notes))
    if own.pixel_mm is None:
        return scale
    if all(abs(a / b - 1) <= 0.05 for a, b in zip(scale.pixel_mm, own.pixel_mm, strict=True)):
        return replace(scale, pixel_mm=own.pixel_mm, notes=own.notes)
    taken, other = (scale, "the file's own spacing") if asked else (own, f"'{config.name}'")
    odd = f"The file's spacing and '{config.name}' contradict each other: {other} is not used."
    return replace(taken, notes=(*taken.notes, odd))


def _own_scale(stored: Stored, columns: int, rows: int) -> Scale:
    """The spacing in the header, if an ultrasound picture can have it; 1 is what programs write that know none."""
    if len(stored.spacing) < 2 or min(stored.spacing[:2]) <= 0:
        return Scale(pixel_mm=None, field=None, notes=("The file tells no size of a pixel.",))
    x, y = stored.spacing[:2]
    if x == 1 and y == 1:
        return Scale(pixel_mm=None, field=None, notes=("Spacing is 1 x 1, which stands for unknown: no scale.",))
    if not all(SIDE_MM[0] <= side <= SIDE_MM[1] for side in (columns * x, rows * y)):
        odd = f"Spacing {x:g} x {y:g} mm would make a picture of {columns * x:.3g} x {rows * y:.3g} mm: not believed."
        return Scale(pixel_mm=None, field=None, notes=(odd,))
    return Scale(pixel_mm=(x, y), field=None, notes=(f"Scale by the file's spacing: {x:.4g} x {y:.4g} mm a pixel.",))


def _odd(stored: Stored) -> tuple[str, ...]:
    """What is odd about the numbers of frames."""
    notes: list[str] = []
    beyond = sum(1 for number in stored.moments if number >= stored.frames)
    if beyond:
        notes.append(f"Fields of {beyond} frames have no picture: only {stored.frames} are there.")
    missing = stored.frames - (len(stored.moments) - beyond) if stored.moments else 0
    if missing:
        notes.append(f"{missing} of {stored.frames} pictures have no fields.")
    return tuple(notes)
