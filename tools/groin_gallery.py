"""Simulated groins beside real ones, as pictures for the documentation.

Real images are never kept in this repository: the sheet that holds them is made wherever the recordings lie, into
site/ (or the folder given), by `make docs`. The simulated frames alone are written to docs/img.
"""

import argparse
import os
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

import inplane
from inplane.atlas import load_atlas
from inplane.operators import scanner_for
from inplane.overlay import Canvas, scan_convert
from inplane.overlay.picture import canvas_of

ROOT = Path(__file__).resolve().parent.parent
REAL = ("0013", "0080", "0023", "0109", "0138", "0050")
"""Of usgra-seg, chosen by eye as groins (it labels no region): a round artery with a flat or triangular bright nerve
lateral to it under a bright fascia. 0013 and 0080 show one volunteer and look surest; 0023 and 0109 another, a little
lower; 0138 and 0050 are possible."""
SEEDS = (7, 11, 23)
TILE_PX = 420


def simulated(procedure_id: str, seed: int) -> NDArray[np.uint8]:
    """(TILE_PX, TILE_PX) grey: the standard view after the picture has settled."""
    patient = inplane.patient(procedure_id, seed=seed)
    source = inplane.simulate(patient, procedure_id)
    knobs = scanner_for(load_atlas().procedure(procedure_id))
    control = inplane.Control(probe=inplane.standard_view(patient, procedure_id), scanner=knobs)
    frame = source.next(control)
    for _ in range(7):
        frame = source.next(control)
    canvas: Canvas = canvas_of(frame.geometry, TILE_PX, flip=False)
    return square(cv2.cvtColor(scan_convert(frame, canvas), cv2.COLOR_RGB2GRAY))


def square(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The picture fitted into a square tile, black around it."""
    scale = TILE_PX / max(picture.shape)
    fitted = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    tile = np.zeros((TILE_PX, TILE_PX), dtype=np.uint8)
    tile[: fitted.shape[0], : fitted.shape[1]] = fitted
    return tile


def named(picture: NDArray[np.uint8], name: str) -> NDArray[np.uint8]:
    """The tile with its name at the bottom."""
    out = picture.copy()
    cv2.putText(out, name, (6, TILE_PX - 8), cv2.FONT_HERSHEY_SIMPLEX, 0.5, 255, 1, cv2.LINE_AA)
    return out


def sheet(tiles: list[NDArray[np.uint8]], columns: int = 3) -> NDArray[np.uint8]:
    """Tiles in rows."""
    rows = [np.hstack(tiles[at : at + columns]) for at in range(0, len(tiles), columns)]
    return np.vstack(rows)


def main() -> None:
    """Writes docs/img/groin.png, and the sheet beside real images where there are any."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--beside", type=Path, default=ROOT / "site" / "img", help="folder for the sheet with real images"
    )
    parser.add_argument("--write", action="store_true", help="write docs/img/groin.png anew")
    chosen = parser.parse_args()
    beside: Path = chosen.beside
    tiles = [named(simulated("femoral_nerve_block", seed), f"simulated, patient {seed}") for seed in SEEDS]
    tiles += [named(simulated("hip_joint_injection", seed), f"simulated hip, patient {seed}") for seed in SEEDS]
    if chosen.write:
        cv2.imwrite(str(ROOT / "docs" / "img" / "groin.png"), sheet(tiles))
        print("wrote docs/img/groin.png")
    data = Path(os.environ.get("INPLANE_DATA") or ROOT.parent / "shared" / "data") / "usgra-seg" / "images"
    real = [cv2.imread(str(data / f"{name}.png"), cv2.IMREAD_GRAYSCALE) for name in REAL]
    if any(picture is None for picture in real):
        print(f"no real images at '{data}': no sheet beside them")
        return
    beside.mkdir(parents=True, exist_ok=True)
    shown = [named(square(picture), f"usgra-seg {name}") for name, picture in zip(REAL, real, strict=True)]
    cv2.imwrite(str(beside / "groin-beside-real.png"), sheet(shown + tiles))
    print("wrote groin-beside-real.png (usgra-seg: Timm Kandaouroff, CC BY 4.0)")
    for name, picture in [*zip(REAL, real, strict=True), *((f"simulated {n}", t) for n, t in enumerate(tiles))]:
        lit = picture[picture > 4]
        print(f"{name:>12}: mean grey {picture.mean():5.1f}, of lit pixels {lit.mean():5.1f}, spread {lit.std():5.1f}")


if __name__ == "__main__":
    main()
