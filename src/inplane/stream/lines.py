"""Frames' signals and controls as lines of JSON, and back; what was not written by us is told apart, not guessed."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inplane.core import (
    AspirationResult,
    Calibration,
    ColorFlow,
    Control,
    FormatError,
    Frame,
    InputError,
    Mode,
    NeedleControl,
    PlungerControl,
    ProbeControl,
    ScannerControl,
    Signals,
    geometry_of,
)

Line = Mapping[str, Any]


def frame_line(frame: Frame, control: Control) -> str:
    """One line of JSON: everything about a frame but its pixels."""
    color = frame.color
    line = {
        "sequence": frame.sequence,
        "time_s": frame.time_s,
        "calibration": frame.calibration,
        "valid": frame.valid,
        "geometry": asdict(frame.geometry),
        "signals": asdict(frame.signals),
        "control": asdict(control),
        "color": None
        if color is None
        else {"first_line": color.first_line, "first_sample": color.first_sample, "nyquist_m_s": color.nyquist_m_s},
    }
    return to_json(line)


def to_json(value: object) -> str:
    """Compact JSON in one line; numbers keep all their digits, and none may be infinite or undefined."""
    return json.dumps(value, separators=(",", ":"), allow_nan=False, default=_plain)


def _plain(value: object) -> object:
    """Numpy's numbers and arrays as JSON knows them.

    Raises:
        TypeError: something else.
    """
    if isinstance(value, np.ndarray | np.generic):
        array: Any = value  # pyright: ignore[reportUnknownVariableType]
        return array.tolist()
    raise TypeError(f"{type(value).__name__} has no place in a recording")


def read_line(text: str, where: str) -> Line:
    """A line of JSON as a mapping.

    Raises:
        FormatError: it is not JSON, or not an object.
    """
    try:
        value = json.loads(text)
    except ValueError as error:
        raise FormatError(f"{where} is not JSON: {error}. Expected one object a line.") from error
    if not isinstance(value, dict):
        raise FormatError(f"{where} holds {type(value).__name__}. Expected an object.")
    return value  # pyright: ignore[reportUnknownVariableType]


def frame_of(line: Line, pixels: NDArray[np.uint8], color: tuple[NDArray[np.int8], NDArray[np.bool_]] | None) -> Frame:
    """The frame that a line and its arrays describe.

    Raises:
        FormatError: a field is missing, unknown or out of its range.
    """
    try:
        signals = dict(line["signals"])
        scanner = signals.pop("scanner")
        aspirated = signals.pop("aspirated")
        flow = line["color"]
        return Frame(
            sequence=line["sequence"],
            time_s=line["time_s"],
            pixels=pixels,
            geometry=geometry_of(line["geometry"]),
            calibration=_calibration(line),
            valid=line.get("valid", True),
            signals=Signals(
                scanner=None if scanner is None else _scanner(scanner),
                aspirated=None if aspirated is None else AspirationResult(aspirated),
                **signals,
            ),
            color=None if color is None else ColorFlow(velocity=color[0], has_flow=color[1], **flow),
        )
    except (KeyError, TypeError, ValueError, InputError) as error:
        raise FormatError(f"A recorded frame cannot be read: {_told(error)}.") from error


def _calibration(line: Line) -> Calibration:
    """How the scale was known; recordings of version 1 only said whether it was."""
    if "calibration" in line:
        return Calibration(line["calibration"])
    return Calibration.CALIBRATED if line["calibrated"] else Calibration.UNCALIBRATED


def control_of(line: Line) -> Control:
    """The control that a line holds.

    Raises:
        FormatError: a field is missing, unknown or out of its range.
    """
    try:
        control = line["control"]
        return Control(
            probe=ProbeControl(**control["probe"]),
            needle=NeedleControl(**control["needle"]),
            plunger=PlungerControl(**control["plunger"]),
            scanner=_scanner(control["scanner"]),
        )
    except (KeyError, TypeError, ValueError, InputError) as error:
        raise FormatError(f"A recorded control cannot be read: {_told(error)}.") from error


def _scanner(line: Line) -> ScannerControl:
    fields = dict(line)
    return ScannerControl(
        mode=Mode(fields.pop("mode")),
        tgc_db=tuple(fields.pop("tgc_db")),
        color_box_mm=tuple(fields.pop("color_box_mm")),
        **fields,
    )


def _told(error: Exception) -> str:
    return f"field {error} is missing" if isinstance(error, KeyError) else str(error).rstrip(".")
