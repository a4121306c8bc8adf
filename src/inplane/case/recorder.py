"""From frames to events: changes as they come, and one summary a second, at constant cost."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from inplane.case.journal import Event, Field
from inplane.core import (
    Advice,
    AspirationResult,
    Calibration,
    ClearanceKind,
    Control,
    Frame,
    NeedleControl,
    NeedleState,
    Priority,
    Scene,
    SpreadState,
)

SUMMARY_EVERY_S = 1.0
LONGEST_STEP_S = 0.25
"""Chosen: a frame counts for no more than this, so that a pause is not counted as advancing."""
PASS_MM = 5.0
"""Chosen: a needle drawn back and pushed on again by this much makes a new pass; less is feeling one's way."""


class Writer(Protocol):
    """Where events go."""

    def write(self, kind: str, fields: Mapping[str, Field], priority: Priority | None = None) -> Event:
        """Writes one."""
        ...


@dataclass(slots=True)
class _Totals:
    """Sums since the start of a second, or of the case."""

    frames: int = 0
    advancing_s: float = 0.0
    advancing_seen_s: float = 0.0
    nearest_mm: dict[ClearanceKind, float] = field(default_factory=dict[ClearanceKind, float])

    def add(self, step_s: float, *, advancing: bool, seen: bool, nearest_mm: Mapping[ClearanceKind, float]) -> None:
        self.frames += 1
        if advancing:
            self.advancing_s += step_s
            self.advancing_seen_s += step_s if seen else 0.0
        for kind, distance_mm in nearest_mm.items():
            self.nearest_mm[kind] = min(distance_mm, self.nearest_mm.get(kind, distance_mm))

    def fields(self, calibration: Calibration, *, observing: bool) -> dict[str, Field]:
        told: dict[str, Field] = {"frames": self.frames}
        if not observing:  # nobody's hand is known of a recording
            told |= {"advancing_s": round(self.advancing_s, 4), "advancing_seen_s": round(self.advancing_seen_s, 4)}
        if calibration.in_mm:
            told |= {f"nearest_{kind.value}_mm": _rounded(self.nearest_mm.get(kind)) for kind in ClearanceKind}
        return told


class Recorder:
    """Watches frame after frame and writes what changed.

    Args:
        writer: where events go.
        observing: whether somebody only looks, so that no hand and no syringe is known.
    """

    def __init__(self, writer: Writer, *, observing: bool = False) -> None:
        self._writer, self._observing = writer, observing
        self._calibration = Calibration.CALIBRATED
        self._second, self._whole = _Totals(), _Totals()
        self._second_since_s: float | None = None
        self._last_s: float | None = None
        self._alarms: dict[str, tuple[Priority, float]] = {}
        self._aspirations = 0
        self._injecting_from_ml: float | None = None
        self._injecting = False
        self._spread = SpreadState.WAITING
        self._needle = _Passes(writer)
        self._last_advance_mm = 0.0

    def record(self, frame: Frame, scene: Scene, advice: Advice, control: Control) -> None:
        """One frame."""
        step_s = 0.0 if self._last_s is None else min(max(frame.time_s - self._last_s, 0.0), LONGEST_STEP_S)
        self._last_s = frame.time_s
        self._calibration = scene.calibration
        self._needle.follow(control.needle)
        self._follow_alarms(frame, advice)
        self._follow_plunger(frame)
        self._follow_spread(scene)
        advancing = control.needle.advance_mm > self._last_advance_mm > 0
        self._last_advance_mm = control.needle.advance_mm
        seen = scene.needle.state == NeedleState.TRACKED
        nearest_mm: dict[ClearanceKind, float] = {}
        for clearance in advice.clearances:  # nearest first
            nearest_mm.setdefault(clearance.kind, clearance.distance_mm)
        for totals in (self._second, self._whole):
            totals.add(step_s, advancing=advancing, seen=seen, nearest_mm=nearest_mm)
        if self._second_since_s is None or frame.time_s < self._second_since_s:
            self._second_since_s = frame.time_s
        if frame.time_s - self._second_since_s >= SUMMARY_EVERY_S:
            self._summarise(frame, scene, advice, control)
            self._second, self._second_since_s = _Totals(), frame.time_s

    def finish(self) -> None:
        """Ends what is still going on, and writes the totals."""
        self._writer.write(
            "totals", {**self._hand_totals(), **self._whole.fields(self._calibration, observing=self._observing)}
        )

    def _hand_totals(self) -> dict[str, Field]:
        return {} if self._observing else {"passes": self._needle.passes}

    def _summarise(self, frame: Frame, scene: Scene, advice: Advice, control: Control) -> None:
        told: dict[str, Field] = {
            "sequence": frame.sequence,
            "scale": scene.calibration.value,
            "needle_state": scene.needle.state.value,
            "spread": scene.spread.state.value,
            "vessels": len(scene.vessels),
            "nerves": len(scene.nerves),
            "given_ml": _rounded(advice.dose.given_ml),
            "dose_fraction": _rounded(advice.dose.fraction),
        }
        if not self._observing:
            told |= _hand(control)
        self._writer.write("summary", told | self._second.fields(scene.calibration, observing=self._observing))

    def _follow_alarms(self, frame: Frame, advice: Advice) -> None:
        now = {alarm.condition: alarm for alarm in advice.alarms}
        for condition in [name for name in self._alarms if name not in now]:
            priority, since_s = self._alarms.pop(condition)
            self._writer.write(
                "alarm_ended",
                {"condition": condition, "was": priority.value, "lasted_s": round(frame.time_s - since_s, 3)},
            )
        for condition, alarm in now.items():
            before = self._alarms.get(condition)
            if before is not None and before[0] == alarm.priority:
                continue
            self._alarms[condition] = (alarm.priority, alarm.since_s)
            self._writer.write(
                "alarm_raised" if before is None else "alarm_changed",
                {
                    "condition": condition,
                    "what": alarm.what,
                    "why": alarm.why,
                    "measured": alarm.measured,
                    "action": alarm.action,
                    "source": list(alarm.source),
                    "since_s": alarm.since_s,
                },
                alarm.priority,
            )

    def _follow_plunger(self, frame: Frame) -> None:
        signals = frame.signals
        given_ml = signals.injected_ml
        if signals.aspirations is not None and signals.aspirations != self._aspirations:
            result = signals.aspirated
            if signals.aspirations > self._aspirations:
                self._writer.write(
                    "aspirated",
                    {
                        "count": signals.aspirations,
                        "result": None if result is None else result.value,
                        "given_ml": _rounded(given_ml),
                    },
                    Priority.HIGH if result == AspirationResult.BLOOD else None,
                )
            self._aspirations = signals.aspirations
        injecting = bool(signals.injecting)
        if injecting and not self._injecting:
            self._injecting_from_ml = given_ml
            self._writer.write("injection_started", {"given_ml": _rounded(given_ml)})
        elif self._injecting and not injecting:
            start_ml = self._injecting_from_ml
            volume_ml = None if given_ml is None or start_ml is None else given_ml - start_ml
            self._writer.write("injection_ended", {"given_ml": _rounded(given_ml), "volume_ml": _rounded(volume_ml)})
        self._injecting = injecting

    def _follow_spread(self, scene: Scene) -> None:
        if scene.spread.state != self._spread:
            self._spread = scene.spread.state
            told: dict[str, Field] = {"state": scene.spread.state.value}
            if scene.calibration.in_mm:
                told["area_mm2"] = _rounded(scene.spread.area_mm2)
            self._writer.write("spread", told)


class _Passes:
    """Counts needle passes from how far the shaft is in."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self.passes = 0
        self._deepest_mm = self._shallowest_mm = 0.0
        self._inside = self._drawn_back = False

    def follow(self, needle: NeedleControl) -> None:
        """The needle at one frame."""
        depth_mm = needle.advance_mm
        if depth_mm <= 0:
            if self._inside:
                self._writer.write("needle_out", {"deepest_mm": round(self._deepest_mm, 2)})
            self._inside = self._drawn_back = False
            return
        if not self._inside:
            self._inside, self._deepest_mm = True, depth_mm
            self._begin(needle)
        elif self._drawn_back:
            self._shallowest_mm = min(self._shallowest_mm, depth_mm)
            if depth_mm >= self._shallowest_mm + PASS_MM:
                self._drawn_back, self._deepest_mm = False, depth_mm
                self._begin(needle)
        elif depth_mm <= self._deepest_mm - PASS_MM:
            self._drawn_back, self._shallowest_mm = True, depth_mm
        else:
            self._deepest_mm = max(self._deepest_mm, depth_mm)

    def _begin(self, needle: NeedleControl) -> None:
        self.passes += 1
        self._writer.write(
            "needle_pass",
            {
                "number": self.passes,
                "entry_mm": [round(needle.entry_x_mm, 2), round(needle.entry_z_mm, 2)],
                "heading_rad": round(needle.heading_rad, 4),
                "steepness_rad": round(needle.steepness_rad, 4),
            },
        )


def _hand(control: Control) -> dict[str, Field]:
    """Where probe and needle are held."""
    probe, needle = control.probe, control.needle
    return {
        "probe": [round(v, 3) for v in (probe.x_mm, probe.z_mm, probe.rotate_rad, probe.tilt_rad, probe.rock_rad)],
        "press_n": round(probe.press_n, 2),
        "needle_mm": round(needle.advance_mm, 2),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
