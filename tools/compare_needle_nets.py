"""Needle nets side by side on the same simulated insertions: in the groin, elsewhere, under the held-out renderer.

Usage: python tools/compare_needle_nets.py SEED NAME=needle.int8.onnx [NAME=...]    each file with its card beside it.
Prints, for each net and place, tips that count, the share within 2 mm, tips that were shown, the share of those more
than 5 mm off, and the median turn (degrees) of the told direction. Seeds from 60 on are nobody else's.
"""

import sys
from collections import defaultdict
from pathlib import Path

import numpy as np

from inplane.bench._perception_clips import Plan, clips
from inplane.bench._perception_score import Tally, percentile, score_needle
from inplane.bench.perception import HIT_MM
from inplane.core import runtime
from inplane.perception import Perceiver
from inplane.perception.needle_model import NeedleModel


def main() -> None:
    """Plays, counts and prints."""
    seed, words = int(sys.argv[1]), dict(word.split("=", 1) for word in sys.argv[2:])
    runtime.start()
    nets = {name: NeedleModel(Path(path)) for name, path in words.items()}
    tallies: dict[tuple[str, str], Tally] = defaultdict(Tally)
    plan = Plan(seed=seed, patients=3, insertions=12, frames=120, free_frames=0, held_out=3, elsewhere=29)
    for clip in clips(plan, lambda what, _=0.0: print(what, file=sys.stderr)):
        perceivers = {name: Perceiver(needle=net) for name, net in nets.items()}
        place = "elsewhere" if clip.place else "held-out renderer" if clip.held_out else "groin"
        for frame, truth in clip.shown:
            for name, perceiver in perceivers.items():
                seen = perceiver.step(frame).needle
                if truth is not None and clip.angle_rad is not None:
                    score_needle(frame, seen, truth, clip.angle_rad, tallies[place, name])
    for (place, name), tally in sorted(tallies.items()):
        errors = np.array([error for error, _, _ in tally.errors])
        hits = f"{(errors <= HIT_MM).mean():.3f}" if len(errors) else "-"
        wrong = f"{tally.wrong / tally.shown:.3f}" if tally.shown else "-"
        turn = percentile(tally.turns, 50)
        print(f"{place:18} {name:8} tips {len(errors):5} hit {hits} shown {tally.shown:5} wrong {wrong} turn {turn}")


if __name__ == "__main__":
    main()
