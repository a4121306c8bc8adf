"""What a whole run over a source came to: shares of frames, alarms, latency."""

from array import array
from dataclasses import dataclass
from typing import Any

import numpy as np

from inplane.case import Tick
from inplane.core import NeedleState, SpreadState

MOST_NAMES = 200
"""Different sentences that are counted. chosen: bounds the memory of an endless run; there are some twenty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wall:
    """Time of one turn of the loop, s.

    Args:
        read_s: waiting for and reading the picture.
        perceive_s, perceive_cpu_s: perceiving it once, by the clock and of the processor.
        total_s: all of it.
    """

    read_s: float
    perceive_s: float
    total_s: float
    perceive_cpu_s: float

    @property
    def guide_s(self) -> float:
        """Guidance and the journal: what is neither reading nor perceiving."""
        return max(0.0, self.total_s - self.read_s - self.perceive_s)


def latency_line(tick: Tick, wall: Wall) -> dict[str, float]:
    """One frame's latency for its JSON line, ms; wall time unless it says CPU."""
    return {
        "read_ms": round(1e3 * wall.read_s, 3),
        "perceive_ms": round(1e3 * wall.perceive_s, 3),
        "perceive_cpu_ms": round(1e3 * wall.perceive_cpu_s, 3),
        "guide_ms": round(1e3 * wall.guide_s, 3),
        "guide_cpu_ms": round(1e3 * (tick.cpu_s.guide + tick.cpu_s.record), 3),
    }


class Totals:
    """Counts frame after frame, in bounded memory but for 12 bytes a frame."""

    def __init__(self) -> None:
        self.frames = self.invalid = 0
        self.first_s: float | None = None
        self.last_s = 0.0
        self._counts: dict[str, int] = {}
        self._vessels: set[int] = set()
        self._alarms: dict[str, dict[str, Any]] = {}
        self._up: set[str] = set()
        self._unknown: dict[str, dict[str, Any]] = {}
        self._contact = 0.0
        self._read, self._perceive, self._after = array("f"), array("f"), array("f")
        self._cpu_s = 0.0

    def add(self, tick: Tick, wall: Wall) -> None:
        """One turn of the loop."""
        frame, scene = tick.frame, tick.scene
        self.frames += 1
        self.invalid += not frame.valid
        self.first_s = frame.time_s if self.first_s is None else self.first_s
        self.last_s = frame.time_s
        self._contact += scene.contact
        if len(self._vessels) < 1_000_000:
            self._vessels.update(vessel.track_id for vessel in scene.vessels)
        for name, so in (
            ("needle", scene.needle.state is not NeedleState.NONE),
            ("needle_tip", scene.needle.state is NeedleState.TRACKED),
            ("vessel", bool(scene.vessels)),
            ("nerve", bool(scene.nerves)),
            ("bone", bool(scene.bones)),
            ("spread", scene.spread.state is SpreadState.SPREAD),
            ("pulsatile_vessel", any(vessel.pulsatile for vessel in scene.vessels)),
        ):
            self._counts[name] = self._counts.get(name, 0) + so
        self._count_alarms(tick)
        for subject, sentence in {text.partition(":")[0]: text for text in tick.advice.cannot_tell}.items():
            self._count_unknown(subject, sentence)
        cpu = tick.cpu_s
        self._cpu_s += cpu.simulate + wall.perceive_cpu_s + cpu.guide + cpu.record
        self._read.append(wall.read_s)
        self._perceive.append(wall.perceive_s)
        self._after.append(wall.guide_s)

    def _count_alarms(self, tick: Tick) -> None:
        now = {alarm.condition for alarm in tick.advice.alarms}
        for alarm in tick.advice.alarms:
            told = self._alarms.setdefault(
                alarm.condition, {"condition": alarm.condition, "raised": 0, "frames": 0, "first": alarm.what}
            )
            told["frames"] += 1
            told["raised"] += alarm.condition not in self._up
        self._up = now

    def _count_unknown(self, subject: str, sentence: str) -> None:
        if subject in self._unknown or len(self._unknown) < MOST_NAMES:
            told = self._unknown.setdefault(subject, {"subject": subject, "frames": 0, "first": sentence})
            told["frames"] += 1

    def recognised(self) -> dict[str, Any]:
        """Share of frames in which each kind of thing was said, and how many vessels were told apart."""
        count = max(1, self.frames)
        shares = {f"{name}_share": round(number / count, 4) for name, number in self._counts.items()}
        return {**shares, "vessels_told_apart": len(self._vessels), "contact_mean": round(self._contact / count, 3)}

    def alarms(self) -> list[dict[str, Any]]:
        """Every condition that was raised, how often and for how many frames."""
        return list(self._alarms.values())

    def cannot_tell(self) -> list[dict[str, Any]]:
        """What could not be told, with the share of frames and the first sentence that said so."""
        count = max(1, self.frames)
        return [
            {"subject": told["subject"], "share": round(told["frames"] / count, 4), "first": told["first"]}
            for told in sorted(self._unknown.values(), key=lambda told: -told["frames"])
        ]

    def latency(self, *, live: bool) -> dict[str, Any]:
        """p50, p99 and the most of each stage, ms wall, and frames a second that the loop manages.

        Args:
            live: whether reading is waiting for the peer, and so no work of the loop.
        """
        read, perceive, after = (np.asarray(times, np.float64) for times in (self._read, self._perceive, self._after))
        work = perceive + after if live else read + perceive + after
        if not len(work):
            return {"loop_frames_per_s": None, "loop_frames_per_cpu_s": None}
        stages = {"read": read, "perceive": perceive, "guide": after, "loop": work}
        told: dict[str, Any] = {
            "loop_frames_per_s": round(len(work) / max(1e-9, float(work.sum())), 1),
            "loop_frames_per_cpu_s": round(len(work) / max(1e-9, self._cpu_s), 1),
        }
        for name, times in stages.items():
            p50, p99 = np.percentile(times, (50, 99))
            told[f"{name}_ms"] = {
                "p50": round(1e3 * float(p50), 2),
                "p99": round(1e3 * float(p99), 2),
                "max": round(1e3 * float(times.max()), 2),
            }
        return told
