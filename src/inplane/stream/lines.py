"""Frames' signals and controls as lines of JSON, and back; what was not written by us is told apart, not guessed."""

import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from math import isfinite
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
    GreyMap,
    InputError,
    Mode,
    NeedleControl,
    PlungerControl,
    ProbeControl,
    ScannerControl,
    Signals,
    SpectralDoppler,
    TrackedTransform,
    geometry_of,
)
from inplane.stream.source import SourceInfo

Line = Mapping[str, Any]


def frame_line(frame: Frame, control: Control) -> str:
    """One line of JSON: everything about a frame but its pixels."""
    color, spectral = frame.color, frame.spectral
    line = {
        "sequence": frame.sequence,
        "time_s": frame.time_s,
        "calibration": frame.calibration,
        "valid": frame.valid,
        "geometry": asdict(frame.geometry),
        "signals": _signals_line(frame.signals),
        "control": asdict(control),
        "color": None
        if color is None
        else {"first_line": color.first_line, "first_sample": color.first_sample, "nyquist_m_s": color.nyquist_m_s},
    }
    if spectral is not None:
        line["spectral"] = {name: getattr(spectral, name) for name in _SPECTRAL}
    return to_json(line)


_SPECTRAL = ("first_s", "step_s", "nyquist_m_s", "prf_hz")
"""What a line says of spectral Doppler; its spectrum and sound are arrays."""


def frame_arrays(frame: Frame) -> dict[str, NDArray[Any]]:
    """The arrays of a frame, by the names under which `frame_of` reads them."""
    arrays: dict[str, NDArray[Any]] = {"pixels": frame.pixels}
    if frame.color is not None:
        arrays |= {"velocity": frame.color.velocity, "has_flow": frame.color.has_flow}
        if frame.color.power is not None:
            arrays["power"] = frame.color.power
    if frame.spectral is not None:
        arrays |= {"spectrum": frame.spectral.spectrum, "audio": frame.spectral.audio}
    if frame.rgb is not None:
        arrays["rgb"] = frame.rgb
    return arrays


def _signals_line(signals: Signals) -> Line:
    """All that arrived beside the pixels; a matrix that a tracker gave up on may hold what JSON has no number for."""
    line = {item.name: getattr(signals, item.name) for item in fields(signals)}
    transforms = [[t.name, t.valid, [_number(n) for n in t.matrix.ravel().tolist()]] for t in signals.transforms]
    scanner = None if signals.scanner is None else asdict(signals.scanner)
    return line | {"scanner": scanner, "transforms": transforms, "fields": dict(signals.fields)}


def _number(value: float) -> float | str:
    return value if isfinite(value) else str(value)


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
    except (ValueError, RecursionError) as error:
        raise FormatError(f"{where} is not JSON: {error}. Expected one object a line.") from error
    if not isinstance(value, dict):
        raise FormatError(f"{where} holds {type(value).__name__}. Expected an object.")
    return value  # pyright: ignore[reportUnknownVariableType]


def frame_of(line: Line, arrays: Mapping[str, NDArray[Any]]) -> Frame:
    """The frame that a line and its arrays describe; `frame_arrays` names them.

    Raises:
        FormatError: a field is missing, unknown or out of its range.
    """
    try:
        return Frame(
            sequence=_of_type(line, "sequence", int),
            time_s=float(line["time_s"]),
            pixels=arrays["pixels"],
            geometry=geometry_of(line["geometry"]),
            calibration=_calibration(line),
            valid=bool(line.get("valid", True)),
            signals=_signals_of(line["signals"]),
            color=_color_of(line, arrays),
            spectral=_spectral_of(line, arrays),
            rgb=arrays.get("rgb"),
        )
    except (KeyError, TypeError, ValueError, InputError) as error:
        raise FormatError(f"A recorded frame cannot be read: {_told(error)}.") from error


def _color_of(line: Line, arrays: Mapping[str, NDArray[Any]]) -> ColorFlow | None:
    if "velocity" not in arrays:
        return None
    power = arrays.get("power")
    flow = ColorFlow(velocity=arrays["velocity"], has_flow=arrays["has_flow"], power=power, **line["color"])
    first, size = (flow.first_line, flow.first_sample), flow.velocity.shape
    picture = arrays["pixels"].shape[:2]
    fits = len(size) == 2 and all(a >= 0 and a + n <= m for a, n, m in zip(first, size, picture, strict=True))
    if not fits or flow.has_flow.shape != size or (flow.velocity.dtype, flow.has_flow.dtype) != (np.int8, np.bool_):
        raise FormatError(f"Color flow of shape {size} at {first} does not lie within the picture.")
    if power is not None and (power.shape != size or power.dtype != np.uint8):
        raise FormatError(f"Doppler power is {power.shape} of {power.dtype}. Expected {size} of uint8.")
    return flow


def _spectral_of(line: Line, arrays: Mapping[str, NDArray[Any]]) -> SpectralDoppler | None:
    if "spectrum" not in arrays:
        return None
    told = {name: float(line["spectral"][name]) for name in _SPECTRAL}
    return SpectralDoppler(spectrum=arrays["spectrum"], audio=arrays["audio"], **told)


def _of_type(line: Line, name: str, *kinds: type) -> Any:
    """A field's value, which must be of one of these types; true and false are no numbers."""
    value = line[name]
    if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
        raise FormatError(f"Field {name!r} is {value!r}. Expected {' or '.join(kind.__name__ for kind in kinds)}.")
    return value


def _signals_of(line: Line) -> Signals:
    """The signals of a line; older recordings knew no transforms, time stamps, fields and forces."""
    rest = dict(line)
    scanner, aspirated = rest.pop("scanner"), rest.pop("aspirated")
    transforms, named = rest.pop("transforms", ()), rest.pop("fields", {})
    forces = rest.pop("hub_forces", ())
    for name in rest:
        _of_type(rest, name, *((bool,) if name == "injecting" else (int, float)), type(None))
    return Signals(
        scanner=None if scanner is None else _scanner(scanner),
        aspirated=None if aspirated is None else AspirationResult(aspirated),
        transforms=tuple(
            TrackedTransform(
                name=str(name),
                valid=bool(valid),
                matrix=np.array([float(n) for n in numbers], np.float64).reshape(4, 4),
            )
            for name, valid, numbers in transforms
        ),
        fields={str(key): str(value) for key, value in dict(named).items()},
        hub_forces=tuple((float(time_s), float(force_n)) for time_s, force_n in forces),
        **rest,
    )


def _calibration(line: Line) -> Calibration:
    """How the scale was known; recordings of version 1 only said whether it was."""
    if "calibration" in line:
        return Calibration(line["calibration"])
    return Calibration.CALIBRATED if line["calibrated"] else Calibration.UNCALIBRATED


def source_of(line: Line) -> SourceInfo:
    """The source that a manifest tells of.

    Raises:
        FormatError: a field is missing, unknown or not what it should be.
    """
    try:
        rest: dict[str, Any] = dict(line)
        calibration = _calibration(rest)
        rest.pop("calibrated", None)
        notes = tuple(str(note) for note in rest.pop("notes", ()))
        for name, kinds in _SOURCE_FIELDS.items():
            if name in rest or name not in _LATER:
                rest[name] = _of_type(rest, name, *kinds)
        rest |= {"calibration": calibration, "notes": notes}
        return SourceInfo(**rest)
    except (KeyError, TypeError, ValueError, InputError) as error:
        raise FormatError(f"The manifest does not tell the source: {_told(error)}.") from error


_SOURCE_FIELDS: Mapping[str, tuple[type, ...]] = {
    **dict.fromkeys(("name", "probe_name", "format", "orientation"), (str,)),
    **dict.fromkeys(("procedure_id", "side"), (str, type(None))),
    **dict.fromkeys(("n_lines", "n_samples"), (int,)),
    **dict.fromkeys(("seed", "frames"), (int, type(None))),
    **dict.fromkeys(("width_mm", "frame_rate_hz"), (float, int)),
    **dict.fromkeys(("simulated", "live"), (bool,)),
}
_LATER = ("seed", "live", "frames", "format", "orientation")
"""Fields that recordings need not have: they came later, or have a default."""


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
    later = {"grey_map": GreyMap(fields.pop("grey_map"))} if "grey_map" in fields else {}
    later |= {"gate_mm": tuple(fields.pop("gate_mm"))} if "gate_mm" in fields else {}
    return ScannerControl(
        mode=Mode(fields.pop("mode")),
        tgc_db=tuple(fields.pop("tgc_db")),
        color_box_mm=tuple(fields.pop("color_box_mm")),
        **later,
        **fields,
    )


def _told(error: Exception) -> str:
    return f"field {error} is missing" if isinstance(error, KeyError) else str(error).rstrip(".")
