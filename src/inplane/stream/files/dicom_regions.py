"""What a DICOM file says of the scale of its picture: its ultrasound regions, or a spacing; and what is believed.

Codes: DICOM PS3.3 C.8.5.5, US Region Calibration Module.
"""

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from inplane.stream.files.dicom_tags import Tags
from inplane.stream.files.media import Region

Kind: TypeAlias = Literal["tissue", "color", "spectral", "m-mode", "other"]

MIN_PIXEL_MM, MAX_PIXEL_MM = 0.005, 2.0
"""Sizes of a pixel that are believed. chosen: a 50 MHz probe on a large screen, and a thumbnail of a deep abdomen."""
OVERHANG_PIXELS = 1
"""How far a region may reach beyond the picture. chosen: some scanners give the first column that is not in it."""
MAX_REGIONS = 64
"""Regions that are looked at. chosen: real files have fewer than ten."""
CM = 3
"""PhysicalUnits code of centimetres (PS3.3 C.8.5.5.1.15)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """What is believed of a file's scale.

    Args:
        regions: within the picture, the best tissue region first.
        pixel_mm: (x, y) of a pixel of the whole picture where a spacing tells it and no region does.
        notes: what was odd.
    """

    regions: tuple[Region, ...] = ()
    pixel_mm: tuple[float, float] | None = None
    notes: tuple[str, ...] = ()


def scale_of(tags: Tags, rows: int, columns: int) -> Scale:
    """Regions and spacing of a picture of that size, as far as they can be believed."""
    items = tags.items("SequenceOfUltrasoundRegions")[:MAX_REGIONS]
    notes: list[str] = []
    boxes = [(item, box) for item in items if (box := _box(item)) is not None]
    if len(boxes) < len(items):
        notes.append(f"{len(items) - len(boxes)} ultrasound region(s) without extent are left out.")
    outside = [box for _, box in boxes if not _within(box, rows, columns)]
    if outside:
        x0, y0, x1, y1 = outside[0]
        notes.append(
            f"Calibration is stale: a region spans columns {x0} to {x1 - 1} and rows {y0} to {y1 - 1}, outside this "
            f"picture of {columns} by {rows}; none of its regions is believed."
        )
        return Scale(notes=tuple(notes))
    regions: list[Region] = []
    for item, box in boxes:
        region = _region(item, box, (rows, columns), notes)
        if region not in regions:
            regions.append(region)
    regions.sort(key=_rank)
    if _side_by_side(regions):
        notes.append("Two pictures side by side; the first one is used.")
    if any(r.pixel_x_mm is not None and r.pixel_y_mm is not None for r in regions):
        return Scale(regions=tuple(regions), notes=tuple(dict.fromkeys(notes)))
    spacing = _spacing(tags, notes)
    ratio = tags.numbers("PixelAspectRatio")
    if spacing is None and len(ratio) == 2 and ratio[0] != ratio[1]:
        notes.append(f"Pixels are not square ({ratio[0]:g} high to {ratio[1]:g} wide): shown as they are stored.")
    return Scale(regions=tuple(regions), pixel_mm=spacing, notes=tuple(dict.fromkeys(notes)))


def _box(item: Tags) -> tuple[int, int, int, int] | None:
    """x0, y0, x1, y1, the last not included; the file's corners are included (PS3.3 C.8.5.5.1.4)."""
    names = ("RegionLocationMinX0", "RegionLocationMinY0", "RegionLocationMaxX1", "RegionLocationMaxY1")
    corners = [item.number(name) for name in names]
    found = [int(c) for c in corners if c is not None]
    if len(found) < 4 or found[2] <= found[0] or found[3] <= found[1]:
        return None
    return found[0], found[1], found[2] + 1, found[3] + 1


def _within(box: tuple[int, int, int, int], rows: int, columns: int) -> bool:
    x0, y0, x1, y1 = box
    return 0 <= x0 < columns and 0 <= y0 < rows and x1 <= columns + OVERHANG_PIXELS and y1 <= rows + OVERHANG_PIXELS


def _region(item: Tags, box: tuple[int, int, int, int], size: tuple[int, int], notes: list[str]) -> Region:
    x0, y0, x1, y1 = box
    rows, columns = size
    kind = _kind(item.whole("RegionDataType", 0), item.whole("RegionSpatialFormat", 0))
    region = Region(x0=x0, y0=y0, x1=min(x1, columns), y1=min(y1, rows), kind=kind)
    return replace(
        region,
        pixel_x_mm=_pixel_mm(item, "X", kind, notes),
        pixel_y_mm=_pixel_mm(item, "Y", kind, notes),
    )


def _kind(data: int, spatial: int) -> Kind:
    """What a region shows, from RegionDataType (PS3.3 C.8.5.5.1.2) and RegionSpatialFormat (C.8.5.5.1.1).

    Two dimensions of unsaid data are tissue.
    """
    if spatial == 2:
        return "m-mode"
    if spatial == 3 or data in (3, 4):
        return "spectral"
    if spatial in (0, 1) and data == 2:
        return "color"
    if (spatial, data) in ((0, 1), (1, 1), (1, 0)):
        return "tissue"
    return "other"


def _pixel_mm(item: Tags, axis: str, kind: Kind, notes: list[str]) -> float | None:
    """Size of a pixel along an axis, positive; None where the region has none that can be believed."""
    delta_cm = item.number(f"PhysicalDelta{axis}")
    units = item.whole(f"PhysicalUnits{axis}Direction", 0)
    picture = kind in ("tissue", "color")
    if delta_cm is None or delta_cm == 0 or units != CM:
        if picture:
            notes.append(f"A {kind} region has no length per pixel in {axis.lower()}.")
        return None
    size_mm = abs(delta_cm) * 10
    if not MIN_PIXEL_MM <= size_mm <= MAX_PIXEL_MM:
        if picture:
            notes.append(f"A {kind} region claims pixels of {size_mm:.3g} mm, which is not believed.")
        return None
    if delta_cm < 0 and picture:
        notes.append(f"A {kind} region has a negative pixel size in {axis.lower()}; its sign is not used.")
    return size_mm


def _rank(region: Region) -> tuple[bool, int, int, int]:
    """Pictures with a scale first, tissue before color, large before small, left before right."""
    scaled = region.pixel_x_mm is not None and region.pixel_y_mm is not None
    order: dict[Kind, int] = {"tissue": 0, "color": 1, "m-mode": 2, "spectral": 3, "other": 4}
    area = (region.x1 - region.x0) * (region.y1 - region.y0)
    kind = order[region.kind]
    return (not scaled or kind > 1, kind, -area, region.x0)


def _side_by_side(regions: list[Region]) -> bool:
    pictures = [r for r in regions if r.kind in ("tissue", "color")]
    return any(
        a is not b and (a.x1 <= b.x0 or a.y1 <= b.y0) and 0.5 < (a.x1 - a.x0) / (b.x1 - b.x0) < 2
        for a in pictures
        for b in pictures
    )


def _spacing(tags: Tags, notes: list[str]) -> tuple[float, float] | None:
    """(x, y) mm from a spacing tag; DICOM gives the distance of rows first (PS3.3 10.7.1.3)."""
    for name in ("PixelSpacing", "NominalScannedPixelSpacing", "ImagerPixelSpacing"):
        found = tags.numbers(name)
        if len(found) < 2:
            continue
        y_mm, x_mm = found[:2]
        if x_mm == y_mm == 1:
            notes.append(f"{name} is 1 by 1 mm, the value of a file that does not know: not believed.")
        elif not all(MIN_PIXEL_MM <= size <= MAX_PIXEL_MM for size in (x_mm, y_mm)):
            notes.append(f"{name} claims pixels of {x_mm:.3g} by {y_mm:.3g} mm, which is not believed.")
        else:
            notes.append(f"Scale is from {name}: the file has no calibrated ultrasound region.")
            return x_mm, y_mm
    return None
