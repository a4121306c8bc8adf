"""What touches the disk: whole files and folders, a cache with a size limit, append-only tables in SQLite."""

from inplane.store.cache import Cache
from inplane.store.files import atomic_file, atomic_folder, write_bytes, write_text
from inplane.store.journal import AppendOnlyTable, open_journal_database

__all__ = [
    "AppendOnlyTable",
    "Cache",
    "atomic_file",
    "atomic_folder",
    "open_journal_database",
    "write_bytes",
    "write_text",
]
