"""Files and folders that are either whole or not there.

Everything is written beside its place, forced to the disk, and only then renamed into it; a crash or a full disk leaves
what was there before.
"""

import errno
import os
import secrets
import shutil
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from inplane.core import InplaneError, InputError, ResourceError


@contextmanager
def atomic_file(path: Path) -> Generator[BinaryIO]:
    """A binary file to write to; it takes its name when the block ends, replacing what was there, or never.

    Args:
        path: where the file shall be; missing parent folders are made.

    Raises:
        ResourceError: the disk is full or the place cannot be written; what was at `path` before is untouched.
    """
    temporary = _beside(path)
    try:
        with translate_os_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            with temporary.open("xb") as handle:
                yield handle
                handle.flush()
                os.fsync(handle.fileno())
            temporary.replace(path)
            sync_folder(path.parent)
    finally:
        with suppress(OSError):
            temporary.unlink()


@contextmanager
def atomic_folder(path: Path) -> Generator[Path]:
    """A folder to fill; it takes its name when the block ends, or never.

    Args:
        path: where the folder shall be; it must not exist yet. Missing parents are made.

    Raises:
        InputError: something is at `path` already; it is untouched.
        ResourceError: the disk is full or the place cannot be written; nothing is left at `path`.
    """
    if path.exists():
        raise InputError(f"'{path}' exists already. Expected a folder that does not exist yet.")
    temporary = _beside(path)
    try:
        with translate_os_errors(path):
            temporary.mkdir(parents=True)
            yield temporary
            for found in sorted(temporary.rglob("*")):
                if found.is_file():
                    _sync_file(found)
            temporary.rename(path)
            sync_folder(path.parent)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def write_bytes(path: Path, data: bytes) -> None:
    """Writes a whole file or nothing.

    Raises:
        ResourceError: the disk is full or the place cannot be written.
    """
    with atomic_file(path) as handle:
        handle.write(data)


def write_text(path: Path, text: str) -> None:
    """Writes a whole UTF-8 file with plain newlines, or nothing.

    Raises:
        ResourceError: the disk is full or the place cannot be written.
    """
    write_bytes(path, text.encode())


@contextmanager
def translate_os_errors(path: Path) -> Generator[None]:
    """Turns what the operating system says about a place into an error fit for a user.

    Raises:
        ResourceError: an OSError came up inside the block.
    """
    try:
        yield
    except InplaneError:
        raise
    except OSError as error:
        raise ResourceError(f"Cannot write '{path}': {reason(error)}. Nothing was left half-written.") from error


def reason(error: OSError) -> str:
    """What the operating system said, in plain words."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "the disk is full"
    if error.errno == errno.EFBIG:
        return "the file would grow beyond what is allowed here"
    return (error.strerror or str(error)).lower()


def sync_folder(folder: Path) -> None:
    """Forces a folder's list of names to the disk, where the system can."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sync_file(path: Path) -> None:
    with path.open("rb+") as handle:
        os.fsync(handle.fileno())


def _beside(path: Path) -> Path:
    """A name in the same folder that nobody else uses."""
    return path.parent / f".{path.name}.{secrets.token_hex(6)}.part"
