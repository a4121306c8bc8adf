"""What gCNR comes out by chance where nothing is: ovals, and surfaces, laid at random into one muscle.

python tools/fit_chance_contrast.py

Prints the 95th percentiles beside the curves that `bench/_patient_seen.py` asks structures to exceed.
"""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
from numpy.typing import NDArray

from inplane.anatomy import build_block
from inplane.atlas import load_atlas
from inplane.bench._patient_look import PLANES_MM, Cut
from inplane.bench._patient_seen import by_chance, contrasts, surface_by_chance, surface_contrasts
from inplane.core import Control, ProbeControl, ScannerControl, runtime
from inplane.operators.aim import beside_plane
from inplane.world import World

AREAS_MM2, WIDTHS_MM = (1.0, 2.0, 4.0, 8.0, 16.0, 50.0), (3.0, 6.0, 12.0, 24.0)
BLOCKS, LAID = 6, 80
SCANNER = ScannerControl(depth_mm=30.0, frequency_hz=12e6, focus_mm=15.0)


def pictures() -> Iterator[tuple[Cut, ...]]:
    """Of each block, the pictures in which a structure is looked for."""
    atlas = load_atlas()
    for seed in range(BLOCKS):
        block, found = build_block("muscle", seed=seed), []
        for beside_mm in PLANES_MM:
            world = World(block, probe=atlas.probe("linear_15_6"), needle=atlas.needle("22g_50mm"), seed=seed)
            control = Control(probe=beside_plane(ProbeControl(), beside_mm), scanner=SCANNER)
            for _ in range(4):
                world.step(control, 1 / 30)
                frame = world.observe()
            shape, geometry = frame.pixels.shape, frame.geometry
            pixel = geometry.width_mm / shape[0], geometry.depth_mm / shape[1]
            found.append(Cut(labels=np.zeros(shape, np.uint8), grey=frame.pixels, pixel_mm=pixel))
        yield tuple(found)


def places(view: Cut) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Pixels' middles, mm: across (lines,), down (samples,)."""
    lines, samples = view.grey.shape
    return (np.arange(lines) + 0.5) * view.pixel_mm[0], (np.arange(samples) + 0.5) * view.pixel_mm[1]


def oval(view: Cut, area_mm2: float, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Somewhere in the muscle."""
    x, y = places(view)
    radius, flat = np.sqrt(area_mm2 / np.pi), np.sqrt(rng.uniform(0.8, 2.2))
    middle = rng.uniform(8, x[-1] - 8), rng.uniform(13, 19)
    across, down = (x - middle[0]) / (radius * flat), (y - middle[1]) * flat / radius
    return across[:, None] ** 2 + down[None, :] ** 2 < 1


def surface(view: Cut, width_mm: float, rng: np.random.Generator) -> NDArray[np.bool_]:
    """The muscle beneath a sloping, bent line."""
    x, y = places(view)
    left = rng.uniform(1, x[-1] - width_mm - 1)
    away = x - left - width_mm / 2
    top = rng.uniform(14, 18) + rng.uniform(-0.2, 0.2) * away + rng.uniform(-0.02, 0.02) * away**2
    return (np.abs(away) < width_mm / 2)[:, None] & (y[None, :] > top[:, None])


def by_chance_95(
    all_views: list[tuple[Cut, ...]], draw: Callable[[Cut], NDArray[np.bool_]], measure: Callable[..., object]
) -> tuple[float, float]:
    """95th percentiles of both contrasts of shapes that are laid at random."""
    laid = [(views, draw(views[0])) for views in all_views for _ in range(LAID)]
    rows = np.array([measure(views, [mask] * len(views)) for views, mask in laid])
    first, second = np.percentile(rows, 95, axis=0)
    return float(first), float(second)


def main() -> None:
    """Draws, measures, prints."""
    runtime.start()
    rng, all_views = np.random.default_rng(0), list(pictures())
    print("area mm2: beside by chance (95 %) and asked, outline by chance (95 %) and asked")
    for area in AREAS_MM2:
        found, asked = by_chance_95(all_views, partial(oval, area_mm2=area, rng=rng), contrasts), by_chance(area)
        print(f"{area:g}: {found[0]:.3f} and {asked[0]:.3f}, {found[1]:.3f} and {asked[1]:.3f}")
    print("width mm: surface by chance (95 %) and asked, shadow by chance (95 %) and asked")
    for width in WIDTHS_MM:
        found = by_chance_95(all_views, partial(surface, width_mm=width, rng=rng), surface_contrasts)
        asked = surface_by_chance(width)
        print(f"{width:g}: {found[0]:.3f} and {asked[0]:.3f}, {found[1]:.3f} and {asked[1]:.3f}")


if __name__ == "__main__":
    main()
