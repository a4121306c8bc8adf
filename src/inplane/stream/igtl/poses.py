"""TDATA for those who ask for it, made of the transforms that are sent anyway, as PLUS makes it.

Source: PlusLib, `vtkPlusIgtlMessageCommon::PackTrackingDataMessage`: names cut to 20 bytes, status and index of each in
the metadata, the count of tools in the device's name.
"""

from inplane.stream.igtl.codec import Message
from inplane.stream.igtl.header import short_device
from inplane.stream.igtl.tracking import Tool, TrackingData
from inplane.stream.igtl.transform import Transform

_MAX_TOOLS = 64
"""Transforms of one moment. chosen: more than a tracker has tools."""


class Poses:
    """Gathers the transforms of one moment: until the image that they belong to, or until the first comes again."""

    def __init__(self) -> None:
        self._waiting: dict[str, Message] = {}

    def add(self, message: Message) -> Message | None:
        """The TDATA that is complete with a message; None where there is none."""
        if message.type == "IMAGE":
            return self._take()
        if message.type != "TRANSFORM":
            return None
        done = self._take() if message.device in self._waiting or len(self._waiting) >= _MAX_TOOLS else None
        self._waiting[message.device] = message
        return done

    def _take(self) -> Message | None:
        waiting, self._waiting = self._waiting, {}
        tools: list[Tool] = []
        told: dict[str, str | bytes] = {}
        for index, (name, message) in enumerate(waiting.items()):
            if isinstance(message.content, Transform):
                short = short_device(name).decode("utf-8", "surrogateescape")
                tools.append(Tool(name=short, matrix=message.content.matrix))
                told[f"{name}Status"] = message.metadata.get("TransformStatus", "OK")
                told[f"{name}Index"] = str(index)
        if not tools:
            return None
        time_s = max(message.time_s for message in waiting.values())
        content = TrackingData(tools=tuple(tools))
        device = f"TDATA_{len(tools)}Elem"
        return Message(type="TDATA", device=device, content=content, time_s=time_s, version=2, metadata=told)
