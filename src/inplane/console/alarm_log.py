"""Alarms as they come and go, latched: what was raised stays listed until a person has acknowledged it."""

from dataclasses import dataclass, field

from inplane.console.messages import EventKind, Happened
from inplane.core import Alarm


@dataclass(slots=True)
class EventLog:
    """Everything that happened in a session, numbered; a page that reconnects is given what it has not shown."""

    events: list[Happened] = field(default_factory=list[Happened])

    def add(
        self, kind: EventKind, time_s: float, name: str, text: str, *, alarm: Alarm | None = None, detail: str = ""
    ) -> Happened:
        """The event, kept under the next number."""
        event = Happened(
            number=len(self.events),
            kind=kind,
            time_s=time_s,
            name=name,
            priority="" if alarm is None else alarm.priority.value,
            text=text,
            detail=detail or ("" if alarm is None else f"{alarm.why} {alarm.measured}".strip()),
            action="" if alarm is None else alarm.action,
        )
        self.events.append(event)
        return event

    def since(self, number: int) -> list[Happened]:
        """Events after that number, oldest first."""
        return self.events[max(0, number + 1) :]


@dataclass(slots=True)
class AlarmLatch:
    """Which alarms are active and which await acknowledgment."""

    active: dict[str, Alarm] = field(default_factory=dict[str, Alarm])
    latched: set[str] = field(default_factory=set[str])

    def update(self, alarms: tuple[Alarm, ...], time_s: float, log: EventLog) -> list[Happened]:
        """Events for each alarm that began, grew more urgent, or ended with this frame."""
        now = {alarm.condition: alarm for alarm in alarms}
        events: list[Happened] = []
        for condition, alarm in now.items():
            before = self.active.get(condition)
            if before is None or before.priority != alarm.priority:
                self.latched.add(condition)
                events.append(log.add("alarm", time_s, condition, alarm.what, alarm=alarm))
        for condition, alarm in self.active.items():
            if condition not in now:
                events.append(log.add("alarm_over", time_s, condition, alarm.what, alarm=alarm))
        self.active = now
        return events

    def acknowledge(self, condition: str, time_s: float, log: EventLog) -> Happened | None:
        """The event of a person taking note; None where nothing of that name is latched."""
        if condition not in self.latched:
            return None
        self.latched.discard(condition)
        return log.add("acknowledged", time_s, condition, f"Acknowledged: {condition}")
