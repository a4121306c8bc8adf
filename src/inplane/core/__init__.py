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
from inplane.core.field_of_view import FieldOfView, Polygon, Sector
from inplane.core.frame import AspirationResult, ColorFlow, Frame, Signals, TrackedTransform
from inplane.core.geometry import Calibration, Geometry, LinearGeometry, PictureGeometry, geometry_of
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
    "Calibration",
    "CannotTell",
    "Citation",
    "CitedValue",
    "Clearance",
    "ColorFlow",
    "Control",
    "Deformation",
    "DoseStatus",
    "FieldOfView",
    "FormatError",
    "Frame",
    "Geometry",
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
    "PictureGeometry",
    "PlungerControl",
    "Point",
    "Polygon",
    "Pose",
    "Priority",
    "ProbeControl",
    "RangeError",
    "ResourceError",
    "Review",
    "ScannerControl",
    "Scene",
    "Sector",
    "Signals",
    "Space",
    "SpaceError",
    "SpreadSeen",
    "SpreadState",
    "TrackedTransform",
    "UnknownNameError",
    "VesselSeen",
    "geometry_of",
    "require_range",
]
