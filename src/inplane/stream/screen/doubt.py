"""What speaks against a picture being ultrasound: color all over, smooth grey, a flat drawing, a round body."""

import cv2
import numpy as np
from numpy.typing import NDArray

from inplane.stream.screen.look import Look
from inplane.stream.screen.marks import Box

TINT = 40
"""Difference of the channels from which a pixel is colored. chosen: tinted grey maps stay below 30."""
COLORED = 0.3
"""Share of colored pixels that ultrasound stays below. chosen: a color box covers a fifth of the pictures met."""
GREY = (40.0, 220.0)
"""Mean brightness at which tissue shows its speckle: neither black nor saturated."""
SMOOTH = 2.5
"""Standard deviation over 7 by 7 pixels below which a place is smooth. chosen: speckle has 4 or more."""
SMOOTH_SHARE = 0.3
"""Share of the grey places that may be smooth. chosen: 0.25 is the most met in ultrasound, enlarged four times."""
SIDE = 400
"""Longer side at which smoothness is judged, so that an enlarged picture is not smooth. chosen: speckle is then 2 to 4
pixels in the pictures met."""
WHITE, WHITE_SHARE = 245, 0.5
"""Level of a page's white, and the share of it that ultrasound stays below."""


def doubt_about(look: Look, part: Box) -> str | None:
    """One sentence on why a part of a picture may not be ultrasound; None where nothing speaks against it."""
    x0, y0, x1, y1 = part
    high = look.high[y0:y1, x0:x1]
    if high.size < 256 or int(high.max()) < GREY[0]:
        return None
    tint = np.asarray(cv2.subtract(high, look.low[y0:y1, x0:x1]))
    if look.pictures == 1 and float((tint > TINT).mean()) > COLORED:
        return "This may not be ultrasound: much of it is colored."
    if float((high >= WHITE).mean()) > WHITE_SHARE:
        return "This may not be ultrasound: most of it is white, as a document is."
    if _smooth(high) > SMOOTH_SHARE:
        return "This may not be ultrasound: much of it is smooth, where ultrasound has speckle."
    return None


def _smooth(grey: NDArray[np.uint8]) -> float:
    """Share of the grey places of a picture that are smooth; 0 where few are grey."""
    shrink = min(1.0, SIDE / max(grey.shape))
    size = (max(1, round(grey.shape[1] * shrink)), max(1, round(grey.shape[0] * shrink)))
    value = np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), dtype=np.float32)
    mean = np.asarray(cv2.blur(value, (7, 7)), dtype=np.float32)
    square = np.asarray(cv2.blur(value * value, (7, 7)), dtype=np.float32)
    medium = (mean > GREY[0]) & (mean < GREY[1])
    if float(medium.mean()) < 0.1:
        return 0.0
    return float(((square - mean * mean)[medium] < SMOOTH**2).mean())
