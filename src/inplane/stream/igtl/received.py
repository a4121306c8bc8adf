"""What came over the network as pictures and transforms: the way back from PLUS's messages."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import hypot
from typing import cast

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from inplane.core import Calibration, FormatError, TrackedTransform
from inplane.stream.files.media import MAX_SIDE, MediaInfo, Picture
from inplane.stream.igtl.codec import Message
from inplane.stream.igtl.image import Image
from inplane.stream.igtl.plus import CALIBRATION, NOTES, ORIENTATION, PLACED, RAS_LPS, SIMULATION, VALID, WHOLE
from inplane.stream.igtl.tracking import QuaternionTrackingData, TrackingData
from inplane.stream.igtl.transform import Position, Transform
from inplane.stream.orient import ORIENTATIONS

SMALLEST_SIDE = 16
"""Rows or columns that a picture must have; see core's PictureGeometry."""
UNIT = 1e-5
"""How near 1 both sides of a pixel must be for "no scale is known". chosen: float32's rounding of a turned axis."""
RANGE_MM = (0.001, 5.0)
"""Size of a pixel that is believed; see core's PictureGeometry."""
WHITE = 255.0
LARGEST = 1e30
"""Numbers beyond are cut. chosen: no scanner's; their differences still fit float32."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One image of the network.

    Args:
        picture: its pixels, 8 bits, with time stamp and metadata; no transforms yet.
        info: what the message says of the picture.
        pose: `ImageToReference` or what the device's name says, RAS on its To side; None where it is the scale alone.
        calibration: how the sender knows the scale; None where it does not say.
    """

    picture: Picture
    info: MediaInfo
    pose: TrackedTransform | None
    calibration: Calibration | None


class GreyRange:
    """Maps a stream's numbers to 8 bits, always the same way: the range only ever grows, so that nothing flickers."""

    def __init__(self) -> None:
        self.low, self.high = 0.0, 0.0
        self.note = ""

    def to_8_bits(self, pixels: NDArray[np.generic]) -> NDArray[np.uint8]:
        """The same picture, uint8; bytes stay as they are, and so do whole numbers that fit one.

        Signed bytes are read as unsigned: senders of 8-bit video mislabel them (PLUS takes TYPE_INT8 for brightness).
        """
        if pixels.dtype == np.uint8:
            return np.asarray(pixels, dtype=np.uint8)
        if pixels.dtype == np.int8:
            self.note = "Signed bytes are read as unsigned ones."
            return pixels.view(np.uint8)
        with np.errstate(over="ignore", invalid="ignore"):
            values = np.nan_to_num(np.asarray(pixels, dtype=np.float32), nan=0.0, posinf=0.0, neginf=0.0)
        values = np.clip(values, -LARGEST, LARGEST)
        self.low, self.high = min(self.low, float(values.min())), max(self.high, float(values.max()))
        kind = f"{pixels.dtype.itemsize * 8}-bit {'numbers' if pixels.dtype.kind == 'f' else 'whole numbers'}"
        if pixels.dtype.kind != "f" and self.low >= 0 and self.high <= WHITE:
            self.note = f"Pixels are {kind} of at most 255: taken as they are."
            return values.astype(np.uint8)
        span = max(self.high - self.low, 1e-12)
        self.note = f"Pixels are {kind}: {self.low:g} to {self.high:g} is shown as black to white."
        return np.rint((values - self.low) * (WHITE / span)).astype(np.uint8)


def read_image(message: Message, grey: GreyRange) -> Received:
    """A picture of an IMAGE message.

    Raises:
        FormatError: not a picture: a volume, another number of channels, an absurd size.
    """
    require_picture(message)
    content = cast(Image, message.content)
    told = {plain(key): plain(value) for key, value in message.metadata.items()}
    pixels = grey.to_8_bits(_flat(content.pixels))
    notes = [grey.note] if grey.note else []
    matrix = np.asarray(content.matrix, dtype=np.float64)
    size, about = pixel_size_mm(matrix)
    orientation, said = _orientation(told)
    if told.get(SIMULATION) == "TRUE":
        notes.append("The sender says that its patient is simulated.")
    if told.get(NOTES):
        notes.append(f"The sender notes: {told[NOTES]}")
    calibration = _calibration(told.get(CALIBRATION))
    if calibration is Calibration.UNCALIBRATED:
        size, about = None, "The sender knows no scale."
    rows, columns = pixels.shape[:2]
    info = MediaInfo(
        format=f"OpenIGTLink IMAGE, header version {message.version}, {content.pixels.dtype}",
        rows=rows,
        columns=columns,
        color=pixels.ndim == 3,
        frames=None,
        rate_hz=None,
        orientation=orientation,
        pixel_mm=size,
        whole=told.get(WHOLE) == "TRUE",
        notes=tuple(note for note in (*notes, about, said) if note),
    )
    picture = Picture(
        pixels=pixels,
        time_s=message.time_s if message.time_s > 0 else None,
        valid=told.get(VALID) != "FALSE",
        fields=told,
    )
    placed = size is not None and told.get(PLACED) != "FALSE" and bool(np.isfinite(matrix).all())
    pose = _pose(message, content.coordinates, matrix) if placed else None
    return Received(picture=picture, info=info, pose=pose, calibration=calibration)


def pixel_size_mm(matrix: NDArray[np.float64]) -> tuple[tuple[float, float] | None, str]:
    """(x, y) size of a pixel by the matrix's axes, and a remark; None where it tells none that can be believed.

    A spacing of exactly 1 is what a sender without a calibration sends: it is then a pixel, not a mm.
    """
    if not np.isfinite(matrix).all():
        return None, "The image's matrix holds numbers that are not finite: no scale is known."
    x_mm, y_mm = (hypot(*matrix[:3, axis].tolist()) for axis in (0, 1))
    if abs(x_mm - 1) < UNIT and abs(y_mm - 1) < UNIT:
        return None, "The spacing is exactly 1, as it is without a calibration: no scale is known."
    low, high = RANGE_MM
    if not (low <= x_mm <= high and low <= y_mm <= high):
        return None, f"A pixel of {x_mm:g} x {y_mm:g} mm is not believed: no scale is known."
    return (x_mm, y_mm), ""


def transforms_of(message: Message) -> Iterator[TrackedTransform]:
    """Every transform that a message tells: TRANSFORM, TDATA, POSITION, or fields of an image as PLUS adds them."""
    content, told = message.content, {plain(key): plain(value) for key, value in message.metadata.items()}
    if isinstance(content, Transform):
        yield _transform(message.device, content.matrix, valid=_is_valid(told, "TransformStatus"))
    elif isinstance(content, Position):
        yield _transform(message.device, _of_position(content), valid=_is_valid(told, "TransformStatus"))
    elif isinstance(content, TrackingData):
        for tool in content.tools:
            yield _transform(tool.name, tool.matrix, valid=_is_valid(told, f"{tool.name}Status"))
    elif isinstance(content, QuaternionTrackingData):
        for tool in content.tools:
            yield _transform(tool.name, _of_position(tool.pose), valid=_is_valid(told, f"{tool.name}Status"))


def _transform(name: str, matrix: NDArray[np.floating], *, valid: bool) -> TrackedTransform:
    """The transform; one with numbers that are not finite is not valid."""
    finite = bool(np.isfinite(matrix).all())
    return TrackedTransform(
        name=plain(name), matrix=np.asarray(matrix if finite else np.eye(4), np.float64), valid=valid and finite
    )


def _is_valid(told: Mapping[str, str], key: str) -> bool:
    """Whether the tracker knew: `TransformValid` and the status, where they are told; else it did."""
    word = told.get("TransformValid", "").strip().lower()
    return word not in ("false", "0", "no") and told.get(key, "OK").strip().upper() in ("OK", "TOOL_OK")


def _of_position(content: Position) -> NDArray[np.float64]:
    """The (4, 4) matrix of a position and a quaternion (x, y, z, w); w >= 0 where it is left out.

    A bare point, or a quaternion of length zero, tells no turn: numbers that are not finite then.
    """
    x, y, z, *w = (*content.quaternion, *(() if content.quaternion else (0.0, 0.0, 0.0, 0.0)))
    if not w:
        w = [max(0.0, 1 - x * x - y * y - z * z) ** 0.5]
    quaternion = np.array([x, y, z, *w], dtype=np.float64)
    norm = float(np.linalg.norm(quaternion))
    if not np.isfinite(norm) or norm < UNIT:
        return np.full((4, 4), np.nan)
    matrix = np.eye(4)
    matrix[:3, :3] = Rotation.from_quat(quaternion / norm).as_matrix()
    matrix[:3, 3] = content.position_mm
    return matrix


def require_picture(message: Message) -> None:
    """Refuses an IMAGE that is no picture; cheap.

    Raises:
        FormatError: more than one slice, a part of one, two channels or more than four, or an absurd size.
    """
    content = message.content
    if not isinstance(content, Image):
        raise FormatError(f"Message is {message.type}. Expected IMAGE.")
    slices, rows, columns = content.pixels.shape[:3]
    if slices != 1:
        raise FormatError(f"Image has {slices} slices. Expected one: a volume is no picture of a scanner.")
    if not (SMALLEST_SIDE <= rows <= MAX_SIDE and SMALLEST_SIDE <= columns <= MAX_SIDE):
        raise FormatError(f"Image has {columns} x {rows} pixels. Expected {SMALLEST_SIDE} to {MAX_SIDE} each way.")
    if content.size is not None:
        raise FormatError(f"Image holds a part of its {content.size} pixels. Expected the whole.")
    channels = 1 if content.pixels.ndim == 3 else content.pixels.shape[3]
    if channels not in (1, 3, 4):
        raise FormatError(f"Image has {channels} channels. Expected 1, 3 or 4.")


def _flat(pixels: NDArray[np.generic]) -> NDArray[np.generic]:
    """(rows, columns) or (rows, columns, 3) of (slice, rows, columns[, components])."""
    if pixels.ndim == 3:
        return np.ascontiguousarray(pixels[0])
    return np.ascontiguousarray(pixels[0, :, :, 0] if pixels.shape[3] == 1 else pixels[0, :, :, :3])


def _orientation(told: Mapping[str, str]) -> tuple[str, str]:
    """The PLUS code of the picture, and a remark: MF is what PLUS sends of brightness pictures."""
    code = told.get(ORIENTATION, "").strip().upper()
    if code in ORIENTATIONS:
        return code, ""
    return "MF", "Orientation assumed: MF (marked side at growing columns), as PLUS sends it; the sender did not say."


def _calibration(word: str | None) -> Calibration | None:
    return Calibration(word) if word in tuple(Calibration) else None


def _pose(message: Message, coordinates: str, matrix: NDArray[np.float64]) -> TrackedTransform:
    """`<Image>To<Frame>` of a device that is named `<Image>_<Frame>`, RAS."""
    image, _, frame = plain(message.device).partition("_")
    name = f"{image}To{frame}" if image and frame else "ImageToReference"
    return TrackedTransform(name=name, matrix=RAS_LPS @ matrix if coordinates == "LPS" else matrix)


def plain(text: bytes | str) -> str:
    """A text that can be printed and stored anywhere: what is no UTF-8, or no letter, becomes a question mark."""
    read = text if isinstance(text, str) else text.decode(errors="replace")
    return "".join(letter if letter.isprintable() else "?" for letter in read)
