"""What a PLUS device-set configuration says of pictures: scan conversion, and the calibrated size of a pixel.

A configuration is taken only where it fits the pictures; one that does not is a stale calibration, and said to be.

References:
    PLUS, "Configuration file": ScanConversion, CoordinateDefinitions, VolumeReconstruction (ClipRectangle).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from math import hypot
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError, iterparse

from inplane.core import FieldOfView, FormatError, InputError, RangeError, ResourceError
from inplane.stream.files.frame_fields import number_of
from inplane.stream.files.scan_lines import ScanConversion

MAX_BYTES, MAX_ELEMENTS, MAX_DEPTH = 4 << 20, 100_000, 64
"""Largest configuration. chosen: a hundred times the largest of PLUS's own."""
MAX_CONFIGS = 200
"""Files in a folder that are looked at."""
SHORTEST_NAME = 4
"""Letters that a recording's name needs to be found in a configuration's. chosen: "1" is in every second name."""
AGREE = 0.1
"""Scales that differ by more contradict each other. chosen: the error of a freehand calibration is a few per cent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlusConfig:
    """What a configuration says.

    Args:
        name: of its file.
        conversions: every scan conversion in it.
        image_to_probe_mm: (x, y) size of a pixel by the calibration of the image to the probe; None where it has none.
        clip: (x, y, columns, rows) of the part that a reconstruction would use; None where it has none.
    """

    name: str
    conversions: tuple[ScanConversion, ...]
    image_to_probe_mm: tuple[float, float] | None
    clip: tuple[int, int, int, int] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """What a configuration gives for one recording."""

    pixel_mm: tuple[float, float] | None
    field: FieldOfView | None
    notes: tuple[str, ...]
    probe: str = ""


def read_config(path: Path) -> PlusConfig:
    """What a configuration says.

    Raises:
        FormatError: no PLUS configuration, too large, or with declarations that no configuration needs.
        ResourceError: it may not be read.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ResourceError(f"'{path}' cannot be read: {error.strerror or error}.") from error
    if len(data) > MAX_BYTES:
        raise FormatError(f"'{path.name}' is larger than {MAX_BYTES} bytes. Expected a PLUS configuration.")
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data or b"\0" in data:
        raise FormatError(f"'{path.name}' declares a document type or entities. Expected plain XML in UTF-8.")
    root = _root(data, path.name)
    if root.tag != "PlusConfiguration":
        raise FormatError(f"'{path.name}' begins with <{root.tag[:40]}>. Expected <PlusConfiguration>.")
    try:
        return PlusConfig(
            name=path.name,
            conversions=tuple(_conversion(found) for found in root.iter("ScanConversion")),
            image_to_probe_mm=_image_to_probe(root),
            clip=_clip(root),
        )
    except (InputError, ValueError) as error:
        raise FormatError(f"'{path.name}' cannot be followed: {str(error).rstrip('.')}.") from error


def find_config(recording: Path) -> tuple[PlusConfig | None, tuple[str, ...]]:
    """The configuration that lies beside a recording or in `calibration` there, where there is no doubt which.

    No doubt: its name holds the recording's, or there is no other.
    """
    found: list[Path] = []
    for folder in (recording.parent, recording.parent / "calibration"):
        try:
            found += sorted(path for path in folder.glob("*.xml") if path.is_file())[:MAX_CONFIGS]
        except OSError:
            continue
    stem = recording.name.split(".")[0].lower()
    named = [path for path in found if len(stem) >= SHORTEST_NAME and stem in path.name.lower()]
    chosen = named if len(named) == 1 else found if len(found) == 1 else []
    if not chosen:
        several = f"{len(found)} configurations lie beside the recording; none was taken. Give one with --config."
        return None, ((several,) if found else ())
    try:
        return read_config(chosen[0]), ()
    except (InputError, ResourceError) as error:
        return None, (f"A configuration beside the recording was left out: {error}",)


def scale_of(config: PlusConfig, columns: int, rows: int) -> Scale:
    """The size of a pixel of pictures (MF) of this size, and their field of view, with notes.

    Args:
        config: of the recording.
        columns, rows: of a picture that is scan-converted already.
    """
    fitting = [c for c in config.conversions if (c.columns, c.rows) == (columns, rows)]
    measured = config.image_to_probe_mm if _may_be(config, columns, rows, bool(fitting)) else None
    nominal = {conversion.spacing_mm for conversion in fitting}
    if len(nominal) > 1 or (not nominal and measured is None):
        why = "says several scales for" if nominal else "is not of"
        stale = f"'{config.name}' {why} pictures of {columns} x {rows} pixels: its scale is not used."
        return Scale(pixel_mm=None, field=None, notes=(stale,))
    told = next(iter(nominal), None) or measured
    if told is None:
        return Scale(pixel_mm=None, field=None, notes=())
    if measured and any(abs(a / b - 1) > AGREE for a, b in zip(told, measured, strict=True)):
        apart = f"'{config.name}' contradicts itself: {_words(told)} by its scan conversion, {_words(measured)} by "
        return Scale(pixel_mm=None, field=None, notes=(apart + "its calibration. Its scale is not used.",))
    notes = [f"Scale from '{config.name}': {_words(told)} a pixel."]
    if abs(told[0] / told[1] - 1) > 0.05:
        notes.append(f"By that calibration pixels are not square ({_words(told)}).")
    field = fitting[0].field() if len(fitting) == 1 else None
    probes = {conversion.name for conversion in fitting}
    return Scale(pixel_mm=told, field=field, notes=tuple(notes), probe=probes.pop() if len(probes) == 1 else "")


def _may_be(config: PlusConfig, columns: int, rows: int, fitting: bool) -> bool:
    """Whether the calibration of image to probe can be that of pictures of this size."""
    if fitting or config.clip is None:
        return fitting or not config.conversions
    x, y, wide, high = config.clip
    return x + wide <= columns and y + high <= rows and wide * high >= columns * rows / 4


def _words(size: tuple[float, float]) -> str:
    return f"{size[0]:.4g} x {size[1]:.4g} mm"


def _root(data: bytes, name: str) -> Element:
    """The document's outermost element, within bounds.

    Raises:
        FormatError: not XML, or beyond the bounds.
    """
    depth = count = 0
    root: Element | None = None
    try:
        for event, element in iterparse(BytesIO(data), events=("start", "end")):
            root = element if root is None else root
            depth += 1 if event == "start" else -1
            count += 1
            if depth > MAX_DEPTH or count > 2 * MAX_ELEMENTS:
                raise FormatError(f"'{name}' has too many elements or too deep ones. Expected a PLUS configuration.")
    except (ParseError, LookupError, ValueError) as error:
        raise FormatError(f"'{name}' is not XML: {error}.") from error
    if root is None:
        raise FormatError(f"'{name}' is empty. Expected a PLUS configuration.")
    return root


def _conversion(element: Element) -> ScanConversion:
    """One scan conversion.

    Raises:
        FormatError: a number is missing.
        RangeError: or absurd.
    """
    kind = element.get("TransducerGeometry", "").upper()
    if kind not in ("LINEAR", "CURVILINEAR"):
        raise FormatError(f"TransducerGeometry is {kind!r}. Expected LINEAR or CURVILINEAR")
    columns, rows = _numbers(element, "OutputImageSizePixel", 2)
    x, y = _numbers(element, "TransducerCenterPixel", 2)
    dx, dy = _numbers(element, "OutputImageSpacingMmPerPixel", 2)
    names = (
        ("radius_start_mm", "RadiusStartMm"),
        ("radius_stop_mm", "RadiusStopMm"),
        ("theta_start_deg", "ThetaStartDeg"),
        ("theta_stop_deg", "ThetaStopDeg"),
    )
    flat = (("width_mm", "TransducerWidthMm"), ("depth_mm", "ImagingDepthMm"))
    return ScanConversion(
        curved=kind == "CURVILINEAR",
        columns=int(columns),
        rows=int(rows),
        spacing_mm=(dx, dy),
        center_px=(x, y),
        n_lines=None
        if "NumberOfScanLines" not in element.attrib
        else int(_numbers(element, "NumberOfScanLines", 1)[0]),
        name=element.get("TransducerName", ""),
        **{name: _numbers(element, told, 1)[0] for name, told in (names if kind == "CURVILINEAR" else flat)},
    )


def _image_to_probe(root: Element) -> tuple[float, float] | None:
    """Lengths of the first two columns of the matrix from Image to Probe (or to the Transducer's frame)."""
    for to in ("Probe", "TransducerOriginPixel", "Transducer", "Reference"):
        for element in root.iter("Transform"):
            if (element.get("From"), element.get("To")) != ("Image", to):
                continue
            matrix = _numbers(element, "Matrix", 16)
            x, y = (hypot(matrix[axis], matrix[axis + 4], matrix[axis + 8]) for axis in (0, 1))
            if not (0.001 <= x <= 5 and 0.001 <= y <= 5) or (abs(x - 1) < 1e-6 and abs(y - 1) < 1e-6):
                continue  # a matrix of 1 mm a pixel is one that nobody calibrated
            return x, y
    return None


def _clip(root: Element) -> tuple[int, int, int, int] | None:
    for element in root.iter("VolumeReconstruction"):
        if element.get("ClipRectangleSize") is not None and element.get("ClipRectangleOrigin") is not None:
            x, y = _numbers(element, "ClipRectangleOrigin", 2)
            wide, high = _numbers(element, "ClipRectangleSize", 2)
            return int(x), int(y), int(wide), int(high)
    return None


def _numbers(element: Element, name: str, count: int) -> tuple[float, ...]:
    """So many finite numbers of an attribute.

    Raises:
        RangeError: something else.
    """
    told = element.get(name, "")
    values = [number_of(word) for word in told.split()]
    numbers: Iterable[float] = [value for value in values if value is not None]
    if len(values) != count or None in values:
        raise RangeError(f"{name} is {told[:80]!r}. Expected {count} numbers")
    return tuple(numbers)
