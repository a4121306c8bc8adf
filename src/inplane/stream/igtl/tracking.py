"""Several tools at one moment: TDATA with matrices, QTDATA with quaternions."""

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inplane.stream.igtl.header import Buffer, fixed, text_of
from inplane.stream.igtl.table import pack_rows, rows_of
from inplane.stream.igtl.transform import Position, matrix_of, pack_matrix

_TOOL = struct.Struct(">20sBB48s")
_QTOOL = struct.Struct(">20sBB7f")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tool:
    """One tracked tool.

    Args:
        name: at most 20 bytes.
        matrix: (4, 4) float64, mm.
        kind: 1 tracker, 2 with six degrees of freedom, 3 tip only, 4 tip and direction; others are kept.
        reserved: as it came.
    """

    name: str
    matrix: NDArray[np.float64]
    kind: int = 2
    reserved: int = 0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrackingData:
    """A TDATA: tools in the sender's order."""

    tools: tuple[Tool, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuaternionTool:
    """One tracked tool of a QTDATA; as `Tool`, with a position and a quaternion of four numbers."""

    name: str
    pose: Position
    kind: int = 2
    reserved: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class QuaternionTrackingData:
    """A QTDATA: tools in the sender's order."""

    tools: tuple[QuaternionTool, ...]


def decode_tdata(body: Buffer) -> TrackingData:
    """A TDATA.

    Raises:
        FormatError: a body that is no whole number of tools.
    """
    rows = rows_of("TDATA", _TOOL, body)
    return TrackingData(
        tools=tuple(
            Tool(name=text_of(name), kind=kind, reserved=reserved, matrix=matrix_of(matrix))
            for name, kind, reserved, matrix in rows
        )
    )


def encode_tdata(content: TrackingData) -> bytes:
    """The body of a TDATA."""
    return pack_rows(
        "TDATA",
        _TOOL,
        ((fixed(t.name, 20, "Tool name"), t.kind, t.reserved, pack_matrix(t.matrix)) for t in content.tools),
    )


def decode_qtdata(body: Buffer) -> QuaternionTrackingData:
    """A QTDATA.

    Raises:
        FormatError: a body that is no whole number of tools.
    """
    tools: list[QuaternionTool] = []
    for name, kind, reserved, *numbers in rows_of("QTDATA", _QTOOL, body):
        pose = Position(position_mm=(numbers[0], numbers[1], numbers[2]), quaternion=tuple(numbers[3:]))
        tools.append(QuaternionTool(name=text_of(name), kind=kind, reserved=reserved, pose=pose))
    return QuaternionTrackingData(tools=tuple(tools))


def encode_qtdata(content: QuaternionTrackingData) -> bytes:
    """The body of a QTDATA."""
    return pack_rows(
        "QTDATA",
        _QTOOL,
        (
            (fixed(t.name, 20, "Tool name"), t.kind, t.reserved, *t.pose.position_mm, *t.pose.quaternion)
            for t in content.tools
        ),
    )
