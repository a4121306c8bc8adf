"""The needle in tissue: where a hand that holds it puts it, and what its tip meets on the way.

Terms of the model and where they are: beam on an elastic foundation (`beam`), path cut by the tip and bevel steering
(`insertion`), what a change of structure under the tip means (`meeting`).
"""

from inplane.physics.needle.insertion import NeedleState, Surroundings, require_reach, step_needle
from inplane.physics.needle.meeting import Meeting, MeetingKind, Structures

__all__ = ["Meeting", "MeetingKind", "NeedleState", "Structures", "Surroundings", "require_reach", "step_needle"]
