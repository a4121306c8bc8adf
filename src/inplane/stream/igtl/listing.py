"""What a sender has to offer: IMGMETA, LBMETA and VIDEOMETA."""

import struct
from dataclasses import dataclass, replace

from inplane.stream.igtl.header import Buffer, fixed, text_of
from inplane.stream.igtl.image import Triple
from inplane.stream.igtl.table import pack_rows, rows_of

_IMAGE = struct.Struct(">64s20s32s64s64sQ3HBB")
_LABEL = struct.Struct(">64s20sBB4B3H20s")
_VIDEO = struct.Struct(">64s64s64s64shd3H12fBB")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageEntry:
    """One image on offer.

    Args:
        name, device, modality, patient_name, patient_id: at most 64, 20, 32, 64 and 64 bytes.
        stamp: time of the scan, 64 bits as in a header.
        size: columns, rows, slices.
        scalar, reserved: as on the wire.
    """

    name: str
    device: str
    modality: str = ""
    patient_name: str = ""
    patient_id: str = ""
    stamp: int = 0
    size: Triple = (0, 0, 0)
    scalar: int = 3
    reserved: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelEntry:
    """One label of a label map on offer.

    Args:
        name, device, owner: at most 64, 20 and 20 bytes.
        label: value of its pixels.
        rgba: 0 to 255 each.
        size: columns, rows, slices of the map.
        reserved: as it came.
    """

    name: str
    device: str
    label: int
    rgba: tuple[int, int, int, int] = (0, 0, 0, 0)
    size: Triple = (0, 0, 0)
    owner: str = ""
    reserved: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoEntry:
    """One video on offer.

    Args:
        name, device, patient_name, patient_id: at most 64 bytes each.
        zoom, focal_length_mm: of a camera.
        size: columns, rows, slices.
        matrix: 12 numbers, as on the wire.
        scalar, reserved: as on the wire.
    """

    name: str
    device: str
    patient_name: str = ""
    patient_id: str = ""
    zoom: int = 0
    focal_length_mm: float = 0.0
    size: Triple = (0, 0, 0)
    matrix: tuple[float, ...] = (0.0,) * 12
    scalar: int = 3
    reserved: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """An IMGMETA, LBMETA or VIDEOMETA; which, the message's type and the entries say."""

    entries: tuple[ImageEntry, ...] | tuple[LabelEntry, ...] | tuple[VideoEntry, ...]


def decode_images(body: Buffer) -> Listing:
    """An IMGMETA.

    Raises:
        FormatError: a body that is no whole number of entries.
    """
    entries: list[ImageEntry] = []
    for row in rows_of("IMGMETA", _IMAGE, body):
        name, device, modality, patient, number = map(text_of, row[:5])
        entry = ImageEntry(name=name, device=device, modality=modality, patient_name=patient, patient_id=number)
        entries.append(replace(entry, stamp=row[5], size=row[6:9], scalar=row[9], reserved=row[10]))
    return Listing(entries=tuple(entries))


def decode_labels(body: Buffer) -> Listing:
    """An LBMETA.

    Raises:
        FormatError: a body that is no whole number of entries.
    """
    entries: list[LabelEntry] = []
    for name, device, label, reserved, r, g, b, a, *size, owner in rows_of("LBMETA", _LABEL, body):
        entry = LabelEntry(name=text_of(name), device=text_of(device), label=label, rgba=(r, g, b, a))
        columns, rows, slices = size
        entries.append(replace(entry, size=(columns, rows, slices), owner=text_of(owner), reserved=reserved))
    return Listing(entries=tuple(entries))


def decode_videos(body: Buffer) -> Listing:
    """A VIDEOMETA.

    Raises:
        FormatError: a body that is no whole number of entries.
    """
    entries: list[VideoEntry] = []
    for row in rows_of("VIDEOMETA", _VIDEO, body):
        name, device, patient, number = map(text_of, row[:4])
        entry = VideoEntry(name=name, device=device, patient_name=patient, patient_id=number)
        entry = replace(entry, zoom=row[4], focal_length_mm=row[5], size=row[6:9], matrix=row[9:21])
        entries.append(replace(entry, scalar=row[21], reserved=row[22]))
    return Listing(entries=tuple(entries))


def _image_row(e: ImageEntry) -> tuple[object, ...]:
    texts = ((e.name, 64), (e.device, 20), (e.modality, 32), (e.patient_name, 64), (e.patient_id, 64))
    return (*(fixed(text, size, "Name") for text, size in texts), e.stamp, *e.size, e.scalar, e.reserved)


def _label_row(e: LabelEntry) -> tuple[object, ...]:
    names = fixed(e.name, 64, "Name"), fixed(e.device, 20, "Device name")
    return (*names, e.label, e.reserved, *e.rgba, *e.size, fixed(e.owner, 20, "Owner"))


def _video_row(e: VideoEntry) -> tuple[object, ...]:
    names = (fixed(text, 64, "Name") for text in (e.name, e.device, e.patient_name, e.patient_id))
    return (*names, e.zoom, e.focal_length_mm, *e.size, *e.matrix, e.scalar, e.reserved)


def encode_images(content: Listing) -> bytes:
    """The body of an IMGMETA."""
    return pack_rows("IMGMETA", _IMAGE, (_image_row(e) for e in content.entries if isinstance(e, ImageEntry)))


def encode_labels(content: Listing) -> bytes:
    """The body of an LBMETA."""
    return pack_rows("LBMETA", _LABEL, (_label_row(e) for e in content.entries if isinstance(e, LabelEntry)))


def encode_videos(content: Listing) -> bytes:
    """The body of a VIDEOMETA."""
    return pack_rows("VIDEOMETA", _VIDEO, (_video_row(e) for e in content.entries if isinstance(e, VideoEntry)))
