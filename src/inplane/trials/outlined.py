"""Real stills whose nerves and vessels somebody outlined, and which of them no model may learn from."""

from collections.abc import Iterable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from inplane.core import Frame
from inplane.stream.file_source import FileSource
from inplane.stream.orient import to_mf
from inplane.trials.real_sets import data_folder, frames_of, opened

NERVE, VESSEL = 1, 2
"""Values of a nerve and of a vessel in the masks of usgra-seg."""


def usgra_names() -> list[str]:
    """Names of the stills of usgra-seg that somebody outlined, in order."""
    folder = data_folder() / "usgra-seg"
    masked = {path.stem for path in (folder / "masks").glob("*.png")}
    return sorted(path.stem for path in (folder / "images").glob("*.png") if path.stem in masked)


def usgra_labelled(names: Iterable[str]) -> Iterator[tuple[str, Frame, NDArray[np.uint8]]]:
    """Stills of usgra-seg by name with their masks, (lines, samples) NERVE, VESSEL or 0; those that cannot be read are
    left out."""
    folder = data_folder() / "usgra-seg"
    for name in names:
        source = opened(folder / "images" / f"{name}.png")
        if source is not None:
            mask = as_framed(_indices(folder / "masks" / f"{name}.png"), source)
            for frame in frames_of(source, 1):
                yield name, frame, mask


def held_out() -> frozenset[str]:
    """Names of the stills of usgra-seg that no model of anatomy learns from (`usgra_held_out.tsv`).

    One part in four of the groups of look-alikes, as `tools/split_usgra.py` drew them: neighbours of what is learned
    are not among them.
    """
    lines = files("inplane.trials").joinpath("usgra_held_out.tsv").read_text(encoding="utf-8").splitlines()
    return frozenset(line.split("\t")[0] for line in lines if line and not line.startswith("#"))


def as_framed(mask: NDArray[np.uint8], source: FileSource) -> NDArray[np.uint8]:
    """A mask of the stored picture as (lines, samples) of the source's frames."""
    box = source.layout
    cut = mask[box.y0 : box.y1, box.x0 : box.x1]
    return np.asarray(to_mf(cut, source.info.orientation or "UF"), dtype=np.uint8)


def _indices(path: Path) -> NDArray[np.uint8]:
    """(rows, columns) palette index of each pixel of a palette picture."""
    with av.open(str(path)) as container:
        frame = next(container.decode(video=0))
        plane: Any = frame.planes[0]
        wide = np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)
        return np.ascontiguousarray(wide[: frame.height, : frame.width])
