"""Every kernel of the live path runs once before the first frame is shown: none is compiled in front of a user."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from inplane.atlas import Procedure
from inplane.case import Case, Journal, Loop, Step, complete_answers
from inplane.core import (
    Calibration,
    Control,
    Frame,
    Mode,
    NeedleControl,
    PictureGeometry,
    PlungerControl,
    ProbeControl,
    Signals,
    runtime,
)
from inplane.guidance import Plan
from inplane.operators import NEEDLE_BEAM_RAD, scanner_for
from inplane.perception import Perceiver
from inplane.stream import SimulatedSource
from inplane.world import World

WARM_FRAMES = 7
"""Made-up pictures: as many as it takes until every search of perception has had its turn."""
SHALLOW_MM = 8.0
"""Shaft beneath the skin while warming up: in fat, far from everything."""


def warm_up(world: World, procedure: Procedure, plan: Plan, probe: ProbeControl, report: Callable[[str], None]) -> None:
    """A short case that nobody sees: a picture, color, a needle, an aspiration, a drop of fluid, the truth."""
    source = SimulatedSource(world)
    case = Case(Journal(), procedure, plan)
    case.advance(Step.SCAN, complete_answers(procedure, plan))
    case.advance(Step.INJECTION)
    loop = Loop(source, Perceiver(), procedure, plan, case)
    scanner = scanner_for(procedure)
    still = Control(probe=probe, scanner=scanner)
    needle = NeedleControl(entry_x_mm=probe.x_mm - 25, entry_z_mm=probe.z_mm, advance_mm=SHALLOW_MM)
    with_needle = replace(still, needle=needle)
    leans = world.probe.shape == "linear" and not scanner.virtual_convex
    leaning = replace(scanner, needle_steer_rad=NEEDLE_BEAM_RAD if leans else 0.0)
    deeper = replace(with_needle, needle=replace(needle, advance_mm=SHALLOW_MM + 30))
    given = PlungerControl(injected_ml=0.05, aspirations=1)

    def turns(control: Control, count: int) -> Callable[[], object]:
        return lambda: [loop.step(control) for _ in range(count)]

    stages: tuple[tuple[str, Callable[[], object]], ...] = (
        ("Warming up: picture", turns(still, 3)),
        ("Warming up: color", turns(replace(still, scanner=replace(scanner, mode=Mode.COLOR)), 2)),
        ("Warming up: spectral Doppler", turns(replace(still, scanner=replace(scanner, mode=Mode.PW)), 2)),
        ("Warming up: needle", turns(with_needle, 4)),
        ("Warming up: needle in the picture", turns(deeper, 8)),
        ("Warming up: needle's beam", turns(replace(deeper, scanner=leaning), 4)),
        ("Warming up: injection", turns(replace(deeper, plunger=given), 45)),
        ("Warming up: truth", world.truth),
    )

    def told(name: str, _seconds: float) -> None:
        names = [known for known, _ in stages]
        after = names.index(name) + 1
        report(names[after] if after < len(names) else "Warmed up")

    report(stages[0][0])
    runtime.warm_up(stages, told)
    case.close()


def warm_up_observing() -> None:
    """A few made-up pictures through perception: speckle with a dark disc and a bright line, which keep it busy."""
    rng = np.random.default_rng(0)
    geometry = PictureGeometry(n_lines=256, n_samples=256, line_pitch_mm=0.15, sample_pitch_mm=0.15)
    line, sample = np.meshgrid(np.arange(256), np.arange(256), indexing="ij")
    grey = np.where(np.hypot(line - 128, sample - 100) < 25, 8.0, 110.0)
    grey[np.abs(sample - 0.6 * line - 40) < 2] = 240.0
    grey[:, 215:218] = 250.0
    perceiver = Perceiver()
    for sequence in range(WARM_FRAMES):
        pixels = np.clip(grey * rng.rayleigh(0.8, grey.shape), 0, 255).astype(np.uint8)
        perceiver.step(
            Frame(
                sequence=sequence,
                time_s=sequence / 30,
                pixels=pixels,
                geometry=geometry,
                calibration=Calibration.UNCALIBRATED,
                signals=Signals(),
            )
        )
