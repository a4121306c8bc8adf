"""Which stills of usgra-seg no model of anatomy may learn from: one part in four of the groups of look-alikes.

    python tools/split_usgra.py

Writes src/inplane/trials/usgra_held_out.tsv and prints how many stills and groups each side has. The split is fixed:
run again it writes the same.
"""

from pathlib import Path

import numpy as np

from inplane.trials.look_alikes import folds, look_alikes
from inplane.trials.outlined import usgra_labelled, usgra_names

PARTS, HELD = 4, 1
"""Parts, and the one that is held out. chosen: the first is filled by one group of 40 look-alikes, which would judge
by a single kind of picture; this is the next."""
OUT = Path(__file__).parents[1] / "src" / "inplane" / "trials" / "usgra_held_out.tsv"
HEAD = """# Stills of usgra-seg that no model of anatomy learns from: look-alikes fall on one side together.
# Written by tools/split_usgra.py.
# name\tgroup
"""


def main() -> None:
    """Draws the split and writes it down."""
    stills = list(usgra_labelled(usgra_names()))
    groups = look_alikes([frame.pixels.T.astype(np.float32) for _, frame, _ in stills])
    part = folds(groups, PARTS, np.random.Generator(np.random.PCG64([0x5B17, 0])))
    lines = [f"{name}\t{group}\n" for (name, _, _), group, at in zip(stills, groups, part, strict=True) if at == HELD]
    OUT.write_text(HEAD + "".join(lines), encoding="utf-8")
    held = {group for group, at in zip(groups, part, strict=True) if at == HELD}
    print(f"{len(lines)} of {len(stills)} stills, {len(held)} of {len(set(groups))} groups are held out")


if __name__ == "__main__":
    main()
