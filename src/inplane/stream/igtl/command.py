"""Commands as PLUS takes them: XML in a STRING for `CMD_<uid>`, answered by one for `ACK_<uid>`, or in a COMMAND.

Source: PlusLib, `PlusServerCommands.dox` and `vtkPlusOpenIGTLinkServer.cxx` (github.com/PlusToolkit/PlusLib).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from inplane.core import FormatError, InputError

MAX_XML = 65535
"""Bytes of a command that are looked at; a STRING cannot hold more."""
COMMAND_PREFIX, REPLY_PREFIX = "CMD_", "ACK_"
LISTING = ("RequestDeviceIds", "RequestChannelIds")
"""Commands that are answered with the names of what is sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A command that was understood.

    Args:
        name: what to do, as "StartRecording".
        parameters: further attributes.
    """

    name: str
    parameters: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """How a command ended: whether it was done, and a sentence."""

    done: bool
    text: str


Handler = Callable[[Request], Reply]


def parse_command(text: str | bytes) -> Request:
    """What `<Command Name="..." .../>` asks for; elements within it are not looked at.

    Raises:
        FormatError: too long, no XML, a document type (the door to entities), or another element.
    """
    raw = text.encode("utf-8", "replace") if isinstance(text, str) else text
    if len(raw) > MAX_XML:
        raise FormatError(f"Command has {len(raw)} bytes. Expected at most {MAX_XML}.")
    found: list[tuple[str, dict[str, str]]] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if not found:
            found.append((name, attributes))

    def refuse(*_: object) -> None:
        raise FormatError("Command holds a document type. Expected plain XML: <Command Name=.../>.")

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(raw, True)
    except (expat.ExpatError, ValueError) as error:
        raise FormatError(f"Command is no XML: {error}. Expected <Command Name=.../>.") from error
    element, attributes = found[0]
    name = attributes.get("Name", "")
    if element != "Command" or not name:
        raise FormatError(f"Command is <{element}> with Name {name!r}. Expected <Command Name=.../>.")
    return Request(name=name, parameters={key: value for key, value in attributes.items() if key != "Name"})


def answer(text: str | bytes, devices: tuple[str, ...], handler: Handler | None) -> Reply:
    """The reply to a command's XML.

    Args:
        text: as it came.
        devices: names of what is sent.
        handler: does whatever is no listing; None where nothing else can be done. What it raises of ours is the reply.
    """
    try:
        request = parse_command(text)
        if request.name in LISTING:
            return Reply(done=True, text=",".join(devices))
        if handler is not None:
            return handler(request)
    except InputError as error:
        return Reply(done=False, text=str(error))
    return Reply(done=False, text=f"{request.name} is not supported here. Expected one of: {', '.join(LISTING)}.")


def reply_xml(reply: Reply, name: str | None = None) -> str:
    """The XML of a reply, with the command's name where the client sent a COMMAND."""
    named = "" if name is None else f" Name={quoteattr(name)}"
    status = "SUCCESS" if reply.done else "FAIL"
    return f'<CommandReply{named} Status="{status}" Message={quoteattr(_printable(reply.text))} />'


def _printable(text: str) -> str:
    """Text without what XML cannot hold (XML 1.0, 2.2), and not longer than a STRING with room for escapes."""
    return "".join(c if c in "\t\n\r" or (c >= "\x20" and not "\ud800" <= c <= "\udfff") else "?" for c in text)[:8000]
