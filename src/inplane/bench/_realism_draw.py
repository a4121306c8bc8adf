"""Draws simulated groin views by seed: pictures with what each pixel shows.

It asks for nothing but what every version of the program has offered, so that the same file, run as a script with the
first engine on the path, draws that engine's pictures of the same hands.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

PROCEDURE = "femoral_nerve_block"
FIRST_SEED = 300_000
"""Patients below it were looked at while the engine was written; those from it on only by this bench."""
VIEWS = 3
"""Views of a patient."""
PROBES = ("linear_15_6", "linear_12_4")
"""The probe of the real stills' class, and the one that the procedure asks for; by turns."""
FREQUENCIES_HZ: Mapping[str, tuple[float, float]] = {"linear_15_6": (9e6, 13e6), "linear_12_4": (8e6, 12e6)}
DEPTHS_MM = (30.0, 35.0, 40.0, 45.0)
"""chosen: depths of the real stills at which a groin's nerve is in view."""
SCREEN_MM = 0.072
"""Pixel of the screen that a picture is drawn on, by the program itself. chosen: that of usgra-seg, 38.4 mm in 534."""
SETTLE = 6
"""Frames before the one that counts: averaging over frames and angles has settled."""
CLASSES: Mapping[str, int] = {
    "nerve": 1,
    "fascicle": 1,
    "artery lumen": 2,
    "vein lumen": 2,
    "muscle": 3,
    "bone": 4,
    "fat": 5,
    "tendon": 6,
}
"""What a pixel is, by the kind of its structure; 0 is all else."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Drawn:
    """One simulated view.

    Args:
        patient: seed of the patient.
        picture: (rows, columns) uint8 grey as the screen shows it, pixels of SCREEN_MM.
        kinds: (lines, samples) uint8 by CLASSES, the same rectangle on a grid of its own.
        width_mm, depth_mm: of the rectangle.
    """

    patient: int
    picture: NDArray[np.uint8]
    kinds: NDArray[np.uint8]
    width_mm: float
    depth_mm: float


def drawn_views(seed: int, patients: int) -> Iterator[Drawn]:
    """VIEWS pictures of each patient."""
    import inplane

    for index in range(patients):
        number = FIRST_SEED + 1000 * seed + index
        patient = inplane.patient(PROCEDURE, seed=number, level=index % 4)
        yield from views_of(patient, inplane.standard_view(patient, PROCEDURE), number, PROBES[index // 4 % 2])


def views_of(patient: Any, hold: Any, number: int, probe_name: str, *, wander: float = 1.0) -> Iterator[Drawn]:
    """Pictures of one patient with hands and knobs that vary about a hold of the probe.

    Args:
        patient: whom.
        hold: where the probe is held, a ProbeControl.
        number: seed of hands, knobs and room.
        probe_name: of the atlas.
        wander: how far the probe strays, 1 as on a groin.
    """
    from dataclasses import replace

    import inplane
    from inplane.world import World

    rng = np.random.Generator(np.random.PCG64([0x5EA1, number]))
    world = World(patient, probe=inplane.probe(probe_name), needle=inplane.needle("22g_80mm"), seed=number)
    for _ in range(VIEWS):
        depth_mm = float(rng.choice(DEPTHS_MM))
        knobs = inplane.ScannerControl(
            depth_mm=depth_mm,
            frequency_hz=float(rng.uniform(*FREQUENCIES_HZ[probe_name])),
            focus_mm=float(rng.uniform(0.4, 0.7)) * depth_mm,
            gain_db=float(rng.uniform(-4, 4)),
            dynamic_range_db=float(rng.uniform(55, 70)),
            **_later_knobs(rng),
        )
        probe = replace(
            hold,
            x_mm=hold.x_mm + float(rng.normal(0, 3 * wander)),
            z_mm=hold.z_mm + float(rng.normal(0, 5 * wander)),
            rotate_rad=hold.rotate_rad + float(rng.normal(0, 0.1 * wander)),
            tilt_rad=hold.tilt_rad + float(rng.normal(0, 0.1 * wander)),
            press_n=float(rng.uniform(1, 6)),
        )
        yield picture_of(world, inplane.Control(probe=probe, scanner=knobs), number)


def _later_knobs(rng: np.random.Generator) -> dict[str, Any]:
    """Knobs that the first engine did not have, about where the presets have them."""
    from dataclasses import fields

    import inplane

    drawn = {"speckle_reduction": float(rng.uniform(0.2, 0.5)), "edge_enhancement": float(rng.uniform(0.35, 0.65))}
    there = {each.name for each in fields(inplane.ScannerControl)}
    return {name: value for name, value in drawn.items() if name in there}


def picture_of(world: Any, control: Any, number: int) -> Drawn:
    """The picture of a room after it has settled, with what its pixels show."""
    from inplane.overlay import scan_convert
    from inplane.overlay.picture import canvas_of

    frame: Any = None
    world.reset()
    for _ in range(SETTLE + 1):
        world.step(control, 1 / 30)
        frame = world.observe()
    table = np.zeros(256, np.uint8)
    for structure in world.patient.structures:
        table[structure.label] = CLASSES.get(str(structure.kind), 0)
    canvas = canvas_of(frame.geometry, round(frame.geometry.width_mm / SCREEN_MM), flip=True)
    return Drawn(
        patient=number,
        picture=np.ascontiguousarray(scan_convert(frame, canvas)[:, :, 0]),
        kinds=table[world.truth().labels_line_sample],
        width_mm=float(frame.geometry.width_mm),
        depth_mm=float(frame.geometry.depth_mm),
    )


def save(views: list[Drawn], path: Path) -> None:
    """Keeps views in one file that holds arrays alone."""
    facts = [[view.patient, view.width_mm, view.depth_mm] for view in views]
    arrays = {f"picture{n}": view.picture for n, view in enumerate(views)}
    arrays |= {f"kinds{n}": view.kinds for n, view in enumerate(views)}
    np.savez_compressed(path, allow_pickle=False, facts=np.array(json.dumps(facts)), **arrays)


def load(path: Path) -> list[Drawn]:
    """What `save` kept."""
    with np.load(path, allow_pickle=False) as kept:
        facts: list[tuple[int, float, float]] = json.loads(str(kept["facts"]))
        return [
            Drawn(
                patient=patient,
                picture=kept[f"picture{n}"],
                kinds=kept[f"kinds{n}"],
                width_mm=width_mm,
                depth_mm=depth_mm,
            )
            for n, (patient, width_mm, depth_mm) in enumerate(facts)
        ]


if __name__ == "__main__":
    save(list(drawn_views(int(sys.argv[2]), int(sys.argv[3]))), Path(sys.argv[1]))
