"""Frames as the messages that PLUS would send: an image with its pose, and transforms with their status.

    Image_Reference        IMAGE: pixels, and the matrix from pixel indices to Reference, mm
    ProbeToReference       TRANSFORM: where the probe is
    NeedleTipToReference   TRANSFORM: where the needle's tip is (20 bytes, the longest name that a header holds)

Tracked transforms are kept as they were told, in the axes of the tracker. The simulated patient is LPS in memory; its
Reference is turned to RAS on the wire, since that is what 3D Slicer and the C++ library take coordinates for.

References:
    PlusLib, vtkPlusIgtlMessageCommon::PackImageMessage and PackTransformMessage: names, time stamps, metadata.
    Tokuda J et al. OpenIGTLink: an open network protocol for image-guided therapy environment. Int J Med Robot
    2009;5:423-34. doi:10.1002/rcs.274
"""

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from inplane.core import Frame, Geometry, TrackedTransform
from inplane.stream.igtl.codec import Message
from inplane.stream.igtl.image import Image
from inplane.stream.igtl.text import OK, Status
from inplane.stream.igtl.transform import Transform
from inplane.world import Moment

IMAGE, PROBE, NEEDLE_TIP = "Image_Reference", "ProbeToReference", "NeedleTipToReference"
RAS_LPS = np.diag([-1.0, -1.0, 1.0, 1.0])
"""Takes LPS coordinates to RAS, and RAS ones to LPS."""
VERSION = 2
"""Header version with metadata, without which no status could be told."""
CALIBRATION, WHOLE, VALID = "InplaneCalibration", "InplaneWholePicture", "InplaneValid"
"""Our own words in an image's metadata: how its scale is known, that nothing need be cropped, that it may be used."""
SIMULATION, PLACED = "InplaneSimulated", "InplanePlaced"
"""Likewise: that the patient is a model; whether the image's matrix holds a place, or its scale alone."""
NOTES = "InplaneNotes"
"""Likewise: what the sender has to say about its source."""
ORIENTATION = "UltrasoundImageOrientation"
"""PLUS's word for which way the pixels lie."""


def messages_of(
    frame: Frame, *, time_s: float, tracked: Iterable[TrackedTransform] = (), fields: Mapping[str, str] | None = None
) -> list[Message]:
    """What is sent of one frame: the transforms first, so that a receiver has them when the image comes.

    Args:
        frame: the picture.
        time_s: its time stamp, seconds since 1970.
        tracked: poses of a tracker whose Probe is our PROBE, so that they place the image; the frame's own are sent
            too, but how their Probe lies to the pixels is not known.
        fields: further metadata of the image.
    """
    placing = {told.name: told for told in tracked}
    poses = {told.name: told for told in frame.signals.transforms} | placing
    probe = _to_reference("Probe", poses) or _unknown(PROBE)
    needle = _to_reference("NeedleTip", poses) or _unknown(NEEDLE_TIP)
    others = (told for name, told in poses.items() if name not in (PROBE, NEEDLE_TIP))
    sent = [transform_message(told, time_s) for told in (probe, needle, *others)]
    return [*sent, image_message(frame, placing.get(PROBE), time_s=time_s, fields=fields)]


def image_message(
    frame: Frame,
    probe: TrackedTransform | None,
    *,
    time_s: float,
    device: str = IMAGE,
    fields: Mapping[str, str] | None = None,
) -> Message:
    """The picture as an IMAGE: columns are lines, rows are samples, MF; placed where the probe is known.

    The frame's own fields go along as metadata, as PLUS sends them.

    Where the scale is not known the matrix is the identity, as it is where PLUS has no calibration: 1 is then no mm.
    """
    source = frame.pixels if frame.rgb is None else frame.rgb
    pixels = np.ascontiguousarray(source.swapaxes(0, 1))[None]
    pixels.flags.writeable = False  # so that nobody has to copy it
    matrix, placed = np.eye(4), probe is not None and probe.valid and frame.calibration.in_mm
    if frame.calibration.in_mm:
        matrix = probe_from_pixels(frame.geometry)
    if probe is not None and placed:
        matrix = probe.matrix @ matrix
    told = {
        **frame.signals.fields,
        ORIENTATION: "MF",
        CALIBRATION: frame.calibration.value,
        WHOLE: "TRUE",
        VALID: _word(frame.valid),
        PLACED: _word(placed),
        "FrameNumber": str(frame.sequence),
        **(fields or {}),
    }
    content = Image(pixels=pixels, matrix=matrix, coordinates="RAS")
    return Message(type="IMAGE", device=device, time_s=time_s, version=VERSION, content=content, metadata=told)


def probe_from_pixels(geometry: Geometry) -> NDArray[np.float64]:
    """ImageToProbe (4, 4): mm in the probe's axes of pixel indices (column, row, slice).

    The third axis has the mean size of a pixel (chosen: a single slice has no thickness of its own).
    """
    x_mm, y_mm = geometry.line_pitch_mm, geometry.sample_pitch_mm
    matrix = np.diag([x_mm, y_mm, 0.5 * (x_mm + y_mm), 1.0])
    matrix[:2, 3] = geometry.to_mm((0.0, 0.0))
    return matrix


def transform_message(told: TrackedTransform, time_s: float) -> Message:
    """A TRANSFORM with its status; an invalid one carries the identity, which means nothing."""
    fields = {"TransformValid": _word(told.valid), "TransformStatus": "OK" if told.valid else "INVALID"}
    content = Transform(matrix=told.matrix if told.valid else np.eye(4))
    return Message(type="TRANSFORM", device=told.name, time_s=time_s, version=VERSION, content=content, metadata=fields)


def status_message(code: int, text: str, time_s: float, *, device: str = "inplane") -> Message:
    """A STATUS: how the sender fares."""
    content = Status(code=code, subcode=0, name="OK" if code == OK else "Shutdown", text=text)
    return Message(type="STATUS", device=device, time_s=time_s, version=VERSION, content=content, metadata={})


def tracked_of(moment: Moment) -> tuple[TrackedTransform, ...]:
    """What a tracker would tell of the simulated room: probe and needle tip in Reference, which is the patient in RAS.

    The needle is not seen by it while it is outside the skin.
    """
    probe = TrackedTransform(name=PROBE, matrix=RAS_LPS @ moment.T_patient_image.matrix())
    path = moment.needle.path_mm
    if len(path) < 2:
        return probe, _unknown(NEEDLE_TIP)
    return probe, TrackedTransform(name=NEEDLE_TIP, matrix=RAS_LPS @ _tip(path))


def patient_pose(told: TrackedTransform) -> NDArray[np.float64]:
    """The matrix (4, 4) with LPS on its To side, of a transform whose Reference is the patient in RAS."""
    return RAS_LPS @ told.matrix


def _tip(path_mm: NDArray[np.float64]) -> NDArray[np.float64]:
    """T_patient_needle (4, 4) of a shaft's points: x along the shaft towards the tip; the roll is arbitrary."""
    x = path_mm[-1] - path_mm[-2]
    length = float(np.linalg.norm(x))
    x = x / length if length > 0 else np.array([1.0, 0.0, 0.0])
    side = np.eye(3)[int(np.argmin(np.abs(x)))]
    y = np.cross(side, x)
    y /= np.linalg.norm(y)
    matrix = np.eye(4)
    matrix[:3, :3] = np.stack((x, y, np.cross(x, y)), axis=1)
    matrix[:3, 3] = path_mm[-1]
    return matrix


def _to_reference(name: str, poses: Mapping[str, TrackedTransform]) -> TrackedTransform | None:
    """`<name>ToReference` as told, or of the tracker's two; None where neither is there.

    M(Reference<-Probe) = M(Tracker<-Reference)^-1 M(Tracker<-Probe), as PLUS's transform repository has it.
    """
    told = poses.get(f"{name}ToReference")
    if told is not None:
        return told
    seen, reference = poses.get(f"{name}ToTracker"), poses.get("ReferenceToTracker")
    if seen is None or reference is None:
        return None
    if not (seen.valid and reference.valid) or abs(np.linalg.det(reference.matrix)) < 1e-12:
        return _unknown(f"{name}ToReference")
    return TrackedTransform(name=f"{name}ToReference", matrix=np.linalg.inv(reference.matrix) @ seen.matrix)


def _unknown(name: str) -> TrackedTransform:
    return TrackedTransform(name=name, matrix=np.eye(4), valid=False)


def _word(true: bool) -> str:
    return "TRUE" if true else "FALSE"
