"""What a DICOM file must say before its pixels are looked at, and why a file is refused."""

from dataclasses import dataclass
from pathlib import Path

from pydicom.uid import UID

from inplane.core import FormatError
from inplane.stream.files.dicom_color import PixelTags
from inplane.stream.files.dicom_tags import Tags
from inplane.stream.files.media import MAX_FRAMES, MAX_SIDE

ULTRASOUND = ("US", "IVUS")
CONTAINERS = ("OT", "SC", "")
"""Modalities that say nothing of what is shown: secondary captures and frame grabbers use them."""
VIDEO = "1.2.840.10008.1.2.4.10"
"""Begin of the transfer syntaxes that hold MPEG and HEVC streams (100 to 108)."""
HTJ2K = "1.2.840.10008.1.2.4.20"
RLE = "1.2.840.10008.1.2.5"
PHOTOMETRIC = {
    1: ("MONOCHROME1", "MONOCHROME2", "PALETTE COLOR"),
    3: ("RGB", "YBR_FULL", "YBR_FULL_422", "YBR_ICT", "YBR_RCT"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The checked header of a picture.

    Args:
        rows, columns, frames: as the tags claim, within limits.
        planar: whether native samples lie color by color.
        pixel: what the tags say of a sample.
        notes: what is odd.
    """

    rows: int
    columns: int
    frames: int
    planar: bool
    pixel: PixelTags
    notes: tuple[str, ...] = ()

    @property
    def frame_bytes(self) -> int:
        """Of one frame that is not compressed; YBR_FULL_422 has two samples a pixel (PS3.3 C.7.6.3.1.2)."""
        samples = 2 if self.pixel.photometric == "YBR_FULL_422" else self.pixel.samples
        return self.rows * self.columns * samples * (self.pixel.bits // 8)


def refuse_other_content(tags: Tags, path: Path, *, pixels: bool) -> tuple[str, ...]:
    """Notes on what the file calls itself, where it can be an ultrasound picture.

    Args:
        tags: of the file.
        path: of the file, for the message.
        pixels: whether it has any.

    Raises:
        FormatError: it is something else, and what.
    """
    modality = tags.text("Modality")
    kind = tags.text("SOPClassUID") or tags.text("MediaStorageSOPClassUID")
    what = UID(kind).name if UID(kind).is_valid and kind else "no known kind"
    if tags.has("DirectoryRecordSequence"):
        raise FormatError(f"'{path.name}' is a DICOMDIR, a list of files. Expected one of the files that it lists.")
    if not pixels and tags.has("EncryptedAttributesSequence"):
        raise FormatError(f"'{path.name}' is encrypted: its pixels cannot be read. Expected a file in clear.")
    if not pixels:
        raise FormatError(
            f"'{path.name}' holds no pixels (modality '{modality}', {what}), or ends before them. "
            "Expected an ultrasound picture (US)."
        )
    ultrasound = "Ultrasound" in what and "Storage" in what
    if modality not in ULTRASOUND and modality not in CONTAINERS:
        raise FormatError(f"'{path.name}' holds {modality} ({what}). Expected ultrasound (US).")
    if modality in CONTAINERS and not ultrasound:
        return (f"The file calls itself '{modality or 'nothing'}', not ultrasound: whether it is one is not checked.",)
    return ("Intravascular ultrasound: its picture is a ring around the probe.",) if modality == "IVUS" else ()


def refuse_syntax(syntax: str, path: Path) -> None:
    """Raises for transfer syntaxes that are not read.

    Raises:
        FormatError: the syntax, and what to do.
    """
    name = UID(syntax).name
    if syntax.startswith(VIDEO):
        raise FormatError(f"'{path.name}' holds a video stream ({name}). Expected single frames; export it as MP4.")
    if syntax.startswith(HTJ2K):
        raise FormatError(
            f"'{path.name}' has transfer syntax {name}, which is not read. "
            "Expected uncompressed, RLE, JPEG, JPEG-LS or JPEG 2000: convert it."
        )


def header_of(tags: Tags, path: Path) -> Header:
    """Sizes and kinds of samples, checked before memory is asked for.

    Raises:
        FormatError: a size that no picture has, or samples that are not read.
    """
    rows, columns = tags.whole("Rows", 0), tags.whole("Columns", 0)
    frames = tags.whole("NumberOfFrames", 1)
    if not 1 <= rows <= MAX_SIDE or not 1 <= columns <= MAX_SIDE:
        raise FormatError(f"'{path.name}' claims {columns} by {rows} pixels. Expected 1 to {MAX_SIDE} each way.")
    if not 1 <= frames <= MAX_FRAMES:
        raise FormatError(f"'{path.name}' claims {frames} frames. Expected 1 to {MAX_FRAMES:,}.")
    pixel = _pixel_tags(tags, path)
    if pixel.photometric == "YBR_FULL_422" and columns % 2:
        raise FormatError(f"'{path.name}' is YBR_FULL_422 with {columns} columns. Expected an even number.")
    return Header(
        rows=rows, columns=columns, frames=frames, planar=tags.whole("PlanarConfiguration", 0) == 1, pixel=pixel
    )


def _pixel_tags(tags: Tags, path: Path) -> PixelTags:
    samples, bits = tags.whole("SamplesPerPixel", 1), tags.whole("BitsAllocated", 8)
    photometric = tags.text("PhotometricInterpretation").upper() or ("RGB" if samples == 3 else "MONOCHROME2")
    if photometric not in PHOTOMETRIC.get(samples, ()):
        raise FormatError(
            f"'{path.name}' has {samples} sample(s) a pixel of kind '{photometric}'. "
            f"Expected one of {', '.join(PHOTOMETRIC[1])} with 1, or of {', '.join(PHOTOMETRIC[3])} with 3."
        )
    if bits not in (8, 16):
        raise FormatError(f"'{path.name}' has {bits} bits a sample. Expected 8 or 16.")
    stored = tags.whole("BitsStored", bits)
    stored = stored if 1 <= stored <= bits else bits
    high = tags.whole("HighBit", stored - 1)
    center, width = tags.number("WindowCenter"), tags.number("WindowWidth")
    slope, intercept = tags.number("RescaleSlope"), tags.number("RescaleIntercept")
    return PixelTags(
        photometric=photometric,
        samples=samples,
        bits=bits,
        stored=stored,
        high=high if stored - 1 <= high < bits else stored - 1,
        signed=tags.whole("PixelRepresentation", 0) == 1,
        slope=slope or 1.0,
        intercept=intercept or 0.0,
        window=None if center is None or width is None else (center, width),
    )


def maker_of(tags: Tags) -> str:
    """Scanner and probe as the file names them; "" where it does not."""
    maker, model, probe = (tags.text(name) for name in ("Manufacturer", "ManufacturerModelName", "TransducerData"))
    scanner = f"{maker} {model}".strip()
    probe = "" if probe in ("", "UNUSED") else probe
    return ", ".join(part for part in (scanner, probe) if part)
