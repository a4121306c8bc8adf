"""What happened to the patient, in the order in which it happened; known to the source of truth only."""

from dataclasses import dataclass

import numpy as np

from inplane.anatomy import Kind
from inplane.physics.needle import Meeting

INTRAVASCULAR = "intravascular injection"
INTRANEURAL = "intraneural injection"
VOLUME_TOLD_ML = 0.02
"""Volume in a vessel or nerve from which its injection is told. Chosen: a drop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TruthEvent:
    """Something that happened.

    Args:
        kind: such as "vessel puncture", "nerve contact", "bone contact", "intravascular injection".
        structure: its name.
        time_s: on the source's clock.
        detail: what else is to be said, with units.
    """

    kind: str
    structure: str
    time_s: float
    detail: str = ""


class EventLog:
    """Events so far, each injection into vessel or nerve told once a structure."""

    def __init__(self, kinds: dict[str, Kind]) -> None:
        self._kinds = kinds
        self._told: set[str] = set()
        self.events: tuple[TruthEvent, ...] = ()

    def met(self, meetings: tuple[Meeting, ...], time_s: float) -> None:
        """What the tip met in a step."""
        self.events += tuple(
            TruthEvent(
                kind=str(found.kind),
                structure=found.structure,
                time_s=time_s,
                detail=f"at {found.depth_mm:.1f} mm" + (f", {found.force_n:.1f} N" if found.force_n > 0 else ""),
            )
            for found in meetings
        )

    def given(self, volumes_ml: dict[str, float], time_s: float) -> None:
        """Where the fluid is by now."""
        for name, volume in volumes_ml.items():
            kind = self._kinds.get(name)
            if name in self._told or volume < VOLUME_TOLD_ML or kind is None:
                continue
            if kind in (Kind.ARTERY_LUMEN, Kind.VEIN_LUMEN):
                told = INTRAVASCULAR
            elif kind in (Kind.NERVE, Kind.FASCICLE):
                told = INTRANEURAL
            else:
                continue
            self._told.add(name)
            detail = f"from {np.round(volume, 3):g} ml on"
            self.events += (TruthEvent(kind=told, structure=name, time_s=time_s, detail=detail),)
