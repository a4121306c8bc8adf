"""One picture of every procedure that has a virtual patient, in its standard view.

python tools/patients_sheet.py            writes docs/img/patients.jpg
python tools/patients_sheet.py KNEE ...   those procedures only, to patients-KNEE.png in the working directory

The sheet holds simulated pictures alone; docs/reference/patients.md says in words how they compare with real ones.
"""

import sys
from pathlib import Path

import cv2
import numpy as np
from groin_gallery import ROOT, TILE_PX, simulated
from numpy.typing import NDArray

from inplane.anatomy import staged
from inplane.atlas import load_atlas

SEED, COLUMNS, QUALITY = 7, 5, 82
"""Chosen: as the other galleries; five fit a page; JPEG at 82 keeps speckle readable."""


def tile(procedure_id: str) -> NDArray[np.uint8]:
    """A picture with its procedure's name beneath it."""
    name = load_atlas().procedure(procedure_id).name.split(" (")[0]
    out = np.zeros((TILE_PX + 26, TILE_PX + 6), dtype=np.uint8)
    out[:TILE_PX, :TILE_PX] = simulated(procedure_id, SEED)
    cv2.putText(out, name[:46], (4, TILE_PX + 17), cv2.FONT_HERSHEY_SIMPLEX, 0.48, 230, 1, cv2.LINE_AA)
    return out


def main() -> None:
    """Draws, writes."""
    chosen = sys.argv[1:] or sorted(staged())
    tiles: list[NDArray[np.uint8]] = []
    for procedure_id in chosen:
        print(procedure_id, flush=True)
        tiles.append(tile(procedure_id))
    tiles += [np.zeros_like(tiles[0])] * (-len(tiles) % min(COLUMNS, len(tiles)))
    wide = min(COLUMNS, len(tiles))
    whole = np.vstack([np.hstack(tiles[at : at + wide]) for at in range(0, len(tiles), wide)])
    path = Path(f"patients-{chosen[0]}.png") if sys.argv[1:] else ROOT / "docs" / "img" / "patients.jpg"
    cv2.imwrite(str(path), whole, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    print(f"wrote {path}")


if __name__ == "__main__":
    main()
