"""A journal can be added to and read, and nothing else."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inplane.core import FormatError, InputError, ResourceError
from inplane.store import AppendOnlyTable, open_journal_database

FULL_DISK = """
import resource, sys
from pathlib import Path
from inplane.core import ResourceError
from inplane.store import AppendOnlyTable, open_journal_database
table = AppendOnlyTable(open_journal_database(Path(sys.argv[1])), "events")
table.append(["first"])
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
try:
    table.append(["x" * 1_000_000, "y"])
except ResourceError as error:
    print(error)
"""


@pytest.fixture
def database(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = open_journal_database(tmp_path / "journal" / "case.sqlite")
    yield connection
    connection.close()


def test_rows_come_back_in_order_and_verify(database: sqlite3.Connection) -> None:
    table = AppendOnlyTable(database, "events")
    table.append(["a", "b"])
    table.append([])
    table.append(["c"])
    assert list(table.rows()) == ["a", "b", "c"]
    assert len(table) == 3
    table.verify()


def test_a_table_goes_on_where_it_ended(tmp_path: Path) -> None:
    for text in ("a", "b"):
        connection = open_journal_database(tmp_path / "case.sqlite")
        AppendOnlyTable(connection, "events").append([text])
        connection.close()
    connection = open_journal_database(tmp_path / "case.sqlite")
    table = AppendOnlyTable(connection, "events")
    assert list(table.rows()) == ["a", "b"]
    table.verify()
    connection.close()


@given(texts=st.lists(st.text(st.characters(exclude_categories=["Cs"]))))
def test_any_text_survives(texts: list[str]) -> None:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    table = AppendOnlyTable(connection, "events")
    table.append(texts)
    assert list(table.rows()) == texts
    table.verify()
    connection.close()


def test_the_database_is_durable(database: sqlite3.Connection) -> None:
    assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert database.execute("PRAGMA synchronous").fetchone() == (2,)
    assert database.execute("PRAGMA foreign_keys").fetchone() == (1,)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET text = 'z'",
        "DELETE FROM events WHERE number = 2",
        "INSERT INTO events VALUES (7, 'z', 'h')",
        "INSERT OR REPLACE INTO events VALUES (1, 'z', 'h')",
    ],
)
def test_the_database_refuses_change(database: sqlite3.Connection, statement: str) -> None:
    table = AppendOnlyTable(database, "events")
    table.append(["a", "b"])
    with pytest.raises(sqlite3.IntegrityError, match="events is append-only"):
        database.execute(statement)
    assert list(table.rows()) == ["a", "b"]


@pytest.mark.parametrize(
    ("statement", "row"),
    [("UPDATE events SET text = 'z' WHERE number = 2", 2), ("DELETE FROM events WHERE number = 1", 1)],
)
def test_change_behind_its_back_is_found(database: sqlite3.Connection, statement: str, row: int) -> None:
    table = AppendOnlyTable(database, "events")
    table.append(["a", "b", "c"])
    database.execute("DROP TRIGGER events_no_update")
    database.execute("DROP TRIGGER events_no_delete")
    database.execute(statement)
    with pytest.raises(FormatError, match=f"Row {row} of 'events' does not match its hash"):
        table.verify()


def test_two_writers_do_not_mix(tmp_path: Path) -> None:
    first, second = (open_journal_database(tmp_path / "case.sqlite") for _ in range(2))
    one, other = AppendOnlyTable(first, "events"), AppendOnlyTable(second, "events")
    one.append(["a"])
    with pytest.raises(ResourceError, match="Cannot write to 'events': .*append-only.* Nothing of this entry was kept"):
        other.append(["b"])
    assert list(one.rows()) == ["a"]
    one.verify()
    first.close()
    second.close()


def test_a_plain_table_name(database: sqlite3.Connection) -> None:
    with pytest.raises(InputError, match="Table name is 'a; DROP'"):
        AppendOnlyTable(database, "a; DROP")


def test_not_a_database(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("this is no database, but long enough to be read as one\n" * 40)
    with pytest.raises(FormatError, match="is not a sound SQLite database"):
        open_journal_database(tmp_path / "note.txt")


def test_a_place_that_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(ResourceError, match="Cannot open"):
        open_journal_database(tmp_path)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no RLIMIT_FSIZE")
def test_a_full_disk_keeps_whole_entries_only(tmp_path: Path) -> None:
    path = tmp_path / "case.sqlite"
    done = subprocess.run([sys.executable, "-c", FULL_DISK, str(path)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Cannot write to 'events'")
    connection = open_journal_database(path)
    table = AppendOnlyTable(connection, "events")
    assert list(table.rows()) == ["first"]
    table.verify()
    connection.close()
