"""Stills: one picture file, an animated GIF, or a folder of stills in the order in which people number them."""

import re
import struct
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from inplane.core import FormatError, InputError
from inplane.stream.files.media import MAX_FRAMES, MAX_SIDE, MediaInfo, Picture
from inplane.stream.files.quiet import quiet

FORMATS = ("PNG", "JPEG", "BMP", "TIFF", "GIF", "WEBP", "PPM")
SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".gif", ".webp", ".pgm", ".ppm")
MAGICS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"BM", b"II*\0", b"MM\0*", b"GIF87a", b"GIF89a", b"P5", b"P6")
"""First bytes of each format; WebP has its own check."""
MAX_FOLDER = 100_000
"""Files that a folder may hold. chosen: an hour at 30 a second."""
ORIENTATION_TAG = 0x0112
"""EXIF orientation (TIFF 6.0 tag 274)."""


def is_still(path: Path, head: bytes) -> bool:
    """Whether a file begins as a still, or a folder holds stills.

    Args:
        path: of the file or folder.
        head: first 512 bytes of a file; not looked at for a folder.
    """
    if path.is_dir():
        return any(entry.suffix.lower() in SUFFIXES for entry in path.iterdir() if entry.is_file())
    if head.startswith((b"P5", b"P6")):
        return head[2:3].isspace()
    if head.startswith(b"BM"):
        return len(head) >= 18 and struct.unpack_from("<I", head, 14)[0] in (12, 40, 52, 56, 64, 108, 124)
    return head.startswith(MAGICS) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP")


class StillsReader:
    """A picture file, or the pictures of a folder: those of the most frequent size, in natural order.

    Args:
        path: of a file or a folder.

    Raises:
        FormatError: no picture can be read, and why.
        InputError: nothing is there.
    """

    def __init__(self, path: Path) -> None:
        if not path.exists():
            raise InputError(f"'{path}' does not exist. Expected a picture, or a folder of pictures.")
        notes: list[str] = []
        self._files = _choose(path, notes) if path.is_dir() else [path]
        first = next(_frames_of(self._files[0], notes))
        self._size = first.shape[:2]
        many, kind, loops_ms = _kind(self._files[0])
        if len(self._files) > 1:
            color = first.ndim == 3 or any(_is_color(file) for file in self._files)
        else:
            color = first.ndim == 3
        self._color = color
        frames = len(self._files) if len(self._files) > 1 else many
        self._step_s = loops_ms / 1000 if loops_ms and frames > 1 and len(self._files) == 1 else None
        self._info = MediaInfo(
            format=f"folder of stills, {kind} first" if path.is_dir() else f"{kind} still" if frames == 1 else kind,
            rows=self._size[0],
            columns=self._size[1],
            color=color,
            frames=frames,
            rate_hz=None if self._step_s is None else 1 / self._step_s,
            notes=tuple(dict.fromkeys(notes)),
        )

    @property
    def info(self) -> MediaInfo:
        """What is known before the first picture."""
        return self._info

    def pictures(self) -> Iterator[Picture]:
        """Every picture, each read when it is asked for.

        Raises:
            FormatError: a file is damaged, and which; what came before was good.
        """
        count = 0
        for file in self._files:
            for pixels in _frames_of(file, []):
                if pixels.shape[:2] != self._size:
                    raise FormatError(f"'{file.name}' is {pixels.shape[:2]} pixels. Expected {self._size}.")
                time_s = None if self._step_s is None else count * self._step_s
                name = {"file": file.name} if len(self._files) > 1 else {}
                yield Picture(pixels=_as_color(pixels) if self._color else pixels, time_s=time_s, fields=name)
                count += 1

    def close(self) -> None:
        """Nothing is kept open."""


def natural_key(name: str) -> tuple[tuple[int, int, str], ...]:
    """A key that puts img2 before img10: numbers by their value, words by their letters."""
    parts = re.findall(r"\d+|\D+", name.lower())
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts)


def _choose(folder: Path, notes: list[str]) -> list[Path]:
    """Files of the most frequent (rows, columns), in natural order; of the first one's where there is a tie."""
    files = [entry for entry in folder.iterdir() if entry.is_file() and entry.suffix.lower() in SUFFIXES]
    if len(files) > MAX_FOLDER:
        raise FormatError(f"'{folder.name}' holds {len(files):,} pictures. Expected at most {MAX_FOLDER:,}.")
    sizes: dict[Path, tuple[int, int]] = {}
    broken: list[str] = []
    for file in sorted(files, key=lambda entry: (natural_key(entry.name), entry.name)):
        try:
            sizes[file] = _size_of(file)
        except FormatError:
            broken.append(file.name)
    if not sizes:
        raise FormatError(f"'{folder.name}' holds no picture that can be read. Expected {', '.join(SUFFIXES)}.")
    if broken:
        notes.append(f"{len(broken)} file(s) cannot be read and are left out, '{broken[0]}' first.")
    size, count = Counter(sizes.values()).most_common(1)[0]
    if count < len(sizes):
        notes.append(
            f"{len(sizes) - count} of {len(sizes)} pictures are left out: "
            f"they are not {size[1]} by {size[0]} pixels as the others are."
        )
    return [file for file in sizes if sizes[file] == size]


def _size_of(file: Path) -> tuple[int, int]:
    """(rows, columns) as they will be shown, from the head of the file.

    Raises:
        FormatError: it is no picture, or larger than one may be.
    """
    with _opened(file) as image:
        columns, rows = image.size
        turned = _orientation(image) in (5, 6, 7, 8)
    return (columns, rows) if turned else (rows, columns)


def _opened(file: Path) -> Image.Image:
    try:
        with quiet():
            image = Image.open(file, formats=FORMATS)
    except Image.DecompressionBombError as error:
        raise FormatError(f"'{file.name}' claims far more pixels than {MAX_SIDE} by {MAX_SIDE}.") from error
    except UnidentifiedImageError as error:
        raise FormatError(f"'{file.name}' is no picture that is read. Expected one of {', '.join(FORMATS)}.") from error
    except OSError as error:
        raise InputError(f"'{file}' cannot be opened: {error.strerror or error}. Expected a picture.") from error
    except Exception as error:  # decoders raise errors of every kind for a damaged head
        raise FormatError(
            f"'{file.name}' cannot be read ({type(error).__name__}). Expected a whole picture."
        ) from error
    columns, rows = image.size
    if not 1 <= rows <= MAX_SIDE or not 1 <= columns <= MAX_SIDE:
        image.close()
        raise FormatError(f"'{file.name}' claims {columns} by {rows} pixels. Expected 1 to {MAX_SIDE} each way.")
    return image


def _orientation(image: Image.Image) -> int:
    try:
        with quiet():
            return int(image.getexif().get(ORIENTATION_TAG, 1))
    except Exception:
        return 1  # a damaged EXIF block says nothing


def _kind(file: Path) -> tuple[int, str, float]:
    """How many pictures a file holds, its format, and how long each is shown, ms."""
    with _opened(file) as image:
        frames = _frame_count(file, image)
        wait_ms = cast(Any, image.info).get("duration", 0)
        kind = image.format or "still"
    if frames > MAX_FRAMES:
        raise FormatError(f"'{file.name}' claims {frames:,} pictures. Expected at most {MAX_FRAMES:,}.")
    return frames, kind, float(wait_ms) if isinstance(wait_ms, int | float) else 0.0


def _frame_count(file: Path, image: Image.Image) -> int:
    try:
        with quiet():
            return int(getattr(image, "n_frames", 1))
    except Exception as error:  # counting walks through the file, and meets its damage
        raise FormatError(f"'{file.name}' is damaged ({error}). Expected a whole picture.") from error


def _is_color(file: Path) -> bool:
    """Whether the head of a file says that it may hold colors."""
    with _opened(file) as image:
        return image.mode not in ("1", "L", "LA", "I", "I;16", "I;16B", "I;16L", "F")


def _frames_of(file: Path, notes: list[str]) -> Iterator[NDArray[np.uint8]]:
    with _opened(file) as image:
        turn = _orientation(image)
        if turn != 1:
            notes.append(f"EXIF orientation {turn} was followed: the picture is turned as the camera held it.")
        index = 0
        while (pixels := _decoded(image, index, turn != 1, notes)) is not None:
            yield pixels
            index += 1


def _decoded(image: Image.Image, index: int, turned: bool, notes: list[str]) -> NDArray[np.uint8] | None:
    """One picture of a file; None after the last one.

    Raises:
        FormatError: it is damaged.
    """
    try:
        with quiet():
            try:
                image.seek(index)
            except EOFError:
                return None
            image.load()
            return eight_bits(ImageOps.exif_transpose(image) if turned else image, notes)
    except Exception as error:  # decoders raise errors of every kind for a damaged file
        name = Path(str(getattr(image, "filename", "file"))).name
        raise FormatError(f"'{name}' is damaged ({error}). Expected a whole picture.") from error


def eight_bits(image: Image.Image, notes: list[str]) -> NDArray[np.uint8]:
    """(rows, columns[, 3]) uint8 of a picture of any mode; what was changed goes to the notes."""
    if "A" in image.getbands() or "transparency" in image.info:
        notes.append("The picture is partly transparent: it is laid on black.")
        over = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", over.size, (0, 0, 0, 255)), over).convert("RGB")
        grey = image.getchannel(0)
        same = all(grey.tobytes() == image.getchannel(i).tobytes() for i in (1, 2))
        return np.asarray(grey if same else image, dtype=np.uint8)
    if image.mode.startswith(("I", "F")):
        return _wide(np.asarray(image), notes)
    if image.mode in ("L", "RGB"):
        return np.asarray(image, dtype=np.uint8)
    if image.mode == "1":
        return np.asarray(image.convert("L"), dtype=np.uint8)
    colors = image.convert("RGB")
    if image.mode == "P":
        table = np.asarray(image.getpalette("RGB") or [0, 0, 0]).reshape(-1, 3)
        if bool((table == table[:, :1]).all()):
            colors = colors.getchannel(0)
    return np.asarray(colors, dtype=np.uint8)


def _wide(values: NDArray[Any], notes: list[str]) -> NDArray[np.uint8]:
    """16-bit and real values by their range: by 255 or 65535 where they are whole, else from least to largest."""
    top = float(np.nan_to_num(values).max(initial=0))
    if values.dtype.kind in "iu" and values.min(initial=0) >= 0 and top <= 65535:
        notes.append("The picture has 16 bits: " + ("its high 8 are shown." if top > 255 else "only 8 are in use."))
        return (values >> 8 if top > 255 else values).astype(np.uint8)
    real = np.nan_to_num(values.astype(np.float64))
    low, high = float(real.min(initial=0)), float(real.max(initial=1))
    notes.append(f"The picture has values from {low:g} to {high:g}: they are shown from black to white.")
    return np.rint((real - low) / max(high - low, 1e-12) * 255).astype(np.uint8)


def _as_color(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return pixels if pixels.ndim == 3 else np.repeat(pixels[:, :, None], 3, axis=2)
