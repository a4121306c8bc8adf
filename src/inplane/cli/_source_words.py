"""A source described in plain values: what it is, how large, how its scale and orientation are known."""

from typing import Any

from inplane.core import Calibration, Frame, LinearGeometry, Sector
from inplane.stream import FrameSource
from inplane.stream.file_source import FileSource

CALIBRATION_WORDS = {
    Calibration.CALIBRATED: "calibrated",
    Calibration.ESTIMATED: "estimated from the ruler in the picture",
    Calibration.UNCALIBRATED: "not calibrated",
}


def describe(source: FrameSource, frame: Frame | None) -> dict[str, Any]:
    """What is known of a source, with sizes in mm only where a scale is known.

    Args:
        source: an open one.
        frame: one of its frames, for its geometry; None before the first.
    """
    info = source.info
    told: dict[str, Any] = {
        "source": info.name,
        "format": info.format,
        "simulated": info.simulated,
        "live": info.live,
        "calibration": info.calibration.value if frame is None else frame.calibration.value,
        "orientation": info.orientation or ("MF" if info.simulated else "assumed: marker at the left"),
        "probe": info.probe_name,
        "rate_hz": round(info.frame_rate_hz, 3),
        "notes": list(info.notes),
    }
    if told["calibration"] == Calibration.ESTIMATED.value:
        told["scale"] = "estimated"
    if isinstance(source, FileSource):
        box = source.layout
        told["part_px"] = [box.x0, box.y0, box.x1, box.y1]
    return told if frame is None else told | _sizes(frame)


def _sizes(frame: Frame) -> dict[str, Any]:
    geometry = frame.geometry
    told: dict[str, Any] = {
        "columns": geometry.n_lines,
        "rows": geometry.n_samples,
        "geometry": geometry_word(frame),
        "color": frame.rgb is not None or frame.color is not None,
    }
    if frame.calibration.in_mm:
        told |= {
            "width_mm": round(geometry.width_mm, 2),
            "depth_mm": round(geometry.depth_mm, 2),
            "pixel_mm": [round(geometry.line_pitch_mm, 5), round(geometry.sample_pitch_mm, 5)],
        }
    return told


def geometry_word(frame: Frame) -> str:
    """The shape of what a frame shows."""
    if isinstance(frame.geometry, LinearGeometry):
        return "scan lines"
    field = frame.geometry.field
    if field is None:
        return "rectangle"
    return "sector" if isinstance(field, Sector) else "polygon"
