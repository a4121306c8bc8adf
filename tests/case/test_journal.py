"""The journal: nothing lost, nothing changed unseen, and cheap where it is written."""

import sqlite3
import subprocess
import sys
import textwrap
from contextlib import closing
from statistics import median
from time import perf_counter, sleep, thread_time

import pytest

from inplane.case import Journal, read_journal, verify
from inplane.case.journal import CLOSED, COMMIT_EVERY_S
from inplane.core import FormatError, Priority, ResourceError


@pytest.fixture
def path(tmp_path):
    return tmp_path / "case" / "journal.sqlite"


def written(path, count=20):
    journal = Journal(path)
    for number in range(count):
        journal.append("something", time_s=number / 30, fields={"number": number, "text": "ä"})
    journal.close()


def tamper(path, *statements):
    """Behind the database's back: the triggers are taken away first."""
    with closing(sqlite3.connect(path)) as connection:
        for trigger in ("events_no_update", "events_no_delete", "events_in_order"):
            connection.execute(f"DROP TRIGGER {trigger}")
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def test_what_was_written_is_read(path):
    written(path)
    events = read_journal(path)
    assert len(events) == 21
    assert events[3].fields == {"number": 3, "text": "ä"}
    assert events[3].number == 4
    assert events[-1].kind == CLOSED
    assert verify(path)


def test_events_are_on_the_disk_within_a_second_without_closing(path):
    journal = Journal(path)
    journal.append("something", time_s=0.0)
    sleep(COMMIT_EVERY_S * 2.5)
    with closing(sqlite3.connect(path)) as other:
        assert other.execute("SELECT count(*) FROM events").fetchone() == (1,)
    assert not verify(path)
    journal.close()


def test_events_of_high_priority_are_written_at_once(path):
    journal = Journal(path)
    sleep(0.02)
    at = perf_counter()
    journal.append("alarm_raised", time_s=0.0, priority=Priority.HIGH)
    count = 0
    with closing(sqlite3.connect(path)) as other:
        while not count and perf_counter() - at < 5:
            count = other.execute("SELECT count(*) FROM events").fetchone()[0]
            sleep(0.002)
    journal.close()
    assert count == 1
    assert perf_counter() - at < 5


def test_flush_waits_for_everything(path):
    journal = Journal(path)
    for number in range(200):
        journal.append("something", time_s=float(number))
    journal.flush()
    with closing(sqlite3.connect(path)) as other:
        assert other.execute("SELECT count(*) FROM events").fetchone() == (200,)
    journal.close()


def test_a_killed_process_loses_less_than_a_second(path):
    script = """
        import os, sys, time
        from pathlib import Path
        from inplane.case import Journal
        journal = Journal(Path(sys.argv[1]))
        for number in range(60):
            journal.append("something", time_s=number / 30)
            time.sleep(1 / 30)
        os._exit(1)
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(script), str(path)], check=False)
    events = read_journal(path)
    assert len(events) >= 30
    assert not verify(path)


def test_an_opened_journal_is_continued(path):
    written(path, 2)
    journal = Journal(path)
    assert journal.append("more", time_s=9.0).number == 4
    journal.close()
    assert [event.kind for event in read_journal(path)] == ["something", "something", CLOSED, "more", CLOSED]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET text = replace(text, '\"number\":5', '\"number\":6') WHERE number = 6",
        "DELETE FROM events WHERE number = 7",
        "DELETE FROM events WHERE number = 1",
        "UPDATE events SET hash = 'x' WHERE number = 3",
        "UPDATE events SET number = 99 WHERE number = 4",
        "INSERT INTO events SELECT 22, text, hash FROM events WHERE number = 2",
    ],
)
def test_tampering_is_found(path, statement):
    written(path)
    tamper(path, statement)
    with pytest.raises(FormatError, match="does not match its hash"):
        verify(path)


def test_a_cut_off_end_is_found(path):
    written(path)
    tamper(path, "DELETE FROM events WHERE number > 15")
    assert not verify(path)


def test_the_database_itself_refuses_changes(path):
    written(path)
    with closing(sqlite3.connect(path)) as connection:
        for statement in ("UPDATE events SET text = ''", "DELETE FROM events"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                connection.execute(statement)


def test_a_row_that_is_no_event_is_refused(path):
    from inplane.store import AppendOnlyTable, open_journal_database

    connection = open_journal_database(path)
    AppendOnlyTable(connection, "events").append(["{}"])
    connection.close()
    with pytest.raises(FormatError, match="is not an event"):
        read_journal(path)


def test_an_event_that_calls_itself_by_another_number_is_refused(path):
    from inplane.store import AppendOnlyTable, open_journal_database

    connection = open_journal_database(path)
    text = '{"fields":{},"kind":"a","number":5,"priority":null,"time_s":0}'
    AppendOnlyTable(connection, "events").append([text])
    connection.close()
    with pytest.raises(FormatError, match="calls itself 5. Expected no gap"):
        verify(path)


@pytest.mark.parametrize("value", [float("nan"), object(), {1, 2}])
def test_what_json_cannot_hold_is_refused(value):
    journal = Journal()
    with pytest.raises(FormatError, match="Event 'odd' holds what JSON cannot"):
        journal.append("odd", time_s=0.0, fields={"value": value})
    assert journal.events == ()


def test_nothing_is_written_after_closing(path):
    journal = Journal(path)
    journal.close()
    journal.close()
    with pytest.raises(ResourceError, match="Journal is closed. Event 'late' was not written."):
        journal.append("late", time_s=0.0)


def test_a_missing_journal_is_told(tmp_path):
    with pytest.raises(ResourceError, match="No journal at"):
        verify(tmp_path / "none.sqlite")


def test_a_failure_to_write_reaches_the_next_event(path):
    journal = Journal(path)
    tamper(path, "INSERT INTO events VALUES (1, 'x', 'y')")  # another writer took the place
    journal.append("something", time_s=0.0)
    with pytest.raises(ResourceError, match="Cannot write to 'events'"):
        journal.flush()
    with pytest.raises(ResourceError, match="Cannot write to 'events'"):
        journal.append("more", time_s=0.0)
    with pytest.raises(ResourceError, match="Cannot write to 'events'"):
        journal.close()


def test_an_event_costs_little_where_it_happens(path):
    journal = Journal(path)
    cost_s: list[float] = []
    for number in range(1000):
        at = thread_time()
        journal.append("summary", time_s=number / 30, fields={"probe": [0.0, 1.0, 2.0], "text": "tip at a vessel"})
        cost_s.append(thread_time() - at)
    journal.close()
    assert median(cost_s) < 0.2e-3  # a collection of the whole test run's garbage may fall into any one of them
