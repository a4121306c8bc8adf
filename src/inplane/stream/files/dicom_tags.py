"""The tags of a DICOM file that a picture needs, as plain numbers and words. Nothing of a patient is ever read."""

import os
from collections.abc import Callable, Sequence
from math import isfinite
from typing import Any, BinaryIO, cast

from pydicom import Dataset, filereader
from pydicom.datadict import tag_for_keyword
from pydicom.uid import UID

from inplane.core import FormatError

MAX_HEADER_BYTES = 32 << 20
"""What the wanted tags of a header may take. chosen: a palette takes 0.4 MB, other tags less than 1 KB each."""
MAX_HEADER_READS = 400_000
"""Reads that parsing a header may need. chosen: two a tag, so 200,000 tags; more is not a header but an attack."""
# fmt: off
WANTED = (
    "MediaStorageSOPClassUID", "TransferSyntaxUID", "SOPClassUID", "SpecificCharacterSet", "Modality",
    "Manufacturer", "ManufacturerModelName", "TransducerData", "EncryptedAttributesSequence",
    "DirectoryRecordSequence", "SamplesPerPixel", "PhotometricInterpretation", "PlanarConfiguration",
    "NumberOfFrames", "Rows", "Columns", "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation",
    "PixelSpacing", "NominalScannedPixelSpacing", "ImagerPixelSpacing", "PixelAspectRatio", "WindowCenter",
    "WindowWidth", "RescaleSlope", "RescaleIntercept", "FrameTime", "FrameTimeVector", "FrameDelay", "CineRate",
    "RecommendedDisplayFrameRate", "SequenceOfUltrasoundRegions",
    "RedPaletteColorLookupTableDescriptor", "GreenPaletteColorLookupTableDescriptor",
    "BluePaletteColorLookupTableDescriptor", "RedPaletteColorLookupTableData", "GreenPaletteColorLookupTableData",
    "BluePaletteColorLookupTableData", "SegmentedRedPaletteColorLookupTableData",
    "SegmentedGreenPaletteColorLookupTableData", "SegmentedBluePaletteColorLookupTableData",
)
# fmt: on
"""Every tag that is looked at; the parser skips the others, so private gigabytes and names of patients stay unread."""


class BoundedFile:
    """A file whose reads never ask for more memory than the file holds, nor for more in all than a header may take.

    Args:
        file: open for reading, binary.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._spent, self._reads = file, 0, 0
        self.size = os.fstat(file.fileno()).st_size

    def read(self, count: int = -1) -> bytes:
        """At most `count` bytes.

        Raises:
            FormatError: a header has no end; or all the rest is asked for, which the parser does to inflate it.
        """
        if count < 0:
            raise FormatError(
                "DICOM file has transfer syntax Deflated Explicit VR Little Endian, which is not read. "
                "Expected uncompressed, RLE, JPEG, JPEG-LS or JPEG 2000: convert it."
            )
        count = min(count, max(0, self.size - self._file.tell()))
        self._spent += count
        self._reads += 1
        if self._spent > MAX_HEADER_BYTES or self._reads > MAX_HEADER_READS:
            raise FormatError(
                f"DICOM header takes more than {MAX_HEADER_BYTES >> 20} MiB or {MAX_HEADER_READS // 2:,} tags. "
                "Expected a picture with its tags."
            )
        return self._file.read(count)

    def seek(self, offset: int, whence: int = 0) -> int:
        """Moves; returns the new position."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """The position."""
        return self._file.tell()


class Tags:
    """Values of tags by keyword; a tag that is missing or broken is as one that is not there.

    Args:
        dataset: what the parser made; only used within `quiet()`.
    """

    def __init__(self, dataset: Dataset) -> None:
        self._dataset = dataset

    def raw(self, keyword: str) -> Any:
        """The parser's value, or None."""
        try:
            return self._dataset.get(keyword)
        except Exception:
            return None  # broken values raise all kinds of errors when they are looked at first

    def has(self, keyword: str) -> bool:
        """Whether the tag is there at all."""
        return keyword in self._dataset

    def text(self, keyword: str) -> str:
        """Printable ASCII of the (first) value, at most 64 characters; "" where there is none."""
        value = self.raw(keyword)
        if isinstance(value, Sequence) and not isinstance(value, str | bytes):
            value = cast(Any, value[0]) if value else ""
        words = str(value) if isinstance(value, str | UID) else ""
        return "".join(c for c in words if " " <= c <= "~").strip()[:64]

    def numbers(self, keyword: str) -> tuple[float, ...]:
        """Finite numbers of the tag; () where one of them is not."""
        value = self.raw(keyword)
        if value is None or isinstance(value, bytes):
            return ()
        many = cast(Sequence[Any], value) if isinstance(value, Sequence) and not isinstance(value, str) else [value]
        try:
            found = tuple(float(one) for one in many)
        except (TypeError, ValueError):
            return ()
        return found if all(isfinite(one) for one in found) else ()

    def number(self, keyword: str) -> float | None:
        """The first number."""
        found = self.numbers(keyword)
        return found[0] if found else None

    def whole(self, keyword: str, otherwise: int) -> int:
        """The first number as an integer."""
        found = self.number(keyword)
        return otherwise if found is None else int(found)

    def data(self, keyword: str) -> bytes | None:
        """Bytes of a table."""
        value = self.raw(keyword)
        return value if isinstance(value, bytes) and value else None

    def items(self, keyword: str) -> "list[Tags]":
        """Items of a sequence."""
        value = self.raw(keyword)
        if not isinstance(value, Sequence) or isinstance(value, str | bytes):
            return []
        return [Tags(item) for item in cast(Sequence[Any], value) if isinstance(item, Dataset)]


def read_tags(file: BinaryIO) -> tuple[Tags, str, bool]:
    """Tags before the pixels, the transfer syntax ("" where unsaid), and whether the file is big endian.

    The file is left at the pixels, or at its end where there are none. Call within `quiet()`.

    Raises:
        FormatError: the header cannot be parsed.
    """
    wanted = [tag for word in WANTED if (tag := tag_for_keyword(word)) is not None]
    try:
        bounded = cast(BinaryIO, BoundedFile(file))
        read = cast(Callable[..., Dataset], filereader.dcmread)  # pyright: ignore[reportUnknownMemberType] - PathLike
        dataset = read(bounded, stop_before_pixels=True, force=True, specific_tags=wanted)
        syntax = str(dataset.file_meta.get("TransferSyntaxUID") or "")
        big = dataset.original_encoding[1] is False
    except FormatError:
        raise
    except Exception as error:  # the parser's own errors are of every kind
        raise FormatError(f"DICOM header cannot be read ({type(error).__name__}). Expected a DICOM file.") from error
    return Tags(dataset), syntax.strip(), big
