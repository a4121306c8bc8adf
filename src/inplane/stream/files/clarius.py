"""Clarius raw data: lines of samples (.raw) with their parameters (.yml), made into pictures with square pixels.

The first line is drawn leftmost, as the maker's own rendered picture shows it; its app puts the probe's mark at the
left. So x grows to the unmarked side and y away from the probe: orientation "UF". (Its streams arrive "UN".)
"""

import struct
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from inplane.core import FormatError, InputError
from inplane.stream.files.clarius_params import MARK, Kind, Params, read_params
from inplane.stream.files.clarius_scan import MAX_PIXELS, Lines, ScanConversion, conversion_for
from inplane.stream.files.media import MAX_FRAMES, MediaInfo, Picture

HEAD = struct.Struct("<5i")
"""id, frames, lines, samples a line, bytes a sample (README.md of github.com/clariusdev/raw)."""
SAMPLE_BYTES: dict[Kind, int] = {"envelope": 1, "RF": 2, "IQ": 4}
MAX_LINES, MAX_SAMPLES = 4096, 16384
"""Of a frame. chosen: thrice what their largest sample files have."""
SHOWN_DB = (15.0, 70.0)
"""Range of 20 log10(1 + amplitude) that is shown of IQ and RF: the maker's own viewer (viewer/python/runme.py)."""
SOUND_SPEED_M_S = 1540.0
"""Of tissue, as every scanner assumes. Makes the sample files' 585 samples at 15 MHz 30.0 mm, their imaging depth."""
LENS_DELAY_S = 62 / 60e6
"""From transmission to the skin. chosen: the delay of the maker's sample files whose first sample is at the skin."""
ASSUMED_PITCH_MM = 0.2
"""Between elements where the parameters do not say. chosen: 192 elements are 38.3 mm wide in the maker's rendered
sample. Used for the picture's shape only: such a picture is never calibrated."""
LZO_MAGIC = b"\x89LZO"
SUFFIXES = (".yml", ".yaml")
_hilbert = cast(Callable[..., NDArray[np.complex64]], signal.hilbert)  # pyright: ignore[reportUnknownMemberType] - untyped


def is_clarius(path: Path, head: bytes) -> bool:
    """Whether a file or a folder is Clarius raw data.

    Args:
        path: of the file or folder.
        head: first 512 bytes of a file; not looked at for a folder.
    """
    if path.is_dir():
        return any(_begins_with_mark(file) for suffix in SUFFIXES for file in path.glob(f"*{suffix}"))
    name = path.name.lower()
    if name.endswith(SUFFIXES):
        return MARK in head[:256]
    if name.endswith(".tgc"):
        return b"tgc curves" in head[:256]
    if name.endswith(".raw.lzo"):
        return head.startswith(LZO_MAGIC)
    if not name.endswith(".raw") or len(head) < HEAD.size:
        return False
    _, frames, lines, samples, size = HEAD.unpack_from(head)
    plausible = 1 <= frames <= MAX_FRAMES and 1 <= lines <= MAX_LINES and 1 <= samples <= MAX_SAMPLES
    return plausible and size in SAMPLE_BYTES.values()


class ClariusReader:
    """Frames of a Clarius raw file.

    Args:
        path: of the .raw file, of its parameters, or of a folder with both; of a folder the envelope comes first.

    Raises:
        FormatError: what is there is not readable Clarius data, and why.
        InputError: a file is missing, and which.
    """

    def __init__(self, path: Path) -> None:
        raw, parameters = find_pair(path)
        self._params = read_params(parameters)
        if self._params.compressed:
            raise FormatError(f"'{raw.name}' holds compressed samples. Expected 'compression: none' in its parameters.")
        self._path = raw
        try:
            self._file: BinaryIO = raw.open("rb")
        except OSError as error:
            raise InputError(f"'{raw}' cannot be opened: {error.strerror}. Expected Clarius raw data.") from error
        try:
            self._open()
        except BaseException:
            self._file.close()
            raise

    @property
    def info(self) -> MediaInfo:
        """What is known before the first picture."""
        return self._info

    def pictures(self) -> Iterator[Picture]:
        """Every picture from the first, scan converted when it is asked for.

        Raises:
            FormatError: the file ends before its frames do; what came before was good.
        """
        for index in range(self._there):
            self._file.seek(HEAD.size + index * (8 + self._frame_bytes))
            data = self._file.read(8 + self._frame_bytes)
            if len(data) < 8 + self._frame_bytes:
                raise FormatError(f"File ends within frame {index + 1}. Expected {self._frame_bytes:,} bytes.")
            (time_ns,) = struct.unpack_from("<q", data)
            grey = self._grey(np.frombuffer(data, dtype=np.uint8, offset=8))
            yield Picture(pixels=self._scan.apply(grey), time_s=time_ns * 1e-9)
        if self._there < self._frames:
            raise FormatError(f"File holds {self._there} of the {self._frames} frames that its head names.")

    def close(self) -> None:
        """Closes the file."""
        self._file.close()

    def _open(self) -> None:
        params, file = self._params, self._file
        head = file.read(HEAD.size)
        if len(head) < HEAD.size:
            raise FormatError(f"'{self._path.name}' is {len(head)} bytes. Expected a head of {HEAD.size}.")
        _, self._frames, n_lines, n_samples, size = HEAD.unpack(head)
        if not (1 <= self._frames <= MAX_FRAMES and 2 <= n_lines <= MAX_LINES and 2 <= n_samples <= MAX_SAMPLES):
            raise FormatError(
                f"'{self._path.name}' claims {self._frames} frames of {n_lines} lines and {n_samples} samples. "
                f"Expected at most {MAX_FRAMES:,} of {MAX_LINES} and {MAX_SAMPLES}."
            )
        if size != SAMPLE_BYTES[params.kind]:
            raise FormatError(
                f"'{self._path.name}' has {size} bytes a sample, its parameters say {params.kind}. "
                f"Expected {SAMPLE_BYTES[params.kind]}."
            )
        self._shape = (n_lines, n_samples)
        self._frame_bytes = n_lines * n_samples * size
        self._there = min(self._frames, (self._path.stat().st_size - HEAD.size) // (8 + self._frame_bytes))
        if self._there < 1:
            raise FormatError(f"'{self._path.name}' ends within its first frame: it is truncated.")
        self._describe()

    def _describe(self) -> None:
        params = self._params
        notes: list[str] = []
        self._shots, lines = self._geometry(notes)
        self._scan: ScanConversion = conversion_for(lines)
        rows, columns = self._scan.line.shape
        known = params.pitch_mm is not None and params.radius_mm is not None and self._placed
        if params.kind != "envelope":
            notes.append(f"Shown from {SHOWN_DB[0]:g} to {SHOWN_DB[1]:g} dB over one, as the maker's viewer does.")
        probe = f" {params.probe}" if params.probe else ""
        self._info = MediaInfo(
            format=f"Clarius raw, {params.kind}",
            rows=rows,
            columns=columns,
            color=False,
            frames=self._frames,
            rate_hz=params.rate_hz if self._frames > 1 else None,
            orientation="UF",
            pixel_mm=(self._scan.pixel_mm, self._scan.pixel_mm) if known else None,
            field=self._scan.field,
            whole=True,
            maker=f"Clarius{probe}",
            notes=tuple(notes),
        )

    def _geometry(self, notes: list[str]) -> tuple[int, Lines]:
        """Shots of each line, and where the lines lie once shots of the same line are one."""
        params, (n_lines, n_samples) = self._params, self._shape
        self._placed = True
        elements, angles = np.array(params.elements), np.array(params.angles_deg)
        if len(elements) != n_lines:
            notes.append(f"Parameters list {len(elements)} lines, the data have {n_lines}: they are taken as even.")
            elements, angles, self._placed = np.arange(n_lines, dtype=np.float64), np.zeros(n_lines), False
        shots = _shots(elements, angles) if params.kind == "IQ" else 1
        if shots > 1:
            notes.append(f"Doppler data: {shots} shots a line; their mean power is shown, not flow.")
            elements, angles = elements[::shots], angles[::shots]
        if not _in_order(elements, angles):
            notes.append("Lines do not follow each other along the probe: they are drawn side by side.")
            count = max(2, len(elements))
            elements, angles, self._placed = np.arange(count, dtype=np.float64), np.zeros(count), False
        if params.pitch_mm is None or params.radius_mm is None:
            notes.append(
                "Parameters do not name both the pitch of the elements and the curve of the probe: "
                "the picture's width is assumed, and it is not calibrated."
            )
        whole = (0, len(elements), 0, n_samples)
        first, last, begin, end = _roi_of(params, whole) if shots == 1 else whole
        sample_mm = SOUND_SPEED_M_S / 2 / params.sampling_freq_hz * 1e3
        self._step = 1 if params.kind == "envelope" else max(1, (end - begin) // MAX_PIXELS)
        end -= (end - begin) % self._step  # whole groups, whose mean power is one sample of the picture
        self._cut = first, last, begin, end
        late_s = max(0.0, params.delay_samples / params.sampling_freq_hz - LENS_DELAY_S)
        return shots, Lines(
            x_mm=elements[first:last] * (params.pitch_mm or ASSUMED_PITCH_MM),
            angles_deg=angles[first:last],
            radius_mm=params.radius_mm or 0.0,
            start_mm=late_s * SOUND_SPEED_M_S / 2 * 1e3 + (begin + (self._step - 1) / 2) * sample_mm,
            sample_mm=sample_mm * self._step,
            samples=(end - begin) // self._step,
        )

    def _grey(self, data: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """(lines, samples) uint8 of one frame's bytes."""
        n_lines, n_samples = self._shape
        first, last, begin, end = self._cut
        if self._params.kind == "envelope":
            return np.ascontiguousarray(data.reshape(n_lines, n_samples)[first:last, begin:end])
        words = data.view("<i2").astype(np.float32)
        if (
            self._params.kind == "IQ"
        ):  # shots of a line lie together, sample by sample, as the maker's Doppler file shows
            power = (words.reshape(n_lines // self._shots, n_samples, self._shots, 2) ** 2).sum(axis=3).mean(axis=2)
        else:
            power = np.abs(_hilbert(words.reshape(n_lines, n_samples), axis=1)) ** 2
        power = power[first:last, begin:end].reshape(last - first, -1, self._step).mean(axis=2)
        level_db = 20 * np.log10(1 + np.sqrt(power))
        low, high = SHOWN_DB
        return np.clip(np.rint((level_db - low) / (high - low) * 255), 0, 255).astype(np.uint8)


def find_pair(path: Path) -> tuple[Path, Path]:
    """The raw file and its parameters, from either of them or from their folder.

    Raises:
        InputError: one of them is missing, and which.
        FormatError: the raw file is still compressed.
    """
    if path.is_dir():
        return find_pair(_best_of(path))
    name = path.name
    for suffix in (".raw.lzo", ".raw", ".tgc", *SUFFIXES):
        if name.lower().endswith(suffix):
            name = name[: -len(suffix)]
            break
    raw = path.with_name(f"{name}.raw")
    parameters = next((p for s in SUFFIXES if (p := path.with_name(name + s)).is_file()), path.with_name(f"{name}.yml"))
    if not raw.is_file():
        packed = path.with_name(f"{name}.raw.lzo")
        if packed.is_file():
            raise FormatError(f"'{packed.name}' is compressed. Expected '{raw.name}': unpack it with 'lzop -d'.")
        raise InputError(f"'{raw.name}' is missing beside '{parameters.name}'. Expected both in one folder.")
    if not parameters.is_file():
        raise InputError(f"'{parameters.name}' is missing beside '{raw.name}'. Expected both in one folder.")
    return raw, parameters


def _best_of(folder: Path) -> Path:
    """Parameters of the envelope, else of RF, else of IQ, those with data first."""
    found = sorted(file for suffix in SUFFIXES for file in folder.glob(f"*{suffix}") if _begins_with_mark(file))
    if not found:
        raise InputError(f"'{folder.name}' holds no Clarius parameters. Expected a .yml file with its .raw beside it.")
    order = {"env": 0, "_rf": 1, "_iq": 2}
    return min(found, key=lambda f: (not f.with_suffix(".raw").is_file(), order.get(f.stem[-3:].lower(), 3), f.name))


def _begins_with_mark(file: Path) -> bool:
    try:
        with file.open("rb") as opened:
            return MARK in opened.read(256)
    except OSError:
        return False


def _shots(elements: NDArray[np.float64], angles: NDArray[np.float64]) -> int:
    """How often each line is fired in a row: equal neighbors, the same number for every line."""
    runs = [len(list(group)) for _, group in groupby(zip(elements.tolist(), angles.tolist(), strict=True))]
    return runs[0] if len(set(runs)) == 1 else 1


def _in_order(elements: NDArray[np.float64], angles: NDArray[np.float64]) -> bool:
    """Whether lines follow each other along a probe of a size that there is, and lean less than 60 degrees."""
    if len(elements) < 2 or not bool((np.abs(elements) <= MAX_LINES).all() and (np.abs(angles) <= 60).all()):
        return False
    return bool((np.diff(elements) > 0).all())


def _roi_of(params: Params, whole: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    """First line, end of lines, first sample, end of samples that are picture; all where unsaid or impossible."""
    first, last, begin, end = params.roi or whole
    if params.roi is None or not (0 <= first < last < whole[1] and 0 <= begin < end < whole[3]):
        return whole
    return first, last + 1, begin, end + 1
