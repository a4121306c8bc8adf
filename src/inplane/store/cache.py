"""A folder of files that can be made again, kept below a size by dropping what was used longest ago."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from inplane.core import InputError, require_range
from inplane.store.files import write_bytes

_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,150}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cache:
    """Files by key below one folder, with a limit on their size in all.

    Args:
        folder: where they lie; made when first needed.
        limit_bytes: size in all, 0 to 1e15. The file written last stays even if it alone is larger.

    Raises:
        RangeError: the limit is outside its range.
    """

    folder: Path
    limit_bytes: int

    def __post_init__(self) -> None:
        require_range("cache limit_bytes", self.limit_bytes, 0, 1e15, "bytes")

    def get(self, key: str) -> bytes | None:
        """What was kept under this key, or None; reading counts as use.

        Raises:
            InputError: the key is not a plain name.
        """
        path = self._path(key)
        try:
            data = path.read_bytes()
            os.utime(path)
        except OSError:
            return None
        return data

    def put(self, key: str, data: bytes) -> Path:
        """Keeps the data under this key, then drops what was used longest ago until all fits; returns its file.

        Raises:
            InputError: the key is not a plain name.
            ResourceError: the disk is full or the folder cannot be written.
        """
        path = self._path(key)
        write_bytes(path, data)
        self._trim(path)
        return path

    def size_bytes(self) -> int:
        """Size of everything that is kept."""
        return sum(size for _, size, _ in self._entries())

    def _path(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise InputError(f"Cache key is {key!r}. Expected letters, digits, '_', '-' and '.', at most 151.")
        return self.folder / key

    def _entries(self) -> list[tuple[int, int, Path]]:
        """Time of last use (ns), size and path of each file, longest ago first; unfinished files are left out."""
        found: list[tuple[int, int, Path]] = []
        for path in self.folder.glob("[!.]*"):
            try:
                status = path.stat()
            except OSError:
                continue  # another process dropped it
            found.append((status.st_mtime_ns, status.st_size, path))
        return sorted(found)

    def _trim(self, keep: Path) -> None:
        entries = self._entries()
        total = sum(size for _, size, _ in entries)
        for _, size, path in entries:
            if total <= self.limit_bytes:
                return
            if path != keep:
                path.unlink(missing_ok=True)
                total -= size
