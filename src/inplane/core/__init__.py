"""The values that travel: poses, image geometry, frames, controls, scenes, advice, shapes, citations, errors."""

from inplane.core.advice import Advice, Alarm, Clearance, DoseStatus, PathCone, Priority
from inplane.core.citation import Citation, CitedValue, Grade, Review
from inplane.core.control import (
    TGC_SLIDERS,
    Control,
    Mode,
    NeedleControl,
    PlungerControl,
    ProbeControl,
    ScannerControl,
)
from inplane.core.errors import (
    FormatError,
    InplaneError,
    InputError,
    RangeError,
    ResourceError,
    SpaceError,
    UnknownNameError,
    require_range,
)
from inplane.core.frame import AspirationResult, ColorFlow, Frame, Signals
from inplane.core.geometry import LinearGeometry
from inplane.core.pose import Pose, Space
from inplane.core.scene import (
    BoneSeen,
    CannotTell,
    NeedleSeen,
    NeedleState,
    Point,
    Scene,
    SpreadSeen,
    SpreadState,
    VesselSeen,
)
from inplane.core.shapes import Deformation, InjectateField, NeedleShape

__all__ = [
    "TGC_SLIDERS",
    "Advice",
    "Alarm",
    "AspirationResult",
    "BoneSeen",
    "CannotTell",
    "Citation",
    "CitedValue",
    "Clearance",
    "ColorFlow",
    "Control",
    "Deformation",
    "DoseStatus",
    "FormatError",
    "Frame",
    "Grade",
    "InjectateField",
    "InplaneError",
    "InputError",
    "LinearGeometry",
    "Mode",
    "NeedleControl",
    "NeedleSeen",
    "NeedleShape",
    "NeedleState",
    "PathCone",
    "PlungerControl",
    "Point",
    "Pose",
    "Priority",
    "ProbeControl",
    "RangeError",
    "ResourceError",
    "Review",
    "ScannerControl",
    "Scene",
    "Signals",
    "Space",
    "SpaceError",
    "SpreadSeen",
    "SpreadState",
    "UnknownNameError",
    "VesselSeen",
    "require_range",
]
