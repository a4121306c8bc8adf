"""What a server says to a client's questions and orders, as PLUS does.

GET_STATUS, GET_CAPABIL and GET_<type> are answered at once; STT_<type> and STP_<type> by RTS_<type>, and the stream is
begun or stopped for that client; a command by its reply. Everything else is left to whoever listens.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from inplane.stream.igtl.codec import Message
from inplane.stream.igtl.command import COMMAND_PREFIX, REPLY_PREFIX, Handler, Reply, answer, reply_xml
from inplane.stream.igtl.contents import KINDS
from inplane.stream.igtl.query import Query
from inplane.stream.igtl.text import NOT_FOUND, Capability, Command, Status, String

QUERIED = {
    "TRANS": "TRANSFORM",
    "TRANSFORM": "TRANSFORM",
    "TRANSFOR": "TRANSFORM",
    "CAPABIL": "CAPABILITY",
    "CAPABILITY": "CAPABILITY",
    "COLORTAB": "COLORT",
    "VMETA": "VIDEOMETA",
}
"""Names in queries that are not the type's own; those that were cut to twelve letters too."""
ASKED_FOR = ("TDATA", "QTDATA")
"""Types that a client gets only after it has asked for them, as PLUS has it; all others come unasked."""


@dataclass(slots=True, kw_only=True)
class Wishes:
    """What one client wants.

    Args:
        stopped: types that it does not want.
        started: of ASKED_FOR, least time between two, s.
        sent_s: of these, when the last was sent.
    """

    stopped: set[str] = field(default_factory=set[str])
    started: dict[str, float] = field(default_factory=dict[str, float])
    sent_s: dict[str, float] = field(default_factory=dict[str, float])

    def wants(self, kind: str, now_s: float) -> bool:
        """Whether a message of a type is to be sent now; takes note that it was."""
        if kind not in ASKED_FOR:
            return kind not in self.stopped
        pause_s = self.started.get(kind)
        if pause_s is None or now_s - self.sent_s.get(kind, -1e9) < pause_s:
            return False
        self.sent_s[kind] = now_s
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What answers are made of.

    Args:
        newest: newest message by type and device.
        status: how the server fares, now.
        handler: of commands that are no listing.
    """

    newest: Mapping[tuple[str, str], Message]
    status: Callable[[], Status]
    handler: Handler | None


def answers(message: Message, wishes: Wishes, desk: Desk, time_s: float) -> list[Message]:
    """The answers to one message; none where it is no question.

    Args:
        message: of the client.
        wishes: of this client; changed where it orders something.
        desk: what there is to say.
        time_s: time stamp of the answers.
    """
    if isinstance(message.content, String) and message.device.startswith(COMMAND_PREFIX):
        reply = answer(message.content.text, _devices(desk), desk.handler)
        device = REPLY_PREFIX + message.device.removeprefix(COMMAND_PREFIX)
        return [Message(type="STRING", device=device, content=String(text=reply_xml(reply)), time_s=time_s)]
    if isinstance(message.content, Command) and message.type == "COMMAND":
        return [_command_answer(message, message.content, desk, time_s)]
    prefix, _, name = message.type.partition("_")
    if not isinstance(message.content, Query) or prefix not in ("GET", "STT", "STP"):
        return []
    kind = QUERIED.get(name, name)
    if prefix == "GET":
        return _told(kind, message.device, desk, time_s)
    done = _order(prefix == "STT", kind, message.content, wishes)
    content = Query(status=0 if done else -1)
    return [Message(type=f"RTS_{name}"[:12], device=message.device, content=content, time_s=time_s)]


def _devices(desk: Desk) -> tuple[str, ...]:
    return tuple(dict.fromkeys(device for _, device in list(desk.newest)))


def _command_answer(message: Message, command: Command, desk: Desk, time_s: float) -> Message:
    reply: Reply = answer(command.text, _devices(desk), desk.handler)
    content = Command(id=command.id, name=command.name, text=reply_xml(reply, command.name))
    told = {"Status": "SUCCESS" if reply.done else "FAIL", "Message": reply.text}
    told |= {} if reply.done else {"Error": reply.text}
    return Message(type="RTS_COMMAND", device=message.device, content=content, time_s=time_s, metadata=told)


def _order(start: bool, kind: str, order: Query, wishes: Wishes) -> bool:
    """Begins or stops a type for a client; False for one that nobody knows."""
    if kind not in KINDS:
        return False
    if kind in ASKED_FOR and start:
        wishes.started[kind] = max(0, order.resolution_ms or 0) / 1000
    elif kind in ASKED_FOR:
        wishes.started.pop(kind, None)
    elif start:
        wishes.stopped.discard(kind)
    else:
        wishes.stopped.add(kind)
    return True


def _told(kind: str, device: str, desk: Desk, time_s: float) -> list[Message]:
    """The answers to a GET: of the device that it names, or of all."""
    if kind == "STATUS":
        return [Message(type="STATUS", device="inplane", content=desk.status(), time_s=time_s)]
    if kind == "CAPABILITY":
        names = (*KINDS, "GET_STATUS", "GET_CAPABIL", "GET_TRANS", "GET_IMAGE", "STT_TRANS", "STP_TRANS", "STP_TDATA")
        return [Message(type="CAPABILITY", device="inplane", content=Capability(types=names), time_s=time_s)]
    found = [m for (known, name), m in list(desk.newest.items()) if known == kind and device in ("", name)]
    if found:
        return found
    text = f"No {kind} of {device!r} was sent yet." if device else f"No {kind} was sent yet."
    status = Status(code=NOT_FOUND, name="NotFound", text=text)
    return [Message(type="STATUS", device="inplane", content=status, time_s=time_s)]
