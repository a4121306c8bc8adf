"""The worst held-out real stills by kind, chosen by rank and not by taste.

    python tools/failure_gallery.py FOLDER

Writes docs/reference/failures.md, a table of the worst stills of each kind with what was said about them, and draws
them into FOLDER (outlined by the annotator: white dots). The pictures are not kept here: the sets are not ours.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from inplane.bench._perception_outlines import instances, iou
from inplane.bench._perception_real import held
from inplane.bench._perception_score import dice, ellipse_mask, outline_mask
from inplane.core import Frame, Scene, runtime
from inplane.overlay import draw
from inplane.overlay.picture import canvas_of, dashes
from inplane.perception import Perceiver
from inplane.trials.outlined import NERVE, VESSEL, held_out, usgra_labelled, usgra_names

WORST = 24
DOTS = (2.0, 4.0)
OUT = Path(__file__).parents[1] / "docs" / "reference" / "failures.md"
HEAD = """# Failures, by rank

The {count} held-out stills of usgra-seg on which nerves and vessels are recognized worst, by Dice of all that was said
of a kind with all that is outlined of it. `tools/failure_gallery.py FOLDER` chose them, wrote this page and draws them;
nobody picked any. Names are those of the set's files.
"""


@dataclass(frozen=True, kw_only=True)
class Result:
    """What was said of one kind on one still.

    Args:
        name: of the still.
        overlap: Dice.
        said, there, right: structures said, outlined, and said ones that overlap one by half.
        frame, scene: the picture, and all that was said.
        mask: (lines, samples) what is outlined.
    """

    name: str
    overlap: float
    said: int
    there: int
    right: int
    frame: Frame
    scene: Scene
    mask: NDArray[np.bool_]


def results() -> dict[str, list[Result]]:
    """Of every held-out still that shows a kind."""
    kept = held_out()
    found: dict[str, list[Result]] = {"nerve": [], "vessel": []}
    for name, frame, mask in usgra_labelled(usgra_names()):
        if name not in kept:
            continue
        perceiver = Perceiver()
        scene = [perceiver.step(each) for each in held(frame)][-1]
        shape = mask.shape
        said = {
            "nerve": [outline_mask(frame, nerve.outline_mm, shape) for nerve in scene.nerves],
            "vessel": [ellipse_mask(frame, vessel, shape) for vessel in scene.vessels],
        }
        for kind, value in (("nerve", NERVE), ("vessel", VESSEL)):
            parts = instances(mask == value)
            if parts:
                found[kind].append(_result(name, (frame, scene), said[kind], mask == value))
    return found


def _result(name: str, seen: tuple[Frame, Scene], masks: list[NDArray[np.bool_]], there: NDArray[np.bool_]) -> Result:
    parts = instances(there)
    union = np.any(np.stack(masks), axis=0) if masks else np.zeros_like(there)
    return Result(
        name=name,
        overlap=dice(union, there),
        said=len(masks),
        there=len(parts),
        right=sum(any(iou(part, mask) >= 0.5 for part in parts) for mask in masks),
        frame=seen[0],
        scene=seen[1],
        mask=there,
    )


def picture(result: Result) -> NDArray[np.uint8]:
    """The still with what was said, and dotted what is outlined."""
    frame = result.frame
    shown = draw(frame, result.scene, None, level="full", width_px=480)
    canvas = canvas_of(frame.geometry, 480, flip=False)
    contours, _ = cv2.findContours(result.mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    for contour in contours:
        places = np.asarray(contour, np.float64).reshape(-1, 2)[:, ::-1]  # (line, sample)
        closed = np.concatenate((places, places[:1]))
        dashes(shown, canvas.to_px(frame.geometry.to_mm(closed)), (255, 255, 255), pattern=DOTS)
    return shown


def main(folder: Path) -> None:
    """Ranks, draws, writes the page."""
    runtime.start()
    folder.mkdir(parents=True, exist_ok=True)
    page = [HEAD.format(count=WORST)]
    for kind, found in results().items():
        worst = sorted(found, key=lambda each: each.overlap)[:WORST]
        none = sum(each.said == 0 for each in found)
        page.append(
            f"\n## {kind.capitalize()}\n\nOf {len(found)} stills that show one: nothing said on {none}; median Dice "
            f"{np.median([each.overlap for each in found]):.2f}.\n\n| rank | still | Dice | outlined | said | right |\n"
            "| ---: | --- | ---: | ---: | ---: | ---: |\n"
        )
        for rank, each in enumerate(worst, start=1):
            page.append(f"| {rank} | {each.name} | {each.overlap:.2f} | {each.there} | {each.said} | {each.right} |\n")
            path = folder / f"{kind}-{rank:02d}-{each.name}.png"
            cv2.imwrite(str(path), picture(each)[:, :, ::-1])
    OUT.write_text("".join(page), encoding="utf-8")
    print(f"{OUT} and pictures in '{folder}'")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
