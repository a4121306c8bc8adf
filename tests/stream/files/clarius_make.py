"""Small Clarius raw files, made for a test."""

import struct
from pathlib import Path

import numpy as np


def parameters(n_lines: int, n_samples: int, **more: str) -> str:
    """Text of a parameter file as the scanner writes it; more entries by name, `_` for a space, "" leaves one out."""
    values = {
        "frames": "2",
        "frame rate": "18 Hz",
        "transmit frequency": "10 MHz",
        "imaging depth": "30 mm",
        "tgc": "{ 0.00mm, 23.00dB }{ 30.00mm, 26.00dB }",
        "size": f"{{samples per line: {n_samples}, number of lines: {n_lines}, sample size: 1 bytes}}",
        "type": "B pre-scan",
        "compression": "none",
        "sampling rate": "15 MHz",
        "delay samples": "15.5",
        **{name.replace("_", " "): value for name, value in more.items() if name != "lines"},
    }
    top = "".join(f"{name}: {value}\n" for name, value in values.items() if value)
    lines = more.get("lines") or each_line([(float(i), 0.0) for i in range(n_lines)])
    return f"# raw data parameters\n\n{top}lines:\n{lines}"


def each_line(places: list[tuple[float, float]]) -> str:
    """Entries of (element, angle) of each line."""
    return "".join(f"  - {{rx element: {e}, tx element: {e}, angle: {a} °}}\n" for e, a in places)


def save(folder: Path, data: np.ndarray, text: str, *, name: str = "scan_env", times_ns: tuple[int, ...] = ()) -> Path:
    """Writes (frames, lines, bytes a line) of uint8 and its parameters; the path of the raw file.

    The bytes a sample are told from the kind in the text.
    """
    size = 4 if "type: IQ" in text else 2 if "type: RF" in text else 1
    frames, n_lines, row = data.shape
    times = times_ns or tuple(1_000_000_000 + 50_000_000 * i for i in range(frames))
    body = b"".join(struct.pack("<q", t) + frame.tobytes() for t, frame in zip(times, data, strict=True))
    raw = folder / f"{name}.raw"
    raw.write_bytes(struct.pack("<5i", 1, frames, n_lines, row // size, size) + body)
    (folder / f"{name}.yml").write_text(text, encoding="utf-8")
    return raw
