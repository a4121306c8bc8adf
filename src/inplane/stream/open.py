"""Any source by its name: a file or folder of pictures, a recording of ours, or a scanner on the network.

What a file is, its first bytes decide; a name that says something else is noted, not believed.
"""

from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any, cast

from inplane.core import FormatError, InputError, RangeError, ResourceError
from inplane.stream.file_source import FileSource
from inplane.stream.files.media import MediaInfo, Picture, Reader
from inplane.stream.kinds import EXPECTED, HEAD_BYTES, KINDS, Kind, header_of, module_of, named_as, unknown
from inplane.stream.played import PlayedSource
from inplane.stream.source import FrameSource

DEFAULT_PORT = 18944
"""Of OpenIGTLink servers, registered with IANA."""


def open_source(text: str, *, config: Path | None = None, loop: bool = False) -> FrameSource:
    """The source that a user names.

    Args:
        text: a path, or `igtl://host[:port][/device]`.
        config: a PLUS configuration with the scale of a sequence that has none.
        loop: begin a file again at its end.

    Raises:
        InputError: there is nothing of that name, or it cannot be used; the text says why.
        ResourceError: it may not be read, or nobody listens at that address.
    """
    if "://" in text:
        return _network(text)
    path = Path(text).expanduser()
    _require_there(path, text)
    if path.is_dir() and (path / "manifest.json").is_file():
        return PlayedSource(path, loop=loop)
    return FileSource(open_reader(path, config=config), name=path.name or str(path.resolve().name), loop=loop)


def open_reader(path: Path, *, config: Path | None = None) -> Reader:
    """The reader of a file, or of a folder of stills or of Clarius raw data.

    Args:
        path: what to read.
        config: a PLUS configuration, for MetaImage and NRRD sequences.

    Raises:
        InputError: there is nothing of that name.
        FormatError: it is empty, of an unknown kind, damaged, or no ultrasound.
        ResourceError: it may not be read.
    """
    _require_there(path, str(path))
    if path.is_dir():
        return _open_folder(path)
    head = _head(path)
    header = header_of(path)
    if header is not None:
        raise FormatError(f"'{path.name}' holds the pixels of '{header.name}'. Expected that file.")
    for kind in KINDS:
        module = module_of(kind)
        if not getattr(module, kind.known)(path, head):
            continue
        reader = _made(module, kind, path, config)
        said = next((other for other in KINDS if named_as(path, other)), None)
        if said is None or said is kind:
            return reader
        return _Noted(reader, f"The name '{path.name}' says {said.words}; its content is {kind.words}.")
    raise FormatError(unknown(path, head))


def _made(module: Any, kind: Kind, path: Path, config: Path | None) -> Reader:
    """The reader, with the scale of a configuration where it can take one.

    Raises:
        InputError: the file cannot be used, or takes no configuration.
    """
    if config is None:
        return cast(Reader, getattr(module, kind.reader)(path))
    if kind.module not in ("metaimage", "nrrd"):
        raise InputError(f"--config is for MetaImage and NRRD sequences. '{path.name}' is {kind.words}.")
    return cast(Reader, getattr(module, kind.reader)(path, config=config))


def _open_folder(path: Path) -> Reader:
    """The reader of a folder.

    Raises:
        FormatError: there are no pictures in it.
    """
    clarius, stills = module_of(KINDS[3]), module_of(KINDS[4])
    if clarius.is_clarius(path, b""):
        return cast(Reader, clarius.ClariusReader(path))
    try:
        names = sorted(found.name for found in path.iterdir() if not found.name.startswith("."))
    except OSError as error:
        raise ResourceError(f"'{path}' cannot be read: {error.strerror or error}.") from error
    if any(named_as(path / name, KINDS[4]) for name in names):
        return cast(Reader, stills.StillsReader(path))
    holds = ", ".join(f"'{name}'" for name in names[:3]) + (" ..." if len(names) > 3 else "")
    raise FormatError(
        f"Folder '{path}' holds no still pictures"
        + (f" but {len(names)} other things: {holds}. Give one file." if names else ": it is empty.")
        + " Expected a folder of PNG, JPEG, BMP or TIFF, of Clarius raw data, or a recording of inplane."
    )


def _network(text: str) -> FrameSource:
    """The source behind an address.

    Raises:
        InputError: not an address of ours.
    """
    scheme, _, rest = text.partition("://")
    if scheme.lower() != "igtl":
        raise InputError(f"Unknown kind of address '{scheme}://'. Expected 'igtl://host[:port][/device]' or a path.")
    place, _, device = rest.partition("/")
    host, port = _host_and_port(place)
    made = import_module("inplane.stream.igtl.source").IgtlSource
    return cast(FrameSource, made(host, port, device=device or None))


def _host_and_port(place: str) -> tuple[str, int]:
    """Host and port of "host", "host:port" or "[v6]:port".

    Raises:
        InputError: no host.
        RangeError: the port is none.
    """
    host, colon, told = place.rpartition(":")
    if not colon or place.endswith("]"):
        host, told = place, str(DEFAULT_PORT)
    host = host.strip("[]")
    if not host or any(letter.isspace() for letter in host):
        raise InputError(f"No host in 'igtl://{place}'. Expected 'igtl://host[:port][/device]'.")
    if not (told.isascii() and told.isdigit() and 1 <= int(told[:6]) <= 65535):
        raise RangeError(f"Port is {told!r}. Expected a whole number from 1 to 65535.")
    return host, int(told)


def _require_there(path: Path, text: str) -> None:
    """Refuses what does not exist or is neither file nor folder.

    Raises:
        InputError: so.
    """
    try:
        there, usable = path.exists(), path.is_file() or path.is_dir()
    except (OSError, ValueError) as error:
        raise InputError(f"{text[:200]!r} is no path: {error}.") from error
    if not text or not there:
        text = text if text.isprintable() else ascii(text)[1:-1]
        raise InputError(f"'{text}' does not exist. Expected a file, a folder, or igtl://host:port.")
    if not usable:
        raise InputError(f"'{text}' is neither a file nor a folder. Expected one of them, or igtl://host:port.")


def _head(path: Path) -> bytes:
    """The first bytes of a file.

    Raises:
        FormatError: it is empty.
        ResourceError: it may not be read.
    """
    try:
        with path.open("rb") as handle:
            head = handle.read(HEAD_BYTES)
    except OSError as error:
        raise ResourceError(f"'{path}' cannot be read: {error.strerror or error}.") from error
    if not head:
        raise FormatError(f"'{path.name}' is empty: 0 bytes. {EXPECTED}.")
    return head


class _Noted:
    """A reader with one more note."""

    def __init__(self, reader: Reader, note: str) -> None:
        self._reader, self._note = reader, note

    @property
    def info(self) -> MediaInfo:
        """What the reader tells, and the note."""
        told = self._reader.info
        return replace(told, notes=(self._note, *told.notes))

    def pictures(self) -> Iterator[Picture]:
        """The reader's."""
        return self._reader.pictures()

    def close(self) -> None:
        """Lets go of the file."""
        self._reader.close()
