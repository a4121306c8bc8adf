"""The parameter file beside Clarius raw data. It looks like YAML and is not quite, so it is read line by line.

Format: README.md and sample data of github.com/clariusdev/raw (BSD-3-Clause).
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from inplane.core import FormatError, InputError

Kind: TypeAlias = Literal["envelope", "IQ", "RF"]

MARK = b"raw data parameters"
"""In the first line of every parameter file."""
MAX_BYTES = 4 << 20
"""Of a parameter file. chosen: 70 KB is usual, for 1248 lines."""
MIN_SAMPLING_HZ, MAX_SAMPLING_HZ = 1e5, 1e9
"""Of samples. chosen: these scanners digitize at 60 MHz and less."""
MAX_DELAY_SAMPLES = 16384.0
"""Before the first sample. chosen: as many as a line may have."""
MAX_PITCH_MM, MAX_RADIUS_MM = 1.0, 200.0
"""Of a probe. chosen: more than any has; a larger number has lost its unit."""
UNITS = {"m": 1e3, "cm": 10.0, "mm": 1.0, "um": 1e-3, "μm": 1e-3, "µm": 1e-3, "": 1.0}
"""To millimetres."""
NUMBER = r"[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """What is used of a parameter file.

    Args:
        kind: of the samples.
        rate_hz: frames a second; None where unsaid.
        depth_mm: imaging depth; None where unsaid.
        sampling_freq_hz: of a line's samples.
        delay_samples: from transmission to the first sample.
        elements: of each line, in receive elements from the first one; may be empty.
        angles_deg: of each line, from straight down, positive towards higher elements.
        pitch_mm: between elements; None where unsaid.
        radius_mm: of the probe's face; 0 for a flat one, None where unsaid.
        roi: first line, last line, first sample, last sample of the picture; None where unsaid.
        probe: its name; "" where unsaid.
        compressed: whether the samples are, by themselves.
    """

    kind: Kind
    rate_hz: float | None
    depth_mm: float | None
    sampling_freq_hz: float
    delay_samples: float
    elements: tuple[float, ...]
    angles_deg: tuple[float, ...]
    pitch_mm: float | None
    radius_mm: float | None
    roi: tuple[int, int, int, int] | None
    probe: str
    compressed: bool


def read_params(path: Path) -> Params:
    """What a parameter file says.

    Args:
        path: of the .yml file.

    Raises:
        FormatError: it is not one, or lacks what a picture needs.
        InputError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise InputError(f"'{path}' cannot be opened: {error.strerror}. Expected Clarius parameters.") from error
    if len(data) > MAX_BYTES or MARK not in data[:256]:
        raise FormatError(f"'{path.name}' does not begin as Clarius parameters. Expected '# {MARK.decode()}'.")
    text = data.decode("utf-8", errors="replace")
    top = dict(re.findall(r"^([a-z][a-z ]*): *(.*?)\s*$", text, flags=re.MULTILINE))
    lines = re.findall(rf"rx element: *({NUMBER}).*?angle: *({NUMBER})", text)
    sampling_hz = _quantity(top.get("sampling rate", ""), {"hz": 1.0, "khz": 1e3, "mhz": 1e6})
    if sampling_hz is None or not MIN_SAMPLING_HZ <= sampling_hz <= MAX_SAMPLING_HZ:
        raise FormatError(f"'{path.name}' names no sampling rate that can be. Expected one, such as '15 MHz'.")
    delay_samples = _quantity(top.get("delay samples", ""), {"": 1.0}) or 0.0
    probe = top.get("probe", "")
    named = re.search(r"(?:id|type|name|model): *([\w .-]{1,40})", probe)
    return Params(
        kind=_kind(top.get("type", ""), path),
        rate_hz=_quantity(top.get("frame rate", ""), {"hz": 1.0}),
        depth_mm=_quantity(top.get("imaging depth", ""), UNITS),
        sampling_freq_hz=sampling_hz,
        delay_samples=delay_samples if 0 <= delay_samples <= MAX_DELAY_SAMPLES else 0.0,
        elements=tuple(float(element) for element, _ in lines),
        angles_deg=tuple(float(angle) for _, angle in lines),
        pitch_mm=_of_probe(text, "pitch", MAX_PITCH_MM) or None,
        radius_mm=_of_probe(text, "radius", MAX_RADIUS_MM),
        roi=_roi(top.get("roi", "")),
        probe=named.group(1).strip() if named else "",
        compressed=top.get("compression", "none") not in ("none", ""),
    )


def _kind(name: str, path: Path) -> Kind:
    word = name.lower()
    if word.startswith(("b ", "env")) or word == "b":
        return "envelope"
    if word.startswith("iq"):
        return "IQ"
    if word.startswith("rf"):
        return "RF"
    raise FormatError(f"'{path.name}' describes data of type '{name[:40]}'. Expected 'B pre-scan', 'IQ' or 'RF'.")


def _quantity(text: str, units: dict[str, float]) -> float | None:
    found = re.match(rf"({NUMBER}) *([a-zA-Zµμ]*)", text)
    if found is None:
        return None
    factor = units.get(found.group(2).lower(), units.get(found.group(2)))
    return None if factor is None else float(found.group(1)) * factor


def _of_probe(text: str, name: str, most_mm: float) -> float | None:
    """A length of the probe, on a line of its own or within its braces; None where it is missing or absurd."""
    found = re.search(
        rf"^[ {{]*(?:probe: *{{[^}}\n]*?)?(?:element |probe )?{name}: *({NUMBER} *[a-zA-Zµμ]*)", text, re.MULTILINE
    )
    value = None if found is None else _quantity(found.group(1), UNITS)
    return value if value is not None and 0 <= value <= most_mm else None


def _roi(text: str) -> tuple[int, int, int, int] | None:
    names = ("start line", "end line", "start sample", "end sample")
    found = [re.search(rf"{name}: *(\d+)", text) for name in names]
    numbers = [int(match.group(1)) for match in found if match is not None]
    return (numbers[0], numbers[1], numbers[2], numbers[3]) if len(numbers) == 4 else None
