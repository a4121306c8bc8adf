"""Tables to which rows can only be added, each sealed with a hash that covers all rows before it.

    hash_n = sha256(hash_(n-1) || "\\n" || text_n),  hash_0 = the table's name

Changing or removing a row is refused by the database itself (triggers); doing it behind the database's back breaks the
chain, which `verify` finds. Nothing stops someone from writing a whole new chain: this shows accidents and careless
edits, it does not prove who wrote what.
"""

import hashlib
import re
import sqlite3
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from inplane.core import FormatError, InputError, ResourceError
from inplane.store.files import translate_os_errors

_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")


def open_journal_database(path: Path) -> sqlite3.Connection:
    """An SQLite database set for journals: write-ahead log, every commit forced to the disk, foreign keys on.

    Args:
        path: the file; made with its parent folders if missing.

    Returns:
        A connection in autocommit mode. It may be handed between threads, but two must never use it at once.

    Raises:
        FormatError: the file is not an SQLite database.
        ResourceError: the disk is full or the place cannot be written.
    """
    with translate_os_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    connection: sqlite3.Connection | None = None
    try:
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        with translate_database_errors(path):
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA recursive_triggers = ON")  # else INSERT OR REPLACE would delete unseen
    except sqlite3.OperationalError as error:
        raise ResourceError(f"Cannot open '{path}': {error}.") from error
    except (FormatError, ResourceError):
        if connection is not None:
            connection.close()
        raise
    return connection


class AppendOnlyTable:
    """Rows of text in a database, numbered from 1, that can be added and read and nothing else.

    Args:
        connection: from `open_journal_database`.
        name: of the table: lower case, digits and underscores. It is made if missing.

    Raises:
        InputError: the name is not a plain one.
        ResourceError: the disk is full.
    """

    def __init__(self, connection: sqlite3.Connection, name: str) -> None:
        if not _NAME.fullmatch(name):
            raise InputError(f"Table name is {name!r}. Expected lower case letters, digits and underscores.")
        self.name = name
        self._connection = connection
        self._insert = f"INSERT INTO {name} (number, text, hash) VALUES (?, ?, ?)"
        with translate_database_errors(name):
            for statement in _schema(name):
                connection.execute(statement)
        last = connection.execute(f"SELECT number, hash FROM {name} ORDER BY number DESC LIMIT 1").fetchone()
        self._number, self._hash = last or (0, name)

    def __len__(self) -> int:
        return self._number

    def append(self, texts: Iterable[str]) -> None:
        """Adds rows in one transaction: all of them are on the disk when this returns, or none is.

        Raises:
            ResourceError: the disk is full, or another process holds or has extended the table.
        """
        number, seal = self._number, self._hash
        rows: list[tuple[int, str, str]] = []
        for text in texts:
            number, seal = number + 1, _seal(seal, text)
            rows.append((number, text, seal))
        if not rows:
            return
        with translate_database_errors(self.name):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                self._connection.executemany(self._insert, rows)
                self._connection.execute("COMMIT")
            except sqlite3.Error:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
        self._number, self._hash = number, seal

    def rows(self) -> Iterator[str]:
        """The texts, first to last."""
        for (text,) in self._connection.execute(f"SELECT text FROM {self.name} ORDER BY number"):
            yield text

    def verify(self) -> None:
        """Checks the chain from the first row to the last.

        Raises:
            FormatError: a row was changed, removed or put in behind the database's back; tells the first such row.
        """
        seal = self.name
        found = self._connection.execute(f"SELECT number, text, hash FROM {self.name} ORDER BY number")
        for expected, (number, text, stored) in enumerate(found, start=1):
            seal = _seal(seal, text)
            if number != expected or stored != seal:
                raise FormatError(
                    f"Row {expected} of '{self.name}' does not match its hash. Expected an unbroken chain."
                )


@contextmanager
def translate_database_errors(place: object) -> Generator[None]:
    """Turns what SQLite says into an error fit for a user.

    Raises:
        FormatError: the file is not an SQLite database.
        ResourceError: the disk is full, the file cannot be written, or somebody else holds it.
    """
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", None)
        if code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
            raise FormatError(f"'{place}' is not a sound SQLite database: {error}.") from error
        told = "the disk is full" if code == sqlite3.SQLITE_FULL else str(error)
        raise ResourceError(f"Cannot write to '{place}': {told}. Nothing of this entry was kept.") from error


def _seal(before: str, text: str) -> str:
    return hashlib.sha256(f"{before}\n{text}".encode()).hexdigest()


def _schema(name: str) -> list[str]:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{name} is append-only'); END"
    gap = f"NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM {name})"
    return [
        f"CREATE TABLE IF NOT EXISTS {name} (number INTEGER PRIMARY KEY, text TEXT NOT NULL, hash TEXT NOT NULL)",
        f"CREATE TRIGGER IF NOT EXISTS {name}_no_update BEFORE UPDATE ON {name} {refuse}",
        f"CREATE TRIGGER IF NOT EXISTS {name}_no_delete BEFORE DELETE ON {name} {refuse}",
        f"CREATE TRIGGER IF NOT EXISTS {name}_in_order BEFORE INSERT ON {name} WHEN {gap} {refuse}",
    ]
