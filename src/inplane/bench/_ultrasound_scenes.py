"""What bench `ultrasound` looks at: a groin with a needle under all probes and knobs, and what a frame costs."""

import subprocess
import sys
import time
import tracemalloc
from dataclasses import dataclass, replace
from typing import Any

import numba
import numpy as np

import inplane
from inplane.anatomy import Patient
from inplane.atlas import load_atlas
from inplane.core import Control, Mode, ScannerControl
from inplane.operators import aim_in_plane
from inplane.world import World

PROCEDURE = "femoral_nerve_block"
FRAME_S = 1.0 / 30.0
LINEAR, CURVED = "linear_12_4", "curved_6_2"
KNOBS: dict[str, dict[str, Any]] = {
    LINEAR: {"depth_mm": 40.0, "focus_mm": 20.0, "frequency_hz": 9e6, "speckle_reduction": 0.5},
    CURVED: {"depth_mm": 75.0, "focus_mm": 35.0, "frequency_hz": 4e6, "speckle_reduction": 0.5},
}
PRESS_N = {LINEAR: 3.0, CURVED: 8.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One way to look.

    Args:
        probe: its id.
        n_lines, n_samples: of each transmit.
        knobs: of the scanner, over the probe's own (KNOBS).
        still: nothing moves the tissue: the engine gets no deformation.
        backend: who draws.
    """

    probe: str = LINEAR
    n_lines: int = 192
    n_samples: int = 1024
    knobs: tuple[tuple[str, Any], ...] = ()
    still: bool = False
    backend: str = "cpu"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a frame costs: CPU of all stages, and of each; wall time; scatterers in the slab. Milliseconds, means of the
    best block."""

    cpu_ms: float
    wall_ms: float
    stages_ms: dict[str, float]
    scatterers: int


def world_of(patient: Patient, scene: Scene, *, threads: int) -> tuple[World, Control]:
    """A room with a needle in plane, and the control that holds it so."""
    numba.set_num_threads(threads)
    atlas = load_atlas()
    world = World(
        patient,
        probe=atlas.probe(scene.probe),
        needle=atlas.needle("22g_80mm"),
        seed=1,
        n_lines=scene.n_lines,
        n_samples=scene.n_samples,
        backend=scene.backend,
    )
    view = replace(inplane.standard_view(patient, PROCEDURE), press_n=PRESS_N[scene.probe])
    target = view.pose().inverse().apply(patient.targets_mm[PROCEDURE])
    needle = aim_in_plane(view, target_mm=(float(target[0]), float(target[1])), side=patient.side)
    knobs = {**KNOBS[scene.probe], **dict(scene.knobs)}
    scanner: ScannerControl = replace(world.probe.default_scanner(), **knobs)
    return world, Control(probe=view, needle=replace(needle, advance_mm=28.0), scanner=scanner)


def cost_of(patient: Patient, scene: Scene, *, frames: int, blocks: int, threads: int) -> Cost:
    """What a frame of a scene costs; the best of some blocks, since other people's work only ever adds to them."""
    world, control = world_of(patient, scene, threads=threads)
    if scene.still:
        world.deforms = False
    for _ in range(6):
        world.step(control, FRAME_S)
        world.observe()
    return min((_block(world, control, frames) for _ in range(blocks)), key=lambda cost: cost.cpu_ms)


def _block(world: World, control: Control, frames: int) -> Cost:
    world.scan.clock, world.scan.laps_s = time.process_time, {}
    begun, cpu_at = time.perf_counter(), time.process_time()
    for _ in range(frames):
        world.step(control, FRAME_S)
        world.observe()
    cpu_ms = (time.process_time() - cpu_at) * 1e3 / frames
    wall_ms = (time.perf_counter() - begun) * 1e3 / frames
    stages = {name: seconds * 1e3 / frames for name, seconds in world.scan.laps_s.items()}
    stages["world"] = cpu_ms - sum(stages.values())
    return Cost(cpu_ms=cpu_ms, wall_ms=wall_ms, stages_ms=stages, scatterers=world.scan.contributing)


def allocated_mb(patient: Patient, scene: Scene) -> tuple[float, float]:
    """Most memory that one frame takes anew, MB, and what its own pixels take."""
    world, control = world_of(patient, scene, threads=2)
    for _ in range(6):
        world.step(control, FRAME_S)
        frame = world.observe()
    world.step(control, FRAME_S)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    frame = world.observe()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return (peak - before) / 1e6, frame.pixels.nbytes / 1e6


def peak_rss_mb(seed: int) -> float:
    """Peak resident memory of a process that builds one patient and shows ten frames, MB."""
    script = (
        "import resource, inplane\n"
        f"patient = inplane.patient('{PROCEDURE}', seed={seed})\n"
        f"source = inplane.simulate(patient, '{PROCEDURE}')\n"
        f"control = inplane.Control(probe=inplane.standard_view(patient, '{PROCEDURE}'))\n"
        "[source.next(control) for _ in range(10)]\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return float(done.stdout.split()[-1]) * 1024.0 / 1e6


def color(scene: Scene) -> Scene:
    """The scene with a colour box over the vessels."""
    box = (-8.0, 10.0, 8.0, 30.0)
    return replace(scene, knobs=(*scene.knobs, ("mode", Mode.COLOR), ("color_box_mm", box)))


def speedup(patient: Patient, scene: Scene, *, rounds: int) -> float:
    """Wall time of a frame on one thread over that on two; the two take turns, and the best of each counts."""
    best = {1: np.inf, 2: np.inf}
    held = {threads: world_of(patient, scene, threads=threads) for threads in best}
    for turn in range(2 * rounds + 2):
        threads = 1 + turn % 2
        numba.set_num_threads(threads)
        world, control = held[threads]
        frames = 3 if turn < 2 else 8
        begun = time.perf_counter()
        for _ in range(frames):
            world.step(control, FRAME_S)
            world.observe()
        if turn >= 2:
            best[threads] = min(best[threads], (time.perf_counter() - begun) / frames)
    return float(best[1] / best[2])
