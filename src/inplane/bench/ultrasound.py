"""Bench `ultrasound`: what a frame of the simulated scanner costs, stage by stage, and how that grows.

CPU of a whole frame: the room's step, tissue's deformation, march, splat, needle, receive, screen, colour. One groin, a
needle in plane, rolling compound; the mean of the best block. Two threads, unless told otherwise.
"""

from dataclasses import replace

import numba

import inplane
from inplane.anatomy import Patient, build_groin
from inplane.bench._ultrasound_scenes import (
    CURVED,
    LINEAR,
    PROCEDURE,
    Cost,
    Scene,
    allocated_mb,
    color,
    cost_of,
    peak_rss_mb,
    speedup,
)
from inplane.bench.report import Figure, Progress
from inplane.core import ResourceError, runtime
from inplane.physics.ultrasound import choose_backend

OWED = {
    "cpu_ms_192x1024": Scene(),
    "cpu_ms_192x1024_curved": Scene(probe=CURVED),
    "cpu_ms_256x1024_doppler": color(Scene(n_lines=256)),
}
SIZES = ((192, 512), (192, 1024), (256, 1024))
GROWTH: dict[str, Scene] = {
    "lines_96": Scene(n_lines=96),
    "lines_384": Scene(n_lines=384),
    "depth_20_mm": Scene(knobs=(("depth_mm", 20.0), ("focus_mm", 12.0))),
    "depth_70_mm": Scene(knobs=(("depth_mm", 70.0), ("focus_mm", 30.0))),
    "frequency_5_mhz": Scene(knobs=(("frequency_hz", 5e6),)),
    "frequency_12_mhz": Scene(knobs=(("frequency_hz", 12e6),)),
}
COARSE_MM = 0.8
"""Voxels of the small volume; the usual 0.4 mm make eight times as many."""


def run(*, quick: bool, seed: int, progress: Progress) -> list[Figure]:
    """Every figure.

    Args:
        quick: fewer frames, and only what is owed.
        seed: of the patient.
        progress: told what comes next.
    """
    runtime.start(threads=2)
    progress("building the patient", 0.0)
    patient = inplane.patient(PROCEDURE, seed=seed)
    most = numba.get_num_threads()
    try:
        return [*_owed(patient, quick, seed, progress), *([] if quick else _further(patient, seed, progress))]
    finally:
        numba.set_num_threads(most)


def _owed(patient: Patient, quick: bool, seed: int, progress: Progress) -> list[Figure]:
    figures: list[Figure] = []
    frames, blocks = (10, 3) if quick else (60, 5)
    for index, (name, scene) in enumerate(OWED.items()):
        progress(name, 0.05 + 0.1 * index)
        cost = cost_of(patient, scene, frames=frames, blocks=blocks, threads=2)
        figures += _told(name, cost, frames * blocks)
    progress("two cores", 0.4)
    rounds = 4 if quick else 12
    figures.append(Figure("two_core_speedup", speedup(patient, Scene(), rounds=rounds), "x", n=rounds))
    progress("memory", 0.45)
    figures.append(Figure("peak_rss_mb", peak_rss_mb(seed), "MB", n=1))
    taken, own = allocated_mb(patient, Scene())
    why = f"most that one frame takes anew; its pixels are {own:.2f} MB of it, a full-size float array would be 0.79"
    return [*figures, Figure("allocated_mb", taken, "MB", n=1, why=why)]


def _told(name: str, cost: Cost, n: int) -> list[Figure]:
    """A frame's cost and its parts."""
    why = f"{cost.scatterers} scatterers in the slab"
    parts = [Figure(f"{name}_{stage}", ms, "ms", n=n) for stage, ms in cost.stages_ms.items()]
    return [Figure(name, cost.cpu_ms, "ms", n=n, why=why), *parts]


def _further(patient: Patient, seed: int, progress: Progress) -> list[Figure]:
    """Sizes with compounding, colour and deformation on and off; how cost grows."""
    figures: list[Figure] = []
    scenes: dict[str, Scene] = {}
    for probe, word in ((LINEAR, "linear"), (CURVED, "curved")):
        for lines, samples in SIZES:
            plain = Scene(probe=probe, n_lines=lines, n_samples=samples)
            name = f"cpu_ms_{word}_{lines}x{samples}"
            scenes[f"{name}_all"] = color(plain)
            scenes[f"{name}_no_color"] = plain
            scenes[f"{name}_no_compound"] = color(replace(plain, knobs=(("compound_angles", 1),)))
            scenes[f"{name}_still"] = color(replace(plain, still=True))
    scenes |= {f"cpu_ms_{name}": scene for name, scene in GROWTH.items()}
    for index, (name, scene) in enumerate(scenes.items()):
        progress(name, 0.5 + 0.45 * index / len(scenes))
        cost = cost_of(patient, scene, frames=15, blocks=3, threads=2)
        figures.append(Figure(name, cost.cpu_ms, "ms", n=45, why=f"{cost.scatterers} scatterers in the slab"))
    small = build_groin(seed, spacing_mm=COARSE_MM)
    cost = cost_of(small, Scene(), frames=15, blocks=3, threads=2)
    why = f"{COARSE_MM} mm voxels, an eighth of the usual volume; {cost.scatterers} scatterers in the slab"
    return [*figures, Figure("cpu_ms_small_volume", cost.cpu_ms, "ms", n=45, why=why), *_on_card(patient)]


def _on_card(patient: Patient) -> list[Figure]:
    """Wall time of a frame with a graphics card's march and splat beside the processor's; null where there is none."""
    figures: list[Figure] = []
    for name, scene in OWED.items():
        told = name.replace("cpu_ms", "cuda_wall_ms")
        try:
            choose_backend("cuda")
        except ResourceError as error:
            figures.append(Figure(told, None, "ms", n=0, why=f"not measured: {error}"))
            continue
        card, here = (
            cost_of(patient, replace(scene, backend=backend), frames=60, blocks=5, threads=2)
            for backend in ("cuda", "cpu")
        )
        why = f"the processor alone {here.wall_ms:.1f}; CPU {card.cpu_ms:.1f} beside {here.cpu_ms:.1f}"
        figures.append(Figure(told, card.wall_ms, "ms", n=300, why=why))
    return figures
