"""Stored samples of a DICOM picture to 8-bit grey or RGB. Decided once, on the first frame; then the same for all.

A picture is `color` if its file stores three channels or a color table with a color in it, whether or not any pixel of
a frame is colored: that is known before any frame is decoded, and never changes between frames.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from inplane.stream.files.dicom_codec import Samples, Stream

GREY_SHARE = 0.5
"""Share of grey pixels from which they tell the color model. chosen: a scanner's screen is mostly black and grey."""
GREY_SPREAD = 8
"""Largest difference of a grey pixel's channels, or of its chroma from 128. chosen: what lossy compression leaves."""
Model: TypeAlias = Literal["grey", "palette", "rgb", "ycc"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PixelTags:
    """What the tags say of a stored sample.

    Args:
        photometric: Photometric Interpretation.
        samples: a pixel.
        bits: allocated, 8 or 16.
        stored, high: bits that count, and the number of the highest of them.
        signed: two's complement.
        slope, intercept: to the values that the window is meant for.
        window: center and width; None where there is none.
    """

    photometric: str
    samples: int
    bits: int
    stored: int
    high: int
    signed: bool
    slope: float = 1.0
    intercept: float = 0.0
    window: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Conversion:
    """How every frame is turned into what a screen shows.

    Args:
        model: what the samples are.
        table: (n,) or (n, 3) what each stored value becomes; None where it stays as it is.
        notes: what is odd.
    """

    model: Model
    table: NDArray[np.uint8] | None = None
    notes: tuple[str, ...] = ()

    @property
    def color(self) -> bool:
        """Whether pictures have three channels."""
        return self.model in ("rgb", "ycc") or (self.table is not None and self.table.ndim == 2)

    def apply(self, samples: Samples) -> NDArray[np.uint8]:
        """(rows, columns[, 3]) uint8 of samples as stored."""
        found = samples if self.table is None else self.table[samples]
        pixels = np.ascontiguousarray(found, dtype=np.uint8)
        if self.model != "ycc":
            return pixels
        # full range, as in JFIF and in DICOM PS3.3 C.7.6.3.1.2
        return np.asarray(Image.frombytes("YCbCr", (pixels.shape[1], pixels.shape[0]), pixels.tobytes()).convert("RGB"))


def conversion_of(
    tags: PixelTags, first: Samples, stream: Stream | None, palette: NDArray[np.uint8] | None
) -> Conversion:
    """How the frames of a file are shown, decided from its tags and its first frame.

    Args:
        tags: of a sample.
        first: the first frame as stored.
        stream: head of its compressed stream, where it has one.
        palette: (n, 3) color table of a PALETTE COLOR file.
    """
    if palette is not None and tags.samples == 1:
        grey = bool((palette == palette[:, :1]).all())
        return Conversion(model="palette", table=palette[:, 0] if grey else palette)
    table, notes = _table(tags, first)
    if tags.samples == 1:
        if tags.photometric == "MONOCHROME1":
            base = np.arange(1 << tags.bits).astype(np.uint8) if table is None else table
            return Conversion(model="grey", table=255 - base, notes=notes)
        return Conversion(model="grey", table=table, notes=notes)
    said = _said(tags.photometric, stream)
    eight = first if table is None else table[first]
    seen = looks(eight)
    if seen and seen != said:
        words = {"rgb": "RGB", "ycc": "YBR"}
        notes = (*notes, f"Tags say {tags.photometric}, the pixels are {words[seen]}: shown as {words[seen]}.")
    elif said == "ycc" and tags.photometric == "RGB":
        notes = (*notes, "Tags say RGB, the JPEG stream is YBR: shown as YBR.")
    return Conversion(model=seen or said, table=table, notes=notes)


def _said(photometric: str, stream: Stream | None) -> Literal["rgb", "ycc"]:
    """The color model by tags and stream: a JPEG's own markers overrule RGB, a J2K component transform is undone."""
    if stream is not None and stream.color:
        if stream.coding == "JPEG 2000":
            return "rgb"
        if photometric == "RGB":
            return stream.color
    return "ycc" if photometric.startswith("YBR_FULL") else "rgb"


def looks(samples: Samples) -> Literal["rgb", "ycc", ""]:
    """The color model that the picture's many grey pixels tell; "" where they do not.

    A grey pixel has equal channels as RGB, and 128 in both chroma channels as YBR.
    """
    few = samples[::2, ::2].astype(np.int16)
    as_rgb = float((few.max(axis=2) - few.min(axis=2) <= GREY_SPREAD).mean())
    as_ycc = float((np.abs(few[..., 1:] - 128).max(axis=2) <= GREY_SPREAD).mean())
    if as_rgb > GREY_SHARE >= as_ycc:
        return "rgb"
    return "ycc" if as_ycc > GREY_SHARE >= as_rgb else ""


def _table(tags: PixelTags, first: Samples) -> tuple[NDArray[np.uint8] | None, tuple[str, ...]]:
    """What every stored value becomes in 8 bits, and what was odd; None where nothing is to be done."""
    if tags.bits == 8 and tags.stored == 8 and not tags.signed:
        return None, ()
    mask = (1 << tags.stored) - 1
    shift = max(0, tags.high + 1 - tags.stored)
    values = ((np.arange(1 << tags.bits) >> shift) & mask).astype(np.int64)
    sign = 1 << (tags.stored - 1)
    used = np.zeros(len(values), dtype=np.bool_)
    used[first] = True
    signed = tags.signed and bool((values[used] >= sign).any())
    values = np.where(values >= sign, values - 2 * sign, values) if signed else values
    low, high, why = _range(tags, int(values[used].max()), signed)
    notes = (f"Samples have {tags.stored} bits{', signed' if signed else ''}: {why}.",)
    scaled = values * tags.slope + tags.intercept if why.startswith("window") else values.astype(np.float64)
    return np.clip(np.rint((scaled - low) / (high - low) * 255), 0, 255).astype(np.uint8), notes


def _range(tags: PixelTags, top: int, signed: bool) -> tuple[float, float, str]:
    """Values that become 0 and 255, and how they were chosen."""
    if tags.window is not None and tags.window[1] > 1 and (tags.stored > 8 or signed):
        center, width = tags.window  # PS3.3 C.11.2.1.2.1
        low, high = center - 0.5 - (width - 1) / 2, center - 0.5 + (width - 1) / 2
        return low, high, f"window {low:g} to {high:g} of the file"
    if signed:
        half = 1 << (tags.stored - 1)
        return -half, half - 1, f"{-half} to {half - 1} are shown"
    if tags.stored > 8:
        used = max(8, top.bit_length())
        return 0, (1 << used) - 1, f"0 to {(1 << used) - 1} are shown, which the first frame needs"
    return 0, (1 << tags.stored) - 1, f"0 to {(1 << tags.stored) - 1} are shown"
