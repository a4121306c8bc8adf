"""Fuzzes the OpenIGTLink decoder with atheris: any bytes end in messages or a FormatError, in bounded memory.

    python tests/fuzz/fuzz_igtl.py -max_total_time=300 FOUND tests/corpus/fuzz/igtl

New inputs go to the folder FOUND; what is worth it is copied to the seeds. `--write-seeds` writes those made from
values. Without atheris (it is Linux only) the script says so and does nothing.
"""

import inspect
import struct
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
from fastcrc import crc64

try:
    import atheris
except ImportError:
    atheris = None

from inplane.core import FormatError
from inplane.stream.igtl.arrays import Array, ColorTable, Sensor
from inplane.stream.igtl.bind import Bind, BoundMessage
from inplane.stream.igtl.codec import Decoder, Message, encode
from inplane.stream.igtl.command import parse_command
from inplane.stream.igtl.contents import Unknown
from inplane.stream.igtl.image import Image, Video
from inplane.stream.igtl.listing import ImageEntry, LabelEntry, Listing, VideoEntry
from inplane.stream.igtl.points import Point, Points, Trajectories, Trajectory
from inplane.stream.igtl.polydata import Attribute, PolyData
from inplane.stream.igtl.query import Query
from inplane.stream.igtl.text import Capability, Command, Status, String
from inplane.stream.igtl.tracking import QuaternionTool, QuaternionTrackingData, Tool, TrackingData
from inplane.stream.igtl.transform import Position, Transform

SEEDS = Path(__file__).parents[1] / "corpus" / "fuzz" / "igtl"
HEADER = struct.Struct(">H12s20sIIQQ")


def one(data: bytes) -> None:
    """One input: as a stream as it is, as one whose sizes and checksum are mended, and as a command.

    Raises:
        AssertionError: a message that is sent on as other bytes, or another end when the bytes come in pieces.
    """
    for stream in (data, mended(data)):
        whole = stream_of(stream, len(stream) or 1)
        if b"".join(whole) != stream[: sum(map(len, whole))]:
            raise AssertionError("a message was sent on as other bytes")
        if stream_of(stream, 7) != whole:
            raise AssertionError("pieces of seven bytes end otherwise")
    try:
        parse_command(data)
    except FormatError:
        return


def mended(data: bytes) -> bytes:
    """The input with a body size and checksum that are right, so that the fuzzer sees behind them."""
    if len(data) < HEADER.size:
        return data
    version, kind, device, seconds, fraction, _, _ = HEADER.unpack(data[: HEADER.size])
    body = data[HEADER.size :]
    return HEADER.pack(version, kind, device, seconds, fraction, len(body), crc64.ecma_182(body)) + body


def stream_of(data: bytes, step: int) -> list[bytes]:
    """The messages of a stream, encoded again."""
    decoder = Decoder()
    found: list[bytes] = []
    try:
        for at in range(0, len(data), step):
            found += [encode(message) for message in decoder.feed(data[at : at + step])]
        decoder.end()
    except FormatError:
        return found
    return found


def seeds() -> dict[str, bytes]:
    """Small messages of every kind, and a few broken ones."""
    pose, pixels = np.eye(4), np.arange(24, dtype=np.uint8).reshape(1, 4, 6)
    position = Position(position_mm=(1.0, 2.0, 3.0), quaternion=(0.0, 0.0, 0.0, 1.0))
    cells = tuple((1, np.array([1, 0], np.uint32)) for _ in range(4))
    attribute = Attribute(name="a", kind=0, values=np.ones((2, 1), np.float32), components=1)
    point = Point(name="p", position_mm=(1.0, 2.0, 3.0))
    path = Trajectory(name="t", entry_mm=(0.0, 0.0, 0.0), target_mm=(1.0, 1.0, 1.0))
    contents = {
        "IMAGE": Image(pixels=pixels, matrix=pose),
        "TRANSFORM": Transform(matrix=pose),
        "POSITION": position,
        "QTRANS": position,
        "TDATA": TrackingData(tools=(Tool(name="Probe", matrix=pose),)),
        "QTDATA": QuaternionTrackingData(tools=(QuaternionTool(name="Probe", pose=position),)),
        "STATUS": Status(text="fine"),
        "STRING": String(text='<Command Name="RequestDeviceIds"/>'),
        "COMMAND": Command(id=1, name="StartRecording", text="<Command/>"),
        "CAPABILITY": Capability(types=("IMAGE", "STATUS")),
        "POINT": Points(points=(point,)),
        "TRAJ": Trajectories(trajectories=(path,)),
        "SENSOR": Sensor(values=(1.0, 2.0)),
        "NDARRAY": Array(values=np.zeros((2, 3), np.int16)),
        "COLORT": ColorTable(table=np.zeros(256, np.uint8)),
        "IMGMETA": Listing(entries=(ImageEntry(name="n", device="d"),)),
        "LBMETA": Listing(entries=(LabelEntry(name="n", device="d", label=1),)),
        "VIDEOMETA": Listing(entries=(VideoEntry(name="n", device="d"),)),
        "POLYDATA": PolyData(points_mm=np.zeros((2, 3), np.float32), cells=cells, attributes=(attribute,)),
        "BIND": Bind(messages=(BoundMessage(type="STATUS", name="s", body=b"odd"),)),
        "VIDEO": Video(codec="H264", data=b"data", head=bytes(76)),
        "STT_TDATA": Query(resolution_ms=50, coordinate_name="Reference"),
        "RTS_TDATA": Query(status=0),
        "GET_STATUS": Query(),
        "VENDOR": Unknown(body=b"body"),
    }
    fields = {"TransformValid": "TRUE", "µ": "ß"}
    made = {
        f"{kind.lower()}-{version}": encode(
            Message(type=kind, device="D", content=content, version=version, metadata=fields, time_s=1.5)
        )
        for kind, content in contents.items()
        for version in (1, 2)
    }
    two = made["string-2"] + made["image-2"]
    wrong = made["image-1"][:-1] + b"\xff"
    return made | {"two-in-one": two, "wrong-checksum": wrong, "cut": made["image-2"][:100], "http": b"HTTP/1.1 200 OK"}


def instrument(module: ModuleType) -> None:
    """Lets atheris see which way the functions and methods of a module go."""
    classes = [one for one in vars(module).values() if inspect.isclass(one) and one.__module__ == module.__name__]
    for owner in (module, *classes):
        for function in vars(owner).values():
            if inspect.isfunction(function) and function.__module__ == module.__name__:
                atheris.instrument_func(function)


def main() -> None:
    """Writes the seeds, or fuzzes until told to stop."""
    if "--write-seeds" in sys.argv:
        SEEDS.mkdir(parents=True, exist_ok=True)
        for name, raw in seeds().items():
            (SEEDS / name).write_bytes(raw)
        return
    if atheris is None:
        sys.exit("atheris is not installed: nothing was fuzzed.")
    for name, module in list(sys.modules.items()):
        if name.startswith("inplane.stream.igtl."):
            instrument(module)
    atheris.Setup(sys.argv, one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
