"""The one loop over a real source, written down frame by frame."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from time import monotonic, perf_counter, thread_time
from typing import Any, Literal

from inplane.atlas import Procedure
from inplane.case import Case, Loop, Tick
from inplane.cli._guide_out import OutFolder
from inplane.cli._guide_totals import Totals, Wall, latency_line
from inplane.cli._overlay_video import width_for
from inplane.cli._seen import seen
from inplane.cli._source_words import describe
from inplane.core import Control, Frame, InplaneError, ResourceError, Scene
from inplane.guidance import Plan
from inplane.overlay import draw
from inplane.perception import Perceiver
from inplane.stream import STALE_S, FrameSource

STILL_LOOKS = 15
"""Times that a single picture is looked at. chosen: half a second of a frozen screen, in which the trackers say what
they would of a probe that is held still; as the benchmark does."""
STALE_WORDS = "STALE INPUT: this is not now"
POLL_S = 0.02
"""How often a live source is asked. chosen: a stale input is said before it is STALE_S old."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What was asked for.

    Args:
        level: of the overlay.
        width_px: of the overlay.
        seconds: to stop after; None for no limit.
        procedure, plan: what is done; None where somebody only looks.
    """

    level: str = "full"
    width_px: int = 640
    seconds: float | None = None
    procedure: Procedure | None = None
    plan: Plan | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a run ended.

    Args:
        summary: the object that `--json` prints.
        ended: what ended it.
        reason: why it is incomplete; None where it is complete.
    """

    summary: dict[str, Any]
    ended: Literal["end", "seconds", "keyboard", "broken"]
    reason: str | None


class Watch:
    """Source and perceiver of a loop, with a watch on each.

    Args:
        source: where frames come from.
    """

    def __init__(self, source: FrameSource) -> None:
        self._source, self._perceiver = source, Perceiver()
        self.read_s = self.perceive_s = self.perceive_cpu_s = 0.0

    def next(self, control: Control) -> Frame | None:
        """The source's next frame."""
        at = perf_counter()
        frame = self._source.next(control)
        self.read_s = perf_counter() - at
        return frame

    def step(self, frame: Frame) -> Scene:
        """What is seen in it."""
        at, cpu_at = perf_counter(), thread_time()
        scene = self._perceiver.step(frame)
        for look in range(1, self.looks):
            again = replace(frame, sequence=frame.sequence + look, time_s=frame.time_s + look / 30)
            scene = self._perceiver.step(again)
        self.perceive_s = (perf_counter() - at) / self.looks
        self.perceive_cpu_s = (thread_time() - cpu_at) / self.looks
        return replace(scene, sequence=frame.sequence, time_s=frame.time_s)

    @property
    def looks(self) -> int:
        """How often each picture is looked at."""
        return STILL_LOOKS if self._source.info.frames == 1 else 1

    def turn(self, loop: Loop) -> tuple[Tick | None, Wall]:
        """One turn of the loop, and how long it took."""
        at = perf_counter()
        tick = loop.step(Control())
        total_s = perf_counter() - at - self.perceive_s * (self.looks - 1)
        times = Wall(
            read_s=self.read_s, perceive_s=self.perceive_s, total_s=total_s, perceive_cpu_s=self.perceive_cpu_s
        )
        return tick, times


class GuideRun:
    """One source through the loop.

    Args:
        source: open; it is not closed here.
        out: where everything goes, within its `with` block.
        options: what was asked for.
        say: takes what a person must know at once.
        report: takes frames done and seconds of the source, after each frame.
    """

    def __init__(
        self,
        source: FrameSource,
        out: OutFolder,
        options: Options,
        *,
        say: Callable[[str], None],
        report: Callable[[int, float], None],
    ) -> None:
        self._source, self._out, self._options, self._say, self._report = source, out, options, say, report
        self._watch = Watch(source)
        self._case = Case(out.journal, None, None)  # nobody acts on a recording: there are no hands to write down
        self._loop = Loop(self._watch, self._watch, options.procedure, options.plan, self._case)
        self._totals = Totals()
        self._last: Tick | None = None
        self._stale = False

    def run(self) -> Outcome:
        """Every frame, then the summary; what breaks midway is told in it, and a fault of ours is raised after it."""
        info = self._source.info
        self._case.event("source", **describe(self._source, None), procedure=self._procedure_id)
        ended: Literal["end", "seconds", "keyboard", "broken"] = "end"
        fault: Exception | None = None
        try:
            ended = self._turn_after_turn(live=info.live)
        except KeyboardInterrupt:
            ended = "keyboard"
        except (OSError, MemoryError, ResourceError):
            raise
        except Exception as error:
            fault, ended = error, "broken"
        reason = self._source.problem
        if fault is not None:
            told = str(fault) if isinstance(fault, InplaneError) else f"{type(fault).__name__}: {fault}"
            reason = f"The loop failed at frame {self._totals.frames}: {told}"
        elif ended == "keyboard" and not info.live:
            reason = reason or "Stopped from the keyboard."
        if reason is not None and ended == "end":
            ended = "broken"
        self._case.event("source_ended", ended=ended, complete=reason is None, reason=reason)
        self._case.close()
        summary = self._summary(ended, reason)
        self._out.finish(summary)
        if fault is not None:
            raise fault
        return Outcome(summary=summary, ended=ended, reason=reason)

    @property
    def _procedure_id(self) -> str | None:
        return None if self._options.procedure is None else self._options.procedure.id

    def _turn_after_turn(self, *, live: bool) -> Literal["end", "seconds"]:
        begun, seconds = monotonic(), self._options.seconds
        while True:
            if live and not self._wait(None if seconds is None else begun + seconds):
                return "seconds"
            tick, wall = self._watch.turn(self._loop)
            if tick is None:
                return "end"
            self._take(tick, wall)
            if seconds is not None and not live and tick.frame.time_s - (self._totals.first_s or 0.0) >= seconds:
                return "seconds"

    def _wait(self, until: float | None) -> bool:
        """Waits for a live source's next frame or its end, and says when it has gone stale; False at the time limit."""
        while until is None or monotonic() < until:
            if self._source.wait(POLL_S):
                if self._stale and self._source.status().connected:
                    self._tell("fresh", "Frames come again.")
                    self._stale = False
                return True
            status = self._source.status()
            late = status.stale or (status.age_s is not None and status.age_s > STALE_S - POLL_S)
            if late and not self._stale:
                self._stale = True
                told = status.text if status.stale else f"no picture for {status.age_s or 0:.2f} s."
                self._tell("stale", f"The input is stale: {told}")
                self._draw_stale(status.age_s or 0.0)
        return False

    def _tell(self, event: str, text: str) -> None:
        status = self._source.status()
        self._out.line(
            {"event": event, "age_s": status.age_s, "connected": status.connected, "text": text}, frame=False
        )
        self._case.event(f"input_{event}", text=text)
        self._say(text)

    def _draw_stale(self, age_s: float) -> None:
        """The last picture once more, marked, so that the overlay does not show it as if it were now."""
        if self._last is not None:
            self._picture(self._last, STALE_WORDS, self._last.frame.time_s + age_s)

    def _take(self, tick: Tick, wall: Wall) -> None:
        """Writes one turn down."""
        self._totals.add(tick, wall)
        line = seen(tick) | {"latency": latency_line(tick, wall)}
        warning = None if tick.frame.valid else "INVALID: the source marks this picture"
        if self._source.info.live:
            status = self._source.status()
            line["stream"] = {
                "latency_s": status.latency_s,
                "age_s": status.age_s,
                "stale": status.stale,
                "dropped": status.dropped,
                "corrupt": status.corrupt,
            }
            warning = warning or (STALE_WORDS if status.stale else None)
        self._out.line(line)
        self._picture(tick, warning, tick.frame.time_s)
        self._last = tick
        self._report(self._totals.frames, tick.frame.time_s)

    def _picture(self, tick: Tick, warning: str | None, time_s: float) -> None:
        info, geometry = self._source.info, tick.frame.geometry
        banner = "SIMULATION" if info.simulated else "LIVE" if info.live else "RECORDING"
        if tick.advice.alarms and warning is None:
            warning = tick.advice.alarms[0].what
        picture = draw(
            tick.frame,
            tick.scene,
            tick.advice,
            level=self._options.level,
            width_px=width_for(self._options.width_px, geometry.width_mm, geometry.depth_mm),
            banner=banner,
            warning=warning,
        )
        self._out.picture(picture, time_s - (self._totals.first_s or 0.0))

    def _summary(self, ended: str, reason: str | None) -> dict[str, Any]:
        totals, info = self._totals, self._source.info
        told = describe(self._source, None if self._last is None else self._last.frame)
        status = self._source.status()
        if self._watch.looks > 1:
            told["notes"].append(f"A single picture: looked at {STILL_LOOKS} times, as at a frozen screen.")
        return {
            **told,
            "frames": totals.frames,
            "frames_told": info.frames,
            "invalid_frames": totals.invalid,
            "dropped_frames": status.dropped,
            "corrupt_frames": status.corrupt,
            "seconds": round(totals.last_s - (totals.first_s or 0.0), 3),
            "latency": totals.latency(live=info.live),
            "recognised": totals.recognised(),
            "alarms": totals.alarms(),
            "cannot_tell": totals.cannot_tell(),
            "procedure": self._procedure_id,
            "ended": ended,
            "complete": reason is None,
            "reason": reason,
        }
