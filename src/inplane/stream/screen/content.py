"""Which part of a screen is ultrasound: what is not background, is textured as speckle is, and is large.

A screen is peeled: the level that lies around (black, a grey panel, a white page) is taken off, the largest textured
piece is kept, and what lies around that is looked at again.
"""

from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from inplane.stream.screen.look import Look

RING = 0.02
"""Width of the ring in which background is looked for, as a share of the region. chosen: margins are wider."""
FLAT_SHARE = 0.12
"""The same for its pixels whose neighbors hold that level too. chosen: half of it; a narrow ring is mostly edge."""
WIDE_RING = 0.12
"""Width of the ring in which writing tells how lossy a picture is. chosen: most writing stands there."""
RING_SHARE = 0.25
"""Share of the ring that one level must hold to be background. chosen: a picture cropped on two sides still has it."""
BAND_SHARE = 0.04
"""Share of the ring that a flat band of another level holds, such as a title bar. chosen: a tenth of one side."""
NEW_BAND = 6
"""Grey levels by which a band differs from the background. chosen: above a scanner's black pedestal."""
WHITE = 250
"""Darkest channel of what may be saturated tissue and is no band."""
SAME_EDGE = 0.06
"""Share of the width by which the edges of pieces of one picture may differ. chosen: edges of tissue fade."""
LEAST_SPECKLE = 0.02
"""Share of a picture without background that must be textured. chosen: less is a drawing or nothing at all."""
NEW_LEVEL = 12
"""Grey levels by which a second background must differ from the first. chosen: above a scanner's black pedestal."""
MAX_NOISE = 12
"""Grey levels by which lossy compression may move a background pixel. chosen: measured 2 to 6 in H.264 screens."""
PANEL_SHARE = 0.005
"""Share of a region that an enclosed piece of a panel has. chosen: above what tissue holds of one exact grey."""
PEDESTAL = 0.75
"""Share that one level has of all that are close to the background but not it, where it is a level of its own."""
WRITTEN = 100
"""Grey levels above the background of what is writing. chosen: screens write to be read."""
UNCHANGED = 0.98
"""Share of a piece that a further background leaves when it is none."""
MAX_PEELS = 3
"""chosen: page, window, panel."""
DENSITY = 0.35
"""Share of pixels that must not be background for a place to count as content. chosen: above text, below speckle."""
MIN_SHARE = 0.02
"""Least share of a region that a piece must have. chosen: a seventh of each side; less is a thumbnail or a logo."""


Box: TypeAlias = tuple[int, int, int, int]
Level: TypeAlias = tuple[int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Content:
    """The part of the screen that is ultrasound.

    Args:
        mask: (rows, columns) bool, the piece without holes; small things around it are gone.
        raw: (rows, columns) bool, pixels that are not background, within the region that was looked at last.
        box: (x0, y0, x1, y1) of that region: what cuts the piece off.
        noise: grey levels by which the background varies.
        peeled: how many backgrounds were taken off; 0: nothing surrounds the picture.
        speckle: share of the piece that is textured.
    """

    mask: NDArray[np.bool_]
    raw: NDArray[np.bool_]
    box: Box
    noise: int
    peeled: int
    speckle: float


def find_content(look: Look, box: Box | None = None, *, lossy: bool = True) -> Content | None:
    """The ultrasound in a region of the screen, the whole of it by default; None where nothing is textured.

    Args:
        look: the pictures.
        box: (x0, y0, x1, y1) of the region.
        lossy: whether what a codec leaves around writing counts as background; dark tissue may look the same.
    """
    rows, columns = look.high.shape
    region = box or (0, 0, columns, rows)
    found: Content | None = None
    known: list[Level] = []
    for peel in range(MAX_PEELS):
        levels = _backgrounds(look, region, upper_only=peel > 0, lossy=lossy)
        if not levels:
            break
        # a pedestal within tissue is no background; but in a page that is not black, a window's own black may be only
        # part of what lies around, and a panel that fills its region may stand on nearly the same black
        page = bool(known) and known[0][0] >= NEW_LEVEL
        new = any(
            all(_apart(level, other) >= NEW_LEVEL for other in known) for level in (levels if page else levels[:1])
        )
        if found is not None and not new and not (page and _fills(found)):
            break
        piece = _peel(look, region, levels, peel + 1, everywhere=peel == 0 or page)
        if piece is None or (found is not None and piece.mask.sum() > UNCHANGED * found.mask.sum()):
            break
        found, known = piece, [*known, *levels]
        region = bounds(piece.mask)
    return found or _whole(look, region)


def _fills(content: Content) -> bool:
    """Whether a piece goes to three borders of its region, as a panel or a band does, and a picture does not."""
    found, box = bounds(content.mask), content.box
    return sum(abs(side - limit) <= 2 for side, limit in zip(found, box, strict=True)) >= 3


def _apart(first: Level, second: Level) -> int:
    return max(abs(first[0] - second[0]), abs(first[1] - second[1]))


def _whole(look: Look, region: Box) -> Content | None:
    """The region as one piece: nothing surrounds it."""
    x0, y0, x1, y1 = region
    mask = np.zeros(look.high.shape, dtype=bool)
    mask[y0:y1, x0:x1] = True
    speckle = float(_texture(look.high, 0)[y0:y1, x0:x1].mean())
    if speckle < LEAST_SPECKLE:
        return None
    return Content(mask=mask, raw=mask, box=region, noise=0, peeled=0, speckle=speckle)


def _backgrounds(look: Look, region: Box, *, upper_only: bool, lossy: bool) -> list[Level]:
    """(high, low, noise) of the level that lies in the outer ring of a region, then of flat bands there.

    Empty where no one level holds the ring. Below, tissue is often as black as the screen, so that a region which is
    a picture already is asked about its upper half only.
    """
    x0, y0, x1, y1 = region
    high, low = look.high[y0:y1, x0:x1], look.low[y0:y1, x0:x1]
    ring = _ring(high.shape, upper_only=upper_only)
    pairs = (high[ring].astype(np.int32) << 8) | low[ring]
    counts = np.bincount(pairs, minlength=65536)
    most = int(counts.argmax())
    wide = _ring(high.shape, upper_only=upper_only, share=WIDE_RING)
    noise = _noise(_off(high, low, (most >> 8, most & 255)), wide, lossy=lossy)
    levels: list[Level] = [(most >> 8, most & 255, noise)]
    near = np.asarray(_off(high, low, levels[0]) <= noise, dtype=np.uint8)
    flat = np.asarray(cv2.erode(near, np.ones((3, 3), np.uint8)), dtype=np.uint8)  # speckle passes through every level
    if float(near[ring].mean()) < RING_SHARE or float(flat[ring].mean()) < FLAT_SHARE:
        return []
    for pair in np.flatnonzero(counts >= BAND_SHARE * pairs.size):
        level = (int(pair) >> 8, int(pair) & 255, min(2 * noise, MAX_NOISE))
        if level[1] < WHITE and all(_apart(level, other) >= NEW_BAND for other in levels):
            levels.append(level)
    return levels


def _ring(shape: tuple[int, ...], *, upper_only: bool, share: float = RING) -> NDArray[np.bool_]:
    rows, columns = shape[:2]
    thick_y, thick_x = max(2, round(share * rows)), max(2, round(share * columns))
    ring = np.zeros((rows, columns), dtype=bool)
    half = rows // 2 if upper_only else rows
    ring[:thick_y] = True
    ring[:half, :thick_x] = ring[:half, -thick_x:] = True
    if not upper_only:
        ring[-thick_y:] = True
    return ring


def _off(high: NDArray[np.uint8], low: NDArray[np.uint8], level: tuple[int, ...]) -> NDArray[np.uint8]:
    """Grey levels by which each pixel is off a level."""
    away = np.maximum(cv2.absdiff(high, np.full_like(high, level[0])), cv2.absdiff(low, np.full_like(low, level[1])))
    return np.asarray(away, dtype=np.uint8)


def _noise(off: NDArray[np.uint8], ring: NDArray[np.bool_], *, lossy: bool) -> int:
    """Grey levels by which a background varies: of itself, and beside sharp writing where a codec is lossy.

    Codecs work in blocks of 8 or 4. In a lossless picture what surrounds a letter is the background to the last level;
    only its smoothed edges lie between, and those are spread over all levels.
    """
    rows, columns = (side // 8 * 8 for side in off.shape)
    blocks = off[:rows, :columns].reshape(rows // 8, 8, columns // 8, 8)
    inside = ring[:rows, :columns].reshape(rows // 8, 8, columns // 8, 8).any(axis=(1, 3))
    pixels = blocks.transpose(0, 2, 1, 3)[inside].reshape(-1, 64)
    if pixels.size == 0:
        return 0
    worst, least = pixels.max(axis=1), pixels.min(axis=1)
    calm = worst[(worst <= MAX_NOISE) & (least == 0)]
    own = int(np.quantile(calm, 0.5)) if calm.size else 0
    written = pixels[(worst >= WRITTEN) & (least <= 2)]
    near = written[written <= MAX_NOISE]
    others = near[near > 0]
    if not lossy or len(near) < 64 or len(others) < 0.3 * len(near):
        return own
    if np.bincount(others).max() > PEDESTAL * len(others):
        return own  # one other level: the pedestal of a lossless picture, which is no noise
    return max(own, int(np.quantile(near, 0.9)) + 1)


def _peel(look: Look, region: Box, levels: list[Level], peeled: int, *, everywhere: bool) -> Content | None:
    """The best piece in a region once its backgrounds are taken off; None where nothing of size is left."""
    x0, y0, x1, y1 = region
    high, low = look.high[y0:y1, x0:x1], look.low[y0:y1, x0:x1]
    empty = np.zeros(high.shape, dtype=bool)
    for level in levels:
        here = np.asarray(_off(high, low, level) <= level[2], dtype=np.uint8)
        if level[0] >= NEW_LEVEL:  # speckle passes through every grey; a panel is flat
            here = np.asarray(cv2.morphologyEx(here, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)), dtype=np.uint8)
        empty |= here > 0
    ring = _ring(high.shape, upper_only=not everywhere)
    raw = np.asarray(~_outside(empty, ring, dark=levels[0][0] < NEW_LEVEL), dtype=np.uint8) * np.uint8(255)
    window = _odd(0.010 * max(high.shape), 3)
    dense = cv2.boxFilter(raw, -1, (window, window), borderType=cv2.BORDER_REPLICATE)
    solid = np.asarray(np.asarray(dense) > round(255 * DENSITY), dtype=np.uint8)
    kernel = _odd(0.025 * max(high.shape), 5)
    shape = cv2.getStructuringElement(cv2.MORPH_RECT, (kernel, kernel))
    padded = cv2.copyMakeBorder(solid, kernel, kernel, kernel, kernel, cv2.BORDER_CONSTANT, value=(0,))
    opened = np.asarray(cv2.morphologyEx(padded, cv2.MORPH_OPEN, shape))[kernel:-kernel, kernel:-kernel]
    noise = levels[0][2]
    texture = _texture(high, min(noise, 2))
    best = _best_piece(np.ascontiguousarray(opened, dtype=np.uint8), texture, look.moved[y0:y1, x0:x1])
    if best is None:
        return None
    mask, full = np.zeros(look.high.shape, dtype=bool), np.zeros(look.high.shape, dtype=bool)
    mask[y0:y1, x0:x1], full[y0:y1, x0:x1] = best, raw > 0
    speckle = float(texture[best].mean())
    return Content(mask=mask, raw=full, box=region, noise=noise, peeled=peeled, speckle=speckle)


def _outside(empty: NDArray[np.bool_], ring: NDArray[np.bool_], *, dark: bool) -> NDArray[np.bool_]:
    """The part of the background level that the ring reaches; black holes within tissue are tissue.

    A grey or white level is a panel wherever it lies in one large piece: lines may fence it off.
    """
    count, named, stats, _ = cv2.connectedComponentsWithStats(np.asarray(empty, dtype=np.uint8), connectivity=4)
    labels = np.asarray(named, dtype=np.int32)
    reached = np.zeros(count, dtype=bool)
    reached[np.unique(labels[ring])] = True
    if not dark:
        reached |= np.asarray(stats)[:, cv2.CC_STAT_AREA] >= PANEL_SHARE * empty.size
    reached[0] = False
    return np.asarray(reached[labels], dtype=np.bool_)


def _best_piece(
    solid: NDArray[np.uint8], texture: NDArray[np.bool_], moved: NDArray[np.uint8]
) -> NDArray[np.bool_] | None:
    """The piece with most speckle, holes filled; what moves counts twice."""
    count, named, measured, _ = cv2.connectedComponentsWithStats(solid, connectivity=4)
    labels, stats = np.asarray(named, dtype=np.int32), np.asarray(measured, dtype=np.int32)
    if count < 2:
        return None
    flat = labels.ravel()
    speckle = np.bincount(flat, weights=texture.ravel(), minlength=count)
    moving = np.bincount(flat, weights=(moved > MAX_NOISE).ravel(), minlength=count)
    score = speckle + moving
    score[0] = -1
    score[stats[:, cv2.CC_STAT_AREA] < MIN_SHARE * solid.size] = -1
    best = int(score.argmax())
    if score[best] <= 0:
        return None
    piece = np.asarray(labels == best, dtype=np.uint8)
    for other in np.flatnonzero(score > 0):
        if other != best and _in_column(stats[best], stats[other]):
            piece |= np.asarray(labels == other, dtype=np.uint8)
    outlines, _ = cv2.findContours(piece, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    filled = np.zeros_like(piece)
    cv2.drawContours(filled, outlines, -1, 1, cv2.FILLED)
    return filled > 0


def _in_column(best: NDArray[np.int32], other: NDArray[np.int32]) -> bool:
    """Whether a piece continues another above or below: as wide, with the same edges, as behind water."""
    left, wide = int(best[cv2.CC_STAT_LEFT]), int(best[cv2.CC_STAT_WIDTH])
    start, breadth = int(other[cv2.CC_STAT_LEFT]), int(other[cv2.CC_STAT_WIDTH])
    slack = SAME_EDGE * max(wide, breadth)
    inner = min(left + wide, start + breadth) - max(left, start)
    aligned = abs(left - start) <= slack or abs(left + wide - start - breadth) <= slack
    return aligned and inner >= 0.9 * min(wide, breadth) and min(wide, breadth) >= 0.6 * max(wide, breadth)


def _texture(grey: NDArray[np.uint8], noise: int) -> NDArray[np.bool_]:
    """Where most neighbors differ, as in speckle; text lies on a flat ground and fails this."""
    change = np.zeros(grey.shape, dtype=np.uint8)
    step = cv2.absdiff(grey[:, 1:], grey[:, :-1])
    change[:, 1:] = np.asarray(step > noise, dtype=np.uint8) * 255
    window = _odd(0.02 * max(grey.shape), 5)
    return np.asarray(cv2.boxFilter(change, -1, (window, window)) > 0.55 * 255, dtype=np.bool_)


def bounds(mask: NDArray[np.bool_]) -> Box:
    """(x0, y0, x1, y1) around what is set, the last not included."""
    ys, xs = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return int(xs[0]), int(ys[0]), int(xs[-1]) + 1, int(ys[-1]) + 1


def _odd(value: float, least: int) -> int:
    return max(least, 2 * int(value / 2) + 1)
