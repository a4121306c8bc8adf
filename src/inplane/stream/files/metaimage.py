"""MetaImage files (.mha, .mhd) and sequences as PLUS and 3D Slicer write them (.igs.mha, .seq.mha).

The header is read here, line by line: libraries that read the pixels drop what is said of each frame.

References:
    https://itk.org/Wiki/MetaIO/Documentation; IGSIO, vtkIGSIOMetaImageSequenceIO.cxx.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import IO

import numpy as np

from inplane.core import FormatError
from inplane.stream.files.frame_fields import moment_of, number_of, split_name
from inplane.stream.files.header import data_file, header_lines, offset_of, open_header, whole_numbers
from inplane.stream.files.stored import Stored
from inplane.stream.files.stored_reader import StoredReader

ELEMENT_TYPES = {
    "MET_CHAR": "i1",
    "MET_UCHAR": "u1",
    "MET_SHORT": "i2",
    "MET_USHORT": "u2",
    "MET_INT": "i4",
    "MET_UINT": "u4",
    "MET_LONG": "i4",
    "MET_ULONG": "u4",
    "MET_LONG_LONG": "i8",
    "MET_ULONG_LONG": "u8",
    "MET_FLOAT": "f4",
    "MET_DOUBLE": "f8",
}
"""MetaIO's types; its long has four bytes whatever the machine's has."""
_FIRST = re.compile(rb"\s*(?:\xef\xbb\xbf)?(ObjectType|NDims|Comment|AnatomicalOrientation|ObjectSubType)\s*=")
_CALLED_SEQUENCE = re.compile(r"(\.igs|\.seq)\.|sequence|cine|clip|video|movie|sweep", re.IGNORECASE)
"""Names of files whose third axis is time although their header does not say so."""


def is_metaimage(path: Path, head: bytes) -> bool:  # noqa: ARG001  every kind is asked the same way
    """Whether a file's first bytes are those of a MetaImage header."""
    return _FIRST.match(head) is not None


class MetaImageReader(StoredReader):
    """Pictures of a MetaImage file.

    Args:
        path: the `.mha`, or the `.mhd` beside its pixels.
        config: a PLUS configuration with its scale; without one, it is looked for beside the file.

    Raises:
        FormatError: damaged, no pictures, a volume, or pixels that cannot be read; the text says which.
        ResourceError: the file may not be read.
    """

    def __init__(self, path: Path, *, config: Path | None = None) -> None:
        super().__init__(read_metaimage(path), path, config)


def read_metaimage(path: Path) -> Stored:
    """What the header of a MetaImage file says; pixels are not read.

    Raises:
        FormatError: not such a header, or one that cannot be followed.
        ResourceError: the file may not be read.
    """
    with open_header(path) as file:
        fields, frames, end = _read_header(file, path.name)
    sizes = whole_numbers(_need(fields, "DimSize", path.name), "DimSize", path.name)
    element = _need(fields, "ElementType", path.name).upper().removesuffix("_ARRAY")
    if element not in ELEMENT_TYPES and 0 not in sizes:
        raise FormatError(f"'{path.name}' has ElementType {element!r}. Expected one of {', '.join(ELEMENT_TYPES)}.")
    if fields.get("BinaryData", "True").upper() in ("FALSE", "0"):
        raise FormatError(f"'{path.name}' keeps its pixels as text (BinaryData = False). Expected binary ones.")
    big = fields.get("BinaryDataByteOrderMSB", fields.get("ElementByteOrderMSB", "False")).upper() in ("TRUE", "1")
    dtype = np.dtype(ELEMENT_TYPES.get(element, "u1")).newbyteorder(">" if big else "<")
    channels = whole_numbers(fields.get("ElementNumberOfChannels", "1"), "ElementNumberOfChannels", path.name, 1)[0]
    moments = {number: moment_of(told) for number, told in frames.items()}
    (columns, rows, count), notes = _axes(sizes, fields, has_moments=bool(moments), name=path.name)
    packed = fields.get("CompressedData", "False").upper() in ("TRUE", "1")
    told_spacing = fields.get("ElementSpacing", fields.get("ElementSize", ""))
    told = fields["ElementDataFile"]
    local = told.upper() == "LOCAL"
    where = path if local or not columns * rows * count else data_file(path, told)
    size = columns * rows * count * channels * dtype.itemsize
    skip = _skip(fields, path.name)
    return Stored(
        format=f"MetaImage{' sequence' if moments else ''}, {element}{', zlib' if packed else ''}",
        path=where,
        offset=offset_of(where, end if local else 0, size, skip) if columns * rows * count else 0,
        encoding="zlib" if packed else "raw",
        dtype=dtype,
        columns=columns,
        rows=rows,
        frames=count,
        channels=channels,
        orientation=_code(fields.get("UltrasoundImageOrientation", "")),
        image_type=_code(fields.get("UltrasoundImageType", "")),
        spacing=tuple(number_of(word) or 0.0 for word in told_spacing.split()),
        fields=fields,
        moments=moments,
        notes=notes,
    )


def _read_header(file: IO[bytes], name: str) -> tuple[dict[str, str], dict[int, dict[str, str]], int]:
    """Fields, fields of frames by their number, and where the header ends.

    Raises:
        FormatError: it does not end with ElementDataFile, or its first lines are no such header.
    """
    fields: dict[str, str] = {}
    frames: dict[int, dict[str, str]] = {}
    for number, line in enumerate(header_lines(file, name)):
        key, equals, value = line.partition("=")
        key, value = key.strip().lstrip("\ufeff"), value.strip()
        if not equals:
            if number < 2 and line.strip():
                raise FormatError(f"'{name}' does not begin with a MetaImage header. Expected lines 'name = value'.")
            continue
        frame = split_name(key)
        if frame is not None:
            frames.setdefault(frame[0], {})[frame[1]] = value
            continue
        fields[key] = value
        if key == "ElementDataFile":
            return fields, frames, file.tell()
    raise FormatError(f"'{name}' has no ElementDataFile. Expected it as the header's last line: cut short?")


def _axes(
    sizes: tuple[int, ...], fields: Mapping[str, str], *, has_moments: bool, name: str
) -> tuple[tuple[int, int, int], tuple[str, ...]]:
    """Columns, rows, frames, and what had to be taken for granted.

    Raises:
        FormatError: fewer than two axes, or volumes.
    """
    if len(sizes) < 2:
        raise FormatError(f"'{name}' has DimSize {sizes}. Expected columns and rows at least.")
    columns, rows = sizes[:2]
    if len(sizes) == 4:
        if sizes[2] > 1 and sizes[3] > 1:
            raise FormatError(
                f"'{name}' holds {sizes[3]} volumes of {sizes[2]} slices. Expected pictures of one slice."
            )
        return (columns, rows, sizes[2] * sizes[3]), ()
    count = sizes[2] if len(sizes) == 3 else 1
    if count <= 1 or has_moments or any(key.startswith("UltrasoundImage") for key in fields):
        return (columns, rows, count), ()
    kinds = fields.get("Kinds", "").lower().split()
    spacing = [number_of(word) for word in fields.get("ElementSpacing", "").split()]
    like_volume = len(spacing) == 3 and spacing[2] not in (1.0, None)
    if kinds[2:3] in (["list"], ["time"]) and not like_volume:
        return (columns, rows, count), ()
    if _CALLED_SEQUENCE.search(name):
        return (columns, rows, count), (f"The third axis of {count} is taken as time: the file's name says so.",)
    raise FormatError(
        f"'{name}' is a volume of {columns} x {rows} x {count} voxels, not a sequence of pictures: it says nothing of "
        "its slices as frames. Expected Seq_Frame fields, or Kinds = domain domain list with a third spacing of 1."
    )


def _skip(fields: Mapping[str, str], name: str) -> int:
    told = number_of(fields.get("HeaderSize", "0"))
    if told is None or told != int(told):
        raise FormatError(f"'{name}' has HeaderSize {fields.get('HeaderSize')!r}. Expected a whole number.")
    return int(told)


def _code(told: str) -> str:
    """A code of PLUS, where XX means that nobody knows."""
    return "" if told.strip().upper() == "XX" else told.strip().upper()


def _need(fields: Mapping[str, str], key: str, name: str) -> str:
    if key not in fields:
        raise FormatError(f"'{name}' has no {key} in its header. Expected one.")
    return fields[key]
