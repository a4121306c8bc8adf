"""NRRD files (.nrrd, .nhdr) and sequences as PLUS and 3D Slicer write them (.igs.nrrd, .seq.nrrd).

The header is read here, with bounds, and not by pynrrd: that reads a line of any length, follows a data file to any
place, and unpacks everything at once.

References:
    https://teem.sourceforge.net/nrrd/format.html; IGSIO, vtkIGSIONrrdSequenceIO.cxx.
"""

import re
from collections.abc import Mapping
from math import hypot
from pathlib import Path
from typing import IO, Literal

import numpy as np

from inplane.core import FormatError
from inplane.stream.files.frame_fields import Moment, moment_of, number_of, split_name
from inplane.stream.files.header import data_file, header_lines, offset_of, open_header, whole_numbers
from inplane.stream.files.stored import Stored
from inplane.stream.files.stored_reader import StoredReader

TYPES = {
    "i1": ("signed char", "int8", "int8_t"),
    "u1": ("uchar", "unsigned char", "uint8", "uint8_t"),
    "i2": ("short", "short int", "signed short", "signed short int", "int16", "int16_t"),
    "u2": ("ushort", "unsigned short", "unsigned short int", "uint16", "uint16_t"),
    "i4": ("int", "signed int", "int32", "int32_t"),
    "u4": ("uint", "unsigned int", "uint32", "uint32_t"),
    "i8": ("longlong", "long long", "long long int", "signed long long", "int64", "int64_t"),
    "u8": ("ulonglong", "unsigned long long", "unsigned long long int", "uint64", "uint64_t"),
    "f4": ("float",),
    "f8": ("double",),
}
"""Names that the format has for each type, by NumPy's."""
ENCODINGS: Mapping[str, Literal["raw", "gzip", "bzip2"]] = {
    "raw": "raw",
    "gz": "gzip",
    "gzip": "gzip",
    "bz2": "bzip2",
    "bzip2": "bzip2",
}
IN_MM = {"mm": 1.0, "cm": 10.0, "m": 1000.0, "um": 0.001, "µm": 0.001}
"""Units of length that a header may name; without any, mm are meant, as in every program that writes these files."""
_TYPE_OF = {name: code for code, names in TYPES.items() for name in names}
_CHANNELS = (
    "vector",
    "rgb-color",
    "rgba-color",
    "3-color",
    "4-color",
    "3-vector",
    "4-vector",
    "scalar",
    "covariant-vector",
)
_TIME = ("list", "time")
_CALLED_SEQUENCE = re.compile(r"(\.igs|\.seq)\.|sequence|cine|clip|video|movie|sweep", re.IGNORECASE)


def is_nrrd(path: Path, head: bytes) -> bool:  # noqa: ARG001  every kind is asked the same way
    """Whether a file's first bytes are those of NRRD."""
    return re.match(rb"NRRD000\d\s", head) is not None


class NrrdReader(StoredReader):
    """Pictures of a NRRD file.

    Args:
        path: the `.nrrd`, or the `.nhdr` beside its pixels.
        config: a PLUS configuration with its scale; without one, it is looked for beside the file.

    Raises:
        FormatError: damaged, no pictures, a volume, or pixels that cannot be read; the text says which.
        ResourceError: the file may not be read.
    """

    def __init__(self, path: Path, *, config: Path | None = None) -> None:
        super().__init__(read_nrrd(path), path, config)


def read_nrrd(path: Path) -> Stored:
    """What the header of a NRRD file says; pixels are not read.

    Raises:
        FormatError: not such a header, or one that cannot be followed.
        ResourceError: the file may not be read.
    """
    with open_header(path) as file:
        fields, moments, end = _read_header(file, path.name)
        sizes = whole_numbers(_need(fields, "sizes", path.name), "sizes", path.name, 5)
        kinds = _kinds(fields, sizes, moments, path.name)
        where, encoding = _place(path, fields)
        at = _skipped(file, fields, end, path) if where == path else 0
    axes = {kind: size for kind, size in zip(kinds, sizes, strict=True) if kind != "domain"}
    plane = [size for kind, size in zip(kinds, sizes, strict=True) if kind == "domain"]
    if len(plane) > 2 and plane[2] > 1:
        raise FormatError(f"'{path.name}' holds volumes of {plane[2]} slices. Expected pictures of one slice.")
    if len(plane) < 2:
        raise FormatError(f"'{path.name}' has kinds {kinds}. Expected two axes of the picture.")
    dtype = _dtype(fields, path.name)
    frames, channels = axes.get("list", 1), axes.get("channels", 1)
    size = plane[0] * plane[1] * frames * channels * dtype.itemsize
    skip = int(number_of(fields.get("byte skip", "0")) or 0)
    told_type, told_code = (
        fields.get(f"ultrasound image {what}", fields.get(f"ultrasoundimage{what}", ""))
        for what in ("type", "orientation")
    )
    return Stored(
        format=f"NRRD{' sequence' if moments else ''}, {dtype.name}{'' if encoding == 'raw' else ', ' + encoding}",
        path=where,
        offset=offset_of(where, at, size, skip if encoding == "raw" or skip >= 0 else 0) if size else 0,
        encoding=encoding,
        dtype=dtype,
        columns=plane[0],
        rows=plane[1],
        frames=frames,
        channels=channels,
        list_first=kinds[0] == "list" and len(kinds) > 2,
        orientation="" if told_code.upper() == "XX" else told_code.upper(),
        image_type="" if told_type.upper() == "XX" else told_type.upper(),
        spacing=_spacing(fields, kinds),
        fields=fields,
        moments=moments,
    )


def _read_header(file: IO[bytes], name: str) -> tuple[dict[str, str], dict[int, Moment], int]:
    """Fields and keys, what is said of each frame, and where the header ends.

    Raises:
        FormatError: it is no such header.
    """
    fields: dict[str, str] = {}
    frames: dict[int, dict[str, str]] = {}
    lines = header_lines(file, name)
    first = next(lines, "")
    if not re.fullmatch(r"NRRD000\d\s*", first):
        raise FormatError(f"'{name}' begins with {first[:20]!r}. Expected 'NRRD0001' to 'NRRD0005'.")
    for line in lines:
        if not line:
            break
        if line.startswith("#"):
            continue
        key, colon, value = line.partition(":")
        if not colon:
            raise FormatError(f"'{name}' has the header line {line[:60]!r}. Expected 'field: value' or 'key:=value'.")
        frame = split_name(key)
        if frame is not None and value.startswith("="):
            frames.setdefault(frame[0], {})[frame[1]] = value[1:].strip()
        else:
            fields[key.strip().lower()] = value.removeprefix("=").strip()
    return fields, {number: moment_of(told) for number, told in frames.items()}, file.tell()


def _kinds(fields: Mapping[str, str], sizes: tuple[int, ...], moments: object, name: str) -> list[str]:
    """For each axis "domain", "list" or "channels".

    Raises:
        FormatError: kinds that are not understood, or a volume.
    """
    told = [kind.lower() for kind in fields.get("kinds", "").split()] or ["???"] * len(sizes)
    if len(told) != len(sizes):
        raise FormatError(f"'{name}' has {len(told)} kinds and {len(sizes)} sizes. Expected as many.")
    kinds = ["list" if kind in _TIME else "channels" if kind in _CHANNELS else "domain" for kind in told]
    if any(kind in ("complex", "2-vector", "hsv-color", "xyz-color", "quaternion") for kind in told):
        raise FormatError(f"'{name}' has kinds {' '.join(told)}. Expected grey or RGB.")
    if told[0] in ("???", "none") and len(sizes) >= 3 and sizes[0] in (3, 4):
        kinds[0] = "channels"
    if kinds.count("list") > 1 or kinds.count("channels") > 1 or ("channels" in kinds and kinds[0] != "channels"):
        raise FormatError(f"'{name}' has kinds {' '.join(told)}. Expected channels first, and one list at most.")
    deep = [axis for axis, kind in enumerate(kinds) if kind == "domain"][2:]
    if deep and sizes[deep[-1]] > 1 and "list" not in kinds:
        if not moments and not _CALLED_SEQUENCE.search(name):
            raise FormatError(
                f"'{name}' is a volume of {' x '.join(map(str, sizes))} voxels, not a sequence of pictures. Expected "
                "Seq_Frame keys, or kinds: domain domain list."
            )
        kinds[deep[-1]] = "list"
    return kinds


def _place(path: Path, fields: Mapping[str, str]) -> tuple[Path, Literal["raw", "gzip", "bzip2"]]:
    """The file with the pixels, and how they are packed.

    Raises:
        FormatError: an encoding that is not read, or pixels elsewhere.
    """
    told = fields.get("encoding", "raw").lower()
    if told not in ENCODINGS:
        raise FormatError(f"'{path.name}' has encoding {told!r}. Expected one of {', '.join(ENCODINGS)}.")
    apart = fields.get("data file", fields.get("datafile"))
    return (path if apart is None else data_file(path, apart)), ENCODINGS[told]


def _skipped(file: IO[bytes], fields: Mapping[str, str], end: int, path: Path) -> int:
    """Where the data begin after the lines that the header says to skip."""
    lines = number_of(fields.get("line skip", "0")) or 0
    file.seek(end)
    for _, _line in zip(range(int(max(0, min(lines, 10_000)))), header_lines(file, path.name), strict=False):
        pass
    return file.tell()


def _dtype(fields: Mapping[str, str], name: str) -> np.dtype[np.generic]:
    told = _need(fields, "type", name).lower()
    if told not in _TYPE_OF:
        raise FormatError(f"'{name}' has type {told!r}. Expected a type of whole or real numbers.")
    return np.dtype(_TYPE_OF[told]).newbyteorder(">" if fields.get("endian", "little").lower() == "big" else "<")


def _spacing(fields: Mapping[str, str], kinds: list[str]) -> tuple[float, ...]:
    """Distance between neighbours along the picture's own axes, 0 where unsaid."""
    vectors = re.findall(r"none|\([^)]*\)", fields.get("space directions", ""))
    if len(vectors) == len(kinds):
        sizes = [hypot(*(number_of(word) or 0.0 for word in vector.strip("()").split(","))) for vector in vectors]
    else:
        sizes = [number_of(word) or 0.0 for word in fields.get("spacings", "").split()]
    if len(sizes) != len(kinds):
        return ()
    units = {unit.lower() for unit in re.findall(r'"([^"]*)"', fields.get("space units", fields.get("units", "")))}
    times = [IN_MM[unit] for unit in units & IN_MM.keys()]
    scale = times[0] if len(times) == 1 else 1.0 if not times else 0.0
    return tuple(size * scale for size, kind in zip(sizes, kinds, strict=True) if kind == "domain")


def _need(fields: Mapping[str, str], key: str, name: str) -> str:
    if key not in fields:
        raise FormatError(f"'{name}' has no '{key}' in its header. Expected one.")
    return fields[key]
