"""inplane: guide, simulate and train ultrasound-guided needle procedures. Not a medical device: research and training.

A virtual patient, a probe, a needle and a frame in a few lines:

    import inplane

    patient = inplane.patient("femoral_nerve_block", seed=7)
    source = inplane.simulate(patient, "femoral_nerve_block")
    frame = source.next(inplane.Control(probe=inplane.standard_view(patient, "femoral_nerve_block")))
    truth = source.truth(frame.sequence)

Heavy rooms are imported when they are first used.
"""

from typing import TYPE_CHECKING

from inplane.core import Control, Frame, NeedleControl, PlungerControl, ProbeControl, ScannerControl

if TYPE_CHECKING:
    from inplane.anatomy import Patient
    from inplane.anatomy.patient import Side
    from inplane.atlas import NeedleModel, ProbeModel
    from inplane.stream import SimulatedSource

__version__ = "0.1.0"

__all__ = [
    "Control",
    "Frame",
    "NeedleControl",
    "PlungerControl",
    "ProbeControl",
    "ScannerControl",
    "__version__",
    "needle",
    "patient",
    "probe",
    "simulate",
    "standard_view",
]


def patient(procedure: str, *, seed: int = 0, side: "Side" = "right", level: int = 1) -> "Patient":
    """A virtual patient who comes for a procedure.

    Args:
        procedure: an atlas id, such as "femoral_nerve_block".
        seed: which patient; the same seed is always the same patient.
        side: the side to be treated.
        level: 0 easy to 4 hard.

    Raises:
        UnknownNameError: the atlas has no such procedure, or no virtual patient shows it yet.
    """
    from inplane.anatomy import find_patient
    from inplane.atlas import load_atlas

    load_atlas().procedure(procedure)
    _start()
    return find_patient(procedure, seed, level=level, side=side)


def standard_view(patient: "Patient", procedure: str) -> ProbeControl:
    """How a competent operator would hold the probe on this patient for this procedure."""
    from inplane.anatomy import standard_view as find_view

    return find_view(patient, procedure)


def probe(name: str) -> "ProbeModel":
    """A probe of the atlas, such as "linear_12_4".

    Raises:
        UnknownNameError: the atlas has no such probe; the message lists those it has.
    """
    from inplane.atlas import load_atlas

    return load_atlas().probe(name)


def needle(name: str) -> "NeedleModel":
    """A needle of the atlas, such as "22g_80mm".

    Raises:
        UnknownNameError: the atlas has no such needle; the message lists those it has.
    """
    from inplane.atlas import load_atlas

    return load_atlas().needle(name)


def simulate(
    patient: "Patient",
    procedure: str,
    *,
    probe: "ProbeModel | None" = None,
    needle: "NeedleModel | None" = None,
    seed: int = 0,
    frame_rate_hz: float = 30.0,
) -> "SimulatedSource":
    """The patient under a probe, as a source: `next(control)` gives a frame, `truth(sequence)` what is really there.

    Args:
        patient: from `patient(...)`.
        procedure: an atlas id; it says which probe and needle are used where none is given.
        probe, needle: from the atlas.
        seed: of everything that is random in the room (electronic noise).
        frame_rate_hz: simulated frames a second.

    Raises:
        UnknownNameError: the atlas has no such procedure.
    """
    from inplane.atlas import load_atlas
    from inplane.stream import SimulatedSource
    from inplane.world import World

    _start()
    atlas = load_atlas()
    entry = atlas.procedure(procedure)
    world = World(
        patient,
        probe=probe or atlas.probe(entry.probe_id),
        needle=needle or atlas.needle(entry.needle_id),
        seed=seed,
    )
    return SimulatedSource(world, frame_rate_hz=frame_rate_hz)


def _start() -> None:
    """Threads and kernel cache, as every entry point decides them."""
    from inplane.core import runtime

    runtime.start()
