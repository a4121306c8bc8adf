"""Every kind of content, and which message type has which."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

from inplane.stream.igtl import arrays, bind, image, listing, points, polydata, query, text, tracking, transform
from inplane.stream.igtl.arrays import Array, ColorTable, Sensor
from inplane.stream.igtl.bind import Bind
from inplane.stream.igtl.header import Buffer
from inplane.stream.igtl.image import Image, Video
from inplane.stream.igtl.listing import Listing
from inplane.stream.igtl.points import Points, Trajectories
from inplane.stream.igtl.polydata import PolyData
from inplane.stream.igtl.query import PREFIXES, Query
from inplane.stream.igtl.text import Capability, Command, Status, String
from inplane.stream.igtl.tracking import QuaternionTrackingData, TrackingData
from inplane.stream.igtl.transform import Position, Transform


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """The content of a type that nobody here knows, as it is."""

    body: bytes


Content: TypeAlias = (
    Image
    | Transform
    | TrackingData
    | QuaternionTrackingData
    | Status
    | String
    | Command
    | Capability
    | Position
    | Points
    | Trajectories
    | Sensor
    | Array
    | ColorTable
    | Listing
    | PolyData
    | Bind
    | Video
    | Query
    | Unknown
)


class Kind(NamedTuple):
    """How one type is read and written, and which class its content has."""

    content: type[Any]
    decode: Callable[[memoryview], Content]
    encode: Callable[[Any], Buffer | list[Buffer]]


def _decode_unknown(body: Buffer) -> Unknown:
    return Unknown(body=bytes(body))


def _encode_unknown(content: Unknown) -> bytes:
    return content.body


_COLORS = Kind(ColorTable, arrays.decode_colors, arrays.encode_colors)
_COMMAND = Kind(Command, text.decode_command, text.encode_command)
_START = Kind(Query, query.decode_start, query.encode_start)
_ANSWER = Kind(Query, query.decode_answer, query.encode_answer)
_QUERY = Kind(Query, query.decode_query, query.encode_query)
_UNKNOWN = Kind(Unknown, _decode_unknown, _encode_unknown)
KINDS: dict[str, Kind] = {
    "IMAGE": Kind(Image, image.decode_image, image.encode_image),
    "TRANSFORM": Kind(Transform, transform.decode_transform, transform.encode_transform),
    "POSITION": Kind(Position, transform.decode_position, transform.encode_position),
    "QTRANS": Kind(Position, transform.decode_qtrans, transform.encode_position),
    "TDATA": Kind(TrackingData, tracking.decode_tdata, tracking.encode_tdata),
    "QTDATA": Kind(QuaternionTrackingData, tracking.decode_qtdata, tracking.encode_qtdata),
    "STATUS": Kind(Status, text.decode_status, text.encode_status),
    "STRING": Kind(String, text.decode_string, text.encode_string),
    "COMMAND": _COMMAND,
    "RTS_COMMAND": _COMMAND,
    "CAPABILITY": Kind(Capability, text.decode_capability, text.encode_capability),
    "POINT": Kind(Points, points.decode_points, points.encode_points),
    "TRAJ": Kind(Trajectories, points.decode_trajectories, points.encode_trajectories),
    "SENSOR": Kind(Sensor, arrays.decode_sensor, arrays.encode_sensor),
    "NDARRAY": Kind(Array, arrays.decode_array, arrays.encode_array),
    "COLORT": _COLORS,
    "COLORTABLE": _COLORS,
    "IMGMETA": Kind(Listing, listing.decode_images, listing.encode_images),
    "LBMETA": Kind(Listing, listing.decode_labels, listing.encode_labels),
    "VIDEOMETA": Kind(Listing, listing.decode_videos, listing.encode_videos),
    "POLYDATA": Kind(PolyData, polydata.decode_polydata, polydata.encode_polydata),
    "BIND": Kind(Bind, bind.decode_bind, bind.encode_bind),
    "VIDEO": Kind(Video, image.decode_video, image.encode_video),
    "STT_TDATA": _START,
    "STT_QTDATA": _START,
}
"""Type on the wire, and how its content is read and written; queries and unknown types have one kind each."""


def kind_of(name: str) -> Kind:
    """How a message type is read and written."""
    found = KINDS.get(name)
    if found is not None:
        return found
    if name.startswith("RTS_"):
        return _ANSWER
    return _QUERY if name.startswith(PREFIXES) else _UNKNOWN
