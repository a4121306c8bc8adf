"""Brightness of echo lines that were recorded before a scanner made a picture of them (RF and IQ data).

The envelope is the size of the analytic signal, its logarithm is shown over a fixed range. Lines keep their order and
their direction; samples are thinned out to what a screen can show.

References:
    R. S. C. Cobbold, Foundations of Biomedical Ultrasound (2007), chapter 8: envelope by the Hilbert transform, log
    compression. IGSIO `US_IMAGE_TYPE`: RF_REAL (samples), RF_IQ_LINE (I and Q in turn), RF_I_LINE_Q_LINE (a line of I,
    then one of Q).
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from inplane.core import FormatError

RANGE_DB = 60.0
"""Shown dynamic range. chosen: a usual setting of scanners for muscle and nerve."""
TOP = 0.999
"""Share of the first picture's samples that are below white. chosen: single specular echoes may saturate."""
MOST_SAMPLES = 1024
"""Samples of a line that are kept. chosen: 60 mm at 0.06 mm, finer than a pulse."""
TYPES = ("RF_REAL", "RF_IQ_LINE", "RF_I_LINE_Q_LINE")


def envelope(lines: NDArray[Any], image_type: str) -> NDArray[np.float64]:
    """(lines, samples) size of the echoes, never negative, thinned out to at most MOST_SAMPLES a line.

    Args:
        lines: (lines, samples) as recorded; with RF_I_LINE_Q_LINE twice as many lines, with RF_IQ_LINE twice as many
            samples.
        image_type: one of TYPES.

    Raises:
        FormatError: another type, or half a pair.
    """
    values = np.nan_to_num(lines.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    if image_type == "RF_REAL":
        size = np.abs(_analytic(values - values.mean(axis=1, keepdims=True)))
    elif image_type == "RF_IQ_LINE" and values.shape[1] % 2 == 0:
        size = np.hypot(values[:, 0::2], values[:, 1::2])
    elif image_type == "RF_I_LINE_Q_LINE" and values.shape[0] % 2 == 0:
        size = np.hypot(values[0::2], values[1::2])
    else:
        raise FormatError(
            f"RF data of type {image_type!r} and shape {lines.shape}. Expected {', '.join(TYPES)}, in pairs."
        )
    return thinned(size)


def _analytic(values: NDArray[np.float64]) -> NDArray[np.complex128]:
    """The signal without its negative frequencies, (lines, samples); its size is the envelope."""
    n = values.shape[1]
    weight = np.zeros(n)
    weight[0] = 1
    weight[1 : (n + 1) // 2] = 2
    weight[n // 2] = 1 if n % 2 == 0 else weight[n // 2]
    return np.fft.ifft(np.fft.fft(values, axis=1) * weight, axis=1)


def thinned(lines: NDArray[np.float64]) -> NDArray[np.float64]:
    """(lines, samples) with neighbouring samples averaged until at most MOST_SAMPLES are left."""
    step = -(-lines.shape[1] // MOST_SAMPLES)
    kept = lines.shape[1] // step
    return lines[:, : kept * step].reshape(len(lines), kept, step).mean(axis=2)


class LogBrightness:
    """Envelopes as grey values: white at the first picture's strong echoes, black RANGE_DB below.

    Args:
        first: (lines, samples) envelope of the first picture.
    """

    def __init__(self, first: NDArray[np.float64]) -> None:
        self.top = max(float(np.quantile(first, TOP)), float(np.finfo(np.float64).tiny) * 1e6)

    def __call__(self, size: NDArray[np.float64]) -> NDArray[np.uint8]:
        with np.errstate(divide="ignore"):
            level_db = 20 * np.log10(size / self.top)
        return np.rint(np.clip(1 + level_db / RANGE_DB, 0, 1) * 255).astype(np.uint8)
