"""Screens drawn by chance: a field of view full of speckle, and what scanners put around it. The truth is returned."""

from dataclasses import dataclass, field
from math import cos, radians, sin

import cv2
import numpy as np

WORDS = (
    "MI 0.7",
    "TIS 0.2",
    "Nerve",
    "L12-4",
    "FR 37Hz",
    "2D",
    "Gn 60",
    "C 50",
    "P Low",
    "Res",
    "DR 65",
    "F 9.0",
    "THI",
)


@dataclass
class Drawn:
    """A screen and what is true of it: crop box, sector (apex, radii, angles) or corners, and pixel size."""

    pictures: list
    kind: str
    box: tuple
    apex: tuple = (0, 0)
    radii: tuple = (0, 0)
    angles: tuple = (0, 0)
    corners: list = field(default_factory=list)
    pixel_mm: float = 0.0
    style: str = ""


def speckle(rng, shape, depth):
    """Rayleigh speckle with layers, cysts and attenuation, as a scanner compresses it to 8 bits."""
    rows, columns = shape
    grain = rng.uniform(0.8, 2.2)
    parts = [cv2.GaussianBlur(rng.normal(size=shape), (0, 0), grain * 1.6, sigmaY=grain) for _ in range(2)]
    echo = np.hypot(parts[0] / parts[0].std(), parts[1] / parts[1].std())
    y, x = np.mgrid[:rows, :columns]
    level = np.full(shape, rng.uniform(35, 60))
    for _ in range(rng.integers(2, 6)):
        at, thick = rng.uniform(0, rows), rng.uniform(3, 14)
        level += rng.uniform(15, 50) * np.exp(-(((y - at - 0.1 * x * rng.uniform(-1, 1)) / thick) ** 2))
    for _ in range(rng.integers(0, 3)):
        cx, cy, r = rng.uniform(0, columns), rng.uniform(0.1 * rows, rows), rng.uniform(0.03, 0.12) * rows
        level[np.hypot(x - cx, y - cy) < r] *= 0.05
    fade = 1 - rng.uniform(0.1, 0.6) * np.clip(depth, 0, 1)
    return np.clip(level * fade * (0.3 + 0.7 * echo), 0, 255)


def screen(seed):
    """A drawn screen of one of four kinds."""
    rng = np.random.default_rng(seed)
    rows, columns = [(480, 640), (600, 800), (768, 1024), (720, 960), (960, 1280), (1080, 776)][rng.integers(6)]
    kind = ("rectangle", "convex", "phased", "trapezoid")[seed % 4]
    back = int(rng.choice([0, 0, 0, 0, 16, 60]))
    mask, truth = shape_of(rng, kind, rows, columns)
    ys, xs = np.nonzero(mask)
    box = (xs.min(), ys.min(), xs.max() + 1, ys.max() + 1)
    depth = (np.mgrid[:rows, :columns][0] - box[1]) / (box[3] - box[1])
    truth.update(kind=kind, box=box)
    chrome = np.full((rows, columns), back, np.uint8)
    style, pixel_mm = ruler(rng, chrome, box, truth, kind)
    writing(rng, chrome, box)
    tissue = speckle(rng, (rows, columns), depth)
    floor = rng.choice([0.0, 1.0, 3.0])
    pictures = []
    for _ in range(int(rng.choice([1, 1, 4]))):
        moved = np.roll(tissue, rng.integers(-3, 4, 2), axis=(0, 1))
        picture = chrome.astype(np.float64)
        picture[mask] = np.clip(moved[mask] + floor + rng.normal(0, 1, mask.sum()) * (floor > 0), 0, 255)
        over = chrome != back
        picture[over & mask] = chrome[over & mask]
        pictures.append(np.round(picture).astype(np.uint8))
    if rng.random() < 0.5:
        quality = int(rng.integers(70, 96))
        pictures = [
            cv2.imdecode(cv2.imencode(".jpg", p, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_GRAYSCALE)
            for p in pictures
        ]
    if rng.random() < 0.5:
        pictures = [np.repeat(p[..., None], 3, axis=2) for p in pictures]
    return Drawn(pictures=pictures, style=style, pixel_mm=pixel_mm, **truth)


def shape_of(rng, kind, rows, columns):
    """Mask of a field of view that fits the screen, and its numbers."""
    y, x = np.mgrid[:rows, :columns] + 0.5
    high = rng.uniform(0.6, 0.78) * rows
    top = rng.uniform(0.1, 0.9 * (rows - high) / 2 + 0.09 * rows) if rows - high > 0.2 * rows else 0.1 * rows
    top = max(top, 0.07 * rows)
    middle = columns * rng.uniform(0.45, 0.55)
    if kind == "rectangle":
        wide = rng.uniform(0.4, 0.68) * columns
        x0, y0, x1, y1 = (round(v) for v in (middle - wide / 2, top, middle + wide / 2, top + high))
        return (x > x0) & (x < x1) & (y > y0) & (y < y1), {"corners": [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]}
    if kind == "trapezoid":
        wide = rng.uniform(0.3, 0.45) * columns
        slants = rng.uniform(0.12, 0.3, 2)
        corners = [
            (middle - wide / 2, top),
            (middle + wide / 2, top),
            (middle + wide / 2 + slants[0] * high, top + high),
            (middle - wide / 2 - slants[1] * high, top + high),
        ]
        inside = (y > top) & (y < top + high)
        inside &= x > middle - wide / 2 - slants[1] * (y - top)
        inside &= x < middle + wide / 2 + slants[0] * (y - top)
        return inside, {"corners": corners}
    half = radians(rng.uniform(24, 36) if kind == "convex" else rng.uniform(32, 45))
    ratio = rng.uniform(0.15, 0.45) if kind == "convex" else 0.0
    outer = high / (1 - ratio * cos(half))
    outer = min(outer, 0.47 * columns / sin(half))
    apex = (middle, top - ratio * outer * cos(half))
    radius, angle = np.hypot(x - apex[0], y - apex[1]), np.arctan2(x - apex[0], y - apex[1])
    inside = (radius > ratio * outer) & (radius < outer) & (np.abs(angle) < half)
    return inside, {"apex": apex, "radii": (ratio * outer, outer), "angles": (-half, half)}


def ruler(rng, canvas, box, truth, kind):
    """Ticks beside the picture; returns the style, and the pixel size if the style tells it (0 otherwise)."""
    x0, y0, x1, y1 = box
    style = str(rng.choice(["none", "half", "fifth", "tenth", "equal", "numbers", "numbers"]))
    if style == "none":
        return style, 0.0
    start = float(y0)
    if kind in ("convex", "phased"):
        start = truth["apex"][1] + truth["radii"][0]
        depth_cm = float(rng.integers(8, 20))
        if kind == "convex":  # abdominal faces have radii of 40 to 60 mm
            depth_cm = rng.uniform(4, 6.2) * (y1 - start) / truth["radii"][0]
    else:
        depth_cm = (y1 - y0) / (x1 - x0) * rng.uniform(2.6, 5.0)
        if kind == "trapezoid":
            depth_cm = (y1 - y0) / (truth["corners"][1][0] - truth["corners"][0][0]) * rng.uniform(2.6, 5.0)
    cm = (y1 - start) / depth_cm
    step, every = {"half": (0.5, 2), "fifth": (0.2, 5), "tenth": (0.1, 10), "equal": (1, 1), "numbers": (0.5, 2)}[style]
    if kind in ("convex", "phased"):
        step, every = {"half": (0.5, 2), "fifth": (1, 5), "tenth": (1, 10), "equal": (1, 1), "numbers": (1, 5)}[style]
    if step * cm < 5:
        return "none", 0.0
    columns = canvas.shape[1]
    side = 1 if columns - x1 > x0 or rng.random() < 0.5 else -1
    at = min(columns - 12, x1 + int(rng.integers(8, 30))) if side > 0 else max(12, x0 - int(rng.integers(8, 30)))
    bright = int(rng.integers(110, 256))
    dots, thick = rng.random() < 0.4, int(rng.integers(1, 3))
    grow = 0 if style == "equal" else 1
    for number in range(int((y1 - start) / (step * cm)) + 1):
        y = round(start + number * step * cm)
        large = grow and number % every == 0
        if dots:
            cv2.circle(canvas, (at, y), 3 if large else 1, bright, -1)
        else:
            cv2.rectangle(canvas, (at, y), (at + side * (9 if large else 4), y + thick - 1), bright, -1)
        if style == "numbers" and large:
            text = str(round(number * step))
            where = (at + 16 if side > 0 else at - 16 - 11 * len(text), y + 6)
            cv2.putText(canvas, text, where, int(rng.choice([0, 2])), 0.55, bright, 1, cv2.LINE_AA)
    return style, 10 / cm


def writing(rng, canvas, box):
    """Lines of text, a bar of grey, a logo and a title bar, none of them upon the picture."""
    x0, y0, _, y1 = box
    rows, columns = canvas.shape
    size = rng.uniform(0.4, 0.6)
    if rng.random() < 0.7 and x0 > 110:
        for line in range(rng.integers(3, 12)):
            y = int(0.12 * rows + line * rng.uniform(17, 19))
            cv2.putText(canvas, str(rng.choice(WORDS)), (4, y), 0, size, 200, 1, cv2.LINE_AA)
    if rng.random() < 0.7:
        cv2.putText(canvas, "GENERAL HOSPITAL  12-05-2020", (columns // 3, 16), 0, size, 230, 1, cv2.LINE_AA)
    if rng.random() < 0.4 and y0 > 40:
        cv2.rectangle(canvas, (0, 0), (columns, 24), 45, -1)
    if rng.random() < 0.5 and x0 > 60:
        bar = np.linspace(255, 0, 110)[:, None] * np.ones((1, 10))
        canvas[y0 + 30 : y0 + 140, 20:30] = bar[: max(0, min(110, rows - y0 - 30))].astype(np.uint8)
    if rng.random() < 0.5 and y1 < rows - 24:
        cv2.putText(canvas, "Dist 1.43 cm", (12, rows - 8), 0, size, 220, 1, cv2.LINE_AA)
