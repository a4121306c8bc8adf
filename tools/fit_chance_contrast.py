"""What gCNR comes out by chance where nothing is: ovals laid at random into one muscle, by their area.

python tools/fit_chance_contrast.py

Prints the 95th percentiles beside the curves that `bench/_patient_checks.py` asks structures to exceed.
"""

import numpy as np

from inplane.anatomy import build_block
from inplane.atlas import load_atlas
from inplane.bench._patient_checks import Cut, by_chance, contrasts
from inplane.core import Control, ProbeControl, ScannerControl, runtime
from inplane.world import World

AREAS_MM2 = (1.0, 2.0, 4.0, 8.0, 16.0, 50.0)
BLOCKS, OVALS = 6, 80
SCANNER = ScannerControl(depth_mm=30.0, frequency_hz=12e6, focus_mm=15.0)


def main() -> None:
    """Draws, measures, prints."""
    runtime.start()
    rng, atlas = np.random.default_rng(0), load_atlas()
    found: dict[float, list[tuple[float, float]]] = {area: [] for area in AREAS_MM2}
    for seed in range(BLOCKS):
        block = build_block("muscle", seed=seed)
        world = World(block, probe=atlas.probe("linear_15_6"), needle=atlas.needle("22g_50mm"), seed=seed)
        for _ in range(4):
            world.step(Control(probe=ProbeControl(), scanner=SCANNER), 1 / 30)
            frame = world.observe()
        shape, geometry = frame.pixels.shape, frame.geometry
        pixel = geometry.width_mm / shape[0], geometry.depth_mm / shape[1]
        view = Cut(labels=np.zeros(shape, np.uint8), grey=frame.pixels, pixel_mm=pixel)
        x = ((np.arange(shape[0]) + 0.5) * pixel[0])[:, None]
        y = ((np.arange(shape[1]) + 0.5) * pixel[1])[None, :]
        for area in AREAS_MM2:
            for _ in range(OVALS):
                radius, flat = np.sqrt(area / np.pi), np.sqrt(rng.uniform(0.8, 2.2))
                middle = rng.uniform(8, geometry.width_mm - 8), rng.uniform(13, 19)
                mask = ((x - middle[0]) / (radius * flat)) ** 2 + ((y - middle[1]) * flat / radius) ** 2 < 1
                found[area].append(contrasts(view, mask))
    print("area mm2, n: beside by chance (95 %) and asked, outline by chance (95 %) and asked")
    for area, rows in found.items():
        beside, outline = (float(np.percentile([row[n] for row in rows], 95)) for n in range(2))
        asked = by_chance(area)
        print(f"{area:g}, {len(rows)}: {beside:.2f} and {asked[0]:.2f}, {outline:.2f} and {asked[1]:.2f}")


if __name__ == "__main__":
    main()
