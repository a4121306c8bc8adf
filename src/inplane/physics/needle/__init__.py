"""The needle in tissue: where a hand that holds it puts it, what that takes, and what its tip meets on the way.

Terms of the model and where they are: beam on an elastic foundation and bevel steering (`beam`), puncture, cutting,
friction and relaxation along the shaft (`force`), the path (`path`), one step of it all (`insertion`), what a change of
structure under the tip means (`meeting`, `tip`), published forces and deflections beside ours (`published`).
"""

from inplane.physics.needle.insertion import NeedleState, Surroundings, require_reach, step_needle
from inplane.physics.needle.meeting import Meeting, MeetingKind, Structures
from inplane.physics.needle.tip import TipIn

__all__ = [
    "Meeting",
    "MeetingKind",
    "NeedleState",
    "Structures",
    "Surroundings",
    "TipIn",
    "require_reach",
    "step_needle",
]
