"""Real pictures for perception: needle-free cines, and stills with outlined vessels. Read as they are, uncalibrated."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from inplane.core import Calibration, Frame, LinearGeometry, Signals

NOMINAL_MM = 0.075
"""Millimetres a pixel of stills and cines whose scale is not known. chosen: 38 mm over 512 pixels, a linear probe's."""
CINES = (
    ("imfusion-liver-sweep/liver_sweep.mp4", 25.0, (0.0, 0.0, 1.0, 1.0)),
    ("sparq-supraclavicular/cine/20210816_131218_0003.MP4", 37.3, (0.25, 0.12, 0.75, 0.85)),
)
"""Needle-free cines: file, frames a second, and the part of the picture without the scanner's own writing."""
VESSEL = 2
"""Value of a vessel in the masks of usgra-seg."""


def data_folder() -> Path:
    """Where the real recordings lie: INPLANE_DATA, or beside the repository."""
    return Path(os.environ.get("INPLANE_DATA") or Path(__file__).parents[4] / "shared" / "data")


def frame_of(grey: NDArray[np.uint8], number: int, rate_hz: float) -> Frame:
    """An upright picture (rows, columns) as an uncalibrated frame."""
    rows, columns = grey.shape
    geometry = LinearGeometry(
        n_lines=columns, n_samples=rows, width_mm=columns * NOMINAL_MM, depth_mm=rows * NOMINAL_MM
    )
    return Frame(
        sequence=number,
        time_s=number / rate_hz,
        pixels=np.ascontiguousarray(grey.T),
        geometry=geometry,
        calibration=Calibration.UNCALIBRATED,
        signals=Signals(),
    )


def cine(name: str, rate_hz: float, part: tuple[float, float, float, float]) -> Iterator[Frame]:
    """The frames of a needle-free cine.

    Args:
        name: of the file in the data folder.
        rate_hz: its frames a second.
        part: left, top, right, bottom as shares of the picture.
    """
    with av.open(str(data_folder() / name)) as container:
        for number, decoded in enumerate(container.decode(video=0)):
            grey = np.asarray(decoded.to_ndarray(format="gray"), dtype=np.uint8)
            rows, columns = grey.shape
            left, top, right, bottom = part
            cut = grey[round(top * rows) : round(bottom * rows), round(left * columns) : round(right * columns)]
            yield frame_of(np.ascontiguousarray(cut), number, rate_hz)


def vessel_stills(every: int) -> Iterator[tuple[Frame, NDArray[np.bool_]]]:
    """Stills of usgra-seg as frames, each with its mask (rows, columns) of vessels; every so many of them."""
    folder = data_folder() / "usgra-seg"
    for path in sorted((folder / "images").glob("*.png"))[::every]:
        mask_path = folder / "masks" / path.name
        if mask_path.is_file():
            yield frame_of(_grey(path), 0, 1.0), _indices(mask_path) == VESSEL


def _grey(path: Path) -> NDArray[np.uint8]:
    """(rows, columns) grey of a picture file."""
    with av.open(str(path)) as container:
        return np.asarray(next(container.decode(video=0)).to_ndarray(format="gray"), dtype=np.uint8)


def _indices(path: Path) -> NDArray[np.uint8]:
    """(rows, columns) palette index of each pixel of a palette picture."""
    with av.open(str(path)) as container:
        frame = next(container.decode(video=0))
        plane: Any = frame.planes[0]
        wide = np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)
        return np.ascontiguousarray(wide[: frame.height, : frame.width])
