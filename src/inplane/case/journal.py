"""What happened, written down so that it can only be added to.

An event is serialised where it happens (microseconds) and handed to a writer thread, which seals it with a hash over
everything before it and commits at most every `COMMIT_EVERY_S`; events of high priority are committed at once. A crash
of the process loses at most the events of that time; closing loses none. The chain's last link says that the journal
was closed, so that one that was cut short tells so.
"""

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from inplane.core import FormatError, InplaneError, Priority, ResourceError
from inplane.store import AppendOnlyTable, open_journal_database

COMMIT_EVERY_S = 0.25
"""Chosen: a crash loses less than a second, and a forced commit (some ms) does not follow every event."""

TABLE = "events"
CLOSED = "journal_closed"

Field: TypeAlias = str | int | float | bool | list["Field"] | dict[str, "Field"] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened.

    Args:
        number: counts up from 1.
        time_s: on the source's clock.
        kind: such as "alarm_raised", "step", "needle_pass".
        priority: of an alarm, None for anything else.
        fields: what belongs to it: plain numbers, texts, lists and mappings.
    """

    number: int
    time_s: float
    kind: str
    priority: Priority | None
    fields: Mapping[str, Field]


class Journal:
    """An append-only list of events, on disk or (path None) in memory only.

    Args:
        path: an SQLite file; made with its folders if missing. A file that holds events is continued.

    Raises:
        ResourceError: the file cannot be opened or written.
        FormatError: the file is not a journal.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._events: list[Event] = []
        self._waiting: list[str] = []
        self._wake = threading.Condition()
        self._urgent = self._closing = self._closed = False
        self._written = 0
        self._failure: InplaneError | None = None
        self._thread: threading.Thread | None = None
        if path is not None:
            self._connection = open_journal_database(path)
            self._table = AppendOnlyTable(self._connection, TABLE)
            self._events = [_event(text) for text in self._table.rows()]
            self._written = len(self._events)
            self._thread = threading.Thread(target=self._write, name="journal", daemon=True)
            self._thread.start()

    @property
    def events(self) -> tuple[Event, ...]:
        """Every event so far, first to last."""
        return tuple(self._events)

    def append(
        self, kind: str, *, time_s: float, priority: Priority | None = None, fields: Mapping[str, Field] | None = None
    ) -> Event:
        """The event, now on its way to the disk.

        Raises:
            FormatError: a field that cannot be written as JSON.
            ResourceError: an earlier event could not be written, or the journal is closed.
        """
        with self._wake:
            if self._failure is not None:
                raise self._failure
            if self._closed:
                raise ResourceError(f"Journal is closed. Event '{kind}' was not written.")
            event = Event(
                number=len(self._events) + 1, time_s=time_s, kind=kind, priority=priority, fields=dict(fields or {})
            )
            text = _text(event)
            self._events.append(event)
            if self._thread is not None:
                self._waiting.append(text)
                if priority == Priority.HIGH:
                    self._urgent = True
                    self._wake.notify_all()
        return event

    def flush(self) -> None:
        """Waits until every event so far is on the disk.

        Raises:
            ResourceError: they could not be written.
        """
        if self._thread is None:
            return
        with self._wake:
            wanted, self._urgent = len(self._events), True
            self._wake.notify_all()
            self._wake.wait_for(lambda: self._written >= wanted or self._failure is not None)
            if self._failure is not None:
                raise self._failure

    def close(self) -> None:
        """Writes what waits, ends the chain with a closing event, and lets the file go. Closing twice does nothing.

        Raises:
            ResourceError: the last events could not be written.
        """
        if self._closed:
            return
        if self._failure is None:
            last_s = self._events[-1].time_s if self._events else 0.0
            self.append(CLOSED, time_s=last_s, fields={"events": len(self._events)})
        with self._wake:
            self._closing = self._closed = True
            self._wake.notify_all()
        if self._thread is not None:
            self._thread.join()
            self._connection.close()
        if self._failure is not None:
            raise self._failure

    def _write(self) -> None:
        """The writer thread: one commit a round."""
        while True:
            with self._wake:
                self._wake.wait_for(lambda: self._urgent or self._closing, timeout=COMMIT_EVERY_S)
                texts, closing = self._waiting, self._closing
                self._waiting, self._urgent = [], False
            failure: InplaneError | None = None
            try:
                if texts and self._failure is None:
                    self._table.append(texts)
            except InplaneError as error:
                failure = error
            with self._wake:
                self._failure = self._failure or failure
                self._written += 0 if self._failure else len(texts)
                self._wake.notify_all()
            if closing:
                return


def read_journal(path: Path) -> tuple[Event, ...]:
    """The events of a journal on disk, after its chain was checked.

    Raises:
        FormatError: the chain is broken, or the file is not a journal.
        ResourceError: the file does not exist.
    """
    verify(path)
    connection = open_journal_database(path)
    try:
        return tuple(_event(text) for text in AppendOnlyTable(connection, TABLE).rows())
    finally:
        connection.close()


def verify(path: Path) -> bool:
    """Whether a journal on disk ends with its closing event; its chain is checked first.

    Returns:
        True for a journal that was closed; False for one that was cut short or is still open.

    Raises:
        FormatError: an event was changed, removed or put in; tells which is the first.
        ResourceError: the file does not exist.
    """
    if not path.is_file():
        raise ResourceError(f"No journal at '{path}'. Expected an SQLite file.")
    connection = open_journal_database(path)
    try:
        table = AppendOnlyTable(connection, TABLE)
        table.verify()
        last: Event | None = None
        for number, text in enumerate(table.rows(), start=1):
            last = _event(text)
            if last.number != number:
                raise FormatError(f"Event {number} of '{path}' calls itself {last.number}. Expected no gap.")
        return last is not None and last.kind == CLOSED
    finally:
        connection.close()


def _text(event: Event) -> str:
    """The event as canonical JSON: keys sorted, no spaces, numbers finite.

    Raises:
        FormatError: a field that cannot be written.
    """
    record = {
        "number": event.number,
        "time_s": event.time_s,
        "kind": event.kind,
        "priority": event.priority,
        "fields": event.fields,
    }
    try:
        return json.dumps(record, sort_keys=True, separators=(",", ":"), allow_nan=False, ensure_ascii=False)
    except (TypeError, ValueError) as error:
        raise FormatError(
            f"Event '{event.kind}' holds what JSON cannot: {error}. Expected numbers, texts, lists and mappings."
        ) from error


def _event(text: str) -> Event:
    """The event of one row.

    Raises:
        FormatError: the row is not an event.
    """
    try:
        record = json.loads(text)
        priority = record["priority"]
        return Event(
            number=record["number"],
            time_s=record["time_s"],
            kind=record["kind"],
            priority=None if priority is None else Priority(priority),
            fields=record["fields"],
        )
    except (ValueError, KeyError, TypeError) as error:
        raise FormatError(f"Journal row {text[:80]!r} is not an event: {error}. Expected canonical JSON.") from error
