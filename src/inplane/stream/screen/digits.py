"""Numbers beside a ruler, compared with those that could stand there. No text is read: only a few are possible."""

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

GLYPH_ROWS, GLYPH_COLUMNS = 20, 16
"""Size at which digits are compared. chosen: screens show them 7 to 30 pixels high."""
FONTS = (
    (cv2.FONT_HERSHEY_SIMPLEX, 2),
    (cv2.FONT_HERSHEY_SIMPLEX, 4),
    (cv2.FONT_HERSHEY_SIMPLEX, 6),
    (cv2.FONT_HERSHEY_DUPLEX, 3),
    (cv2.FONT_HERSHEY_PLAIN, 3),
    (cv2.FONT_HERSHEY_COMPLEX, 3),
)
"""OpenCV's stroke fonts, with the width of the pen at a height of about 40 pixels: thin to bold, with serifs too. A
printed font is drawn besides: the sans serif that comes with Pillow, in three weights."""


def likeness(patch: NDArray[np.uint8]) -> NDArray[np.float64]:
    """(10,) how much a cut-out character looks like each digit: correlation, -1 to 1.

    Args:
        patch: (rows, columns) of one character, bright upon 0.
    """
    vector = _vector(patch)
    return np.asarray((_templates() @ vector).reshape(-1, 10).max(axis=0), dtype=np.float64)


@cache
def _templates() -> NDArray[np.float64]:
    """(fonts * 10, pixels) digits as the fonts draw them, each of mean 0 and length 1."""
    canvases: list[NDArray[np.uint8]] = []
    for font, thickness in FONTS:
        scale = 40 / max(1, cv2.getTextSize("8", font, 1.0, 1)[0][1])
        for digit in range(10):
            canvas = np.zeros((90, 90), dtype=np.uint8)
            cv2.putText(canvas, str(digit), (20, 65), font, scale, (255,), thickness, cv2.LINE_AA)
            canvases.append(canvas)
    printed = ImageFont.load_default(56)
    for pen in (0, 1, 2):
        for digit in range(10):
            page = Image.new("L", (90, 90))
            ImageDraw.Draw(page).text((20, 10), str(digit), fill=255, font=printed, stroke_width=pen)
            canvases.append(np.asarray(page, dtype=np.uint8))
    return np.array([_vector(_cut(canvas)) for canvas in canvases])


def _cut(canvas: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """What is drawn, without margins."""
    ys, xs = np.nonzero(canvas > 60)
    return np.ascontiguousarray(canvas[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1])


def _vector(patch: NDArray[np.uint8]) -> NDArray[np.float64]:
    """A character in a box of fixed size, its shape kept, as a vector of mean 0 and length 1."""
    rows, columns = patch.shape
    wide = min(GLYPH_COLUMNS, max(2, round(columns * GLYPH_ROWS / rows)))
    method = cv2.INTER_AREA if rows > GLYPH_ROWS else cv2.INTER_LINEAR
    scaled = np.asarray(cv2.resize(patch, (wide, GLYPH_ROWS), interpolation=method), dtype=np.float64)
    box = np.zeros((GLYPH_ROWS, GLYPH_COLUMNS))
    start = (GLYPH_COLUMNS - wide) // 2
    box[:, start : start + wide] = scaled / max(1.0, float(scaled.max()))
    soft = np.asarray(cv2.GaussianBlur(box, (3, 3), 0.8), dtype=np.float64).ravel()
    soft = soft - soft.mean()
    return soft / max(1e-9, float(np.linalg.norm(soft)))
