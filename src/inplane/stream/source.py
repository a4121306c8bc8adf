"""Where frames come from: one protocol for a simulated patient, a recording and, later, a scanner on the network."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Protocol

from inplane.core import Calibration, Control, Frame, require_range
from inplane.world import AtRest, Moment, Truth, World, at_rest, truth_of

TRUTH_KEPT = 300
"""Frames back of which a simulated source still knows the truth. Chosen: ten seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceInfo:
    """What is known of a source before its first frame.

    Args:
        name: as a user reads it.
        simulated: whether the patient is a model.
        calibration: how its millimetres are known.
        procedure_id, side: what is done and where; None where the source does not say.
        probe_name: id or name of the probe.
        n_lines, n_samples, width_mm: of its pictures; the depth is a knob.
        frame_rate_hz: nominal.
        seed: of a simulated patient; None otherwise.
        live: whether frames come when they come, and nobody can ask for the next one.
        frames: how many there will be; None where nobody knows.
        format: of the file or stream, in words.
        orientation: how the stored pictures lie, as a PLUS code; "" where nothing said so.
        notes: one sentence each on what is odd about the source, and what was done about it.
    """

    name: str
    simulated: bool
    calibration: Calibration
    procedure_id: str | None
    side: str | None
    probe_name: str
    n_lines: int
    n_samples: int
    width_mm: float
    frame_rate_hz: float
    seed: int | None = None
    live: bool = False
    frames: int | None = None
    format: str = ""
    orientation: str = ""
    notes: tuple[str, ...] = ()


STALE_S = 0.2
"""Age of the newest frame from which a live input is invalid, and said so (interop: within 200 ms)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamStatus:
    """How a source fares.

    Args:
        connected: whether frames can still come.
        age_s: since the newest frame arrived; None before the first, and for a file.
        latency_s: from a frame's time stamp to its arrival here, where both clocks are comparable; None otherwise.
        received, dropped, corrupt: frames that came; that a newer one overtook; that could not be read.
        stale: the newest frame is older than STALE_S, or the connection is gone: what is shown is not now.
        text: one sentence for a person.
    """

    connected: bool
    age_s: float | None
    latency_s: float | None
    received: int
    dropped: int
    corrupt: int
    stale: bool
    text: str


class Source(Protocol):
    """Frames, one at a time."""

    @property
    def info(self) -> SourceInfo:
        """What is known before the first frame."""
        ...

    def next(self, control: Control) -> Frame | None:
        """The next frame after the operator did `control`; None at the end. Real sources take note of no control."""
        ...

    def truth(self, sequence: int) -> Truth | None:
        """What a frame really shows, where that is known."""
        ...

    def close(self) -> None:
        """Gives back what the source holds."""
        ...


class FrameSource(Source, Protocol):
    """A source of real pictures: a file, a folder, or a scanner on the network."""

    @property
    def problem(self) -> str | None:
        """Why the frames ended before they should have; None where they did not. What came before is good."""
        ...

    def wait(self, timeout_s: float) -> bool:
        """Whether `next` would answer at once, within that time at the latest; always True for a file."""
        ...

    def status(self) -> StreamStatus:
        """How it fares now; cheap, from any thread."""
        ...


class SimulatedSource:
    """A World behind a simulated clock: each `next` lets one frame's time pass.

    Args:
        world: the room; it is stepped by nobody else meanwhile.
        frame_rate_hz: simulated frames a second, 1 to 200.
        procedure_id: what is done, if anything in particular.

    Raises:
        RangeError: a frame rate outside its range.
    """

    def __init__(self, world: World, *, frame_rate_hz: float = 30.0, procedure_id: str | None = None) -> None:
        require_range("frame_rate_hz", frame_rate_hz, 1, 200, "Hz")
        self.world = world
        self._dt_s = 1 / frame_rate_hz
        self._moments: OrderedDict[int, Moment] = OrderedDict()
        self.info = SourceInfo(
            name=f"simulated {world.patient.region}, patient {world.patient.seed}",
            simulated=True,
            calibration=Calibration.CALIBRATED,
            procedure_id=procedure_id,
            side=world.patient.side,
            probe_name=world.probe.id,
            n_lines=world.n_lines,
            n_samples=world.n_samples,
            width_mm=world.probe.width_mm.value,
            frame_rate_hz=frame_rate_hz,
            seed=world.patient.seed,
        )

    def next(self, control: Control) -> Frame:
        """The next frame.

        Raises:
            RangeError: a control that this probe or needle cannot follow; nothing has moved then.
        """
        self.world.step(control, self._dt_s)
        frame = self.world.observe()
        self._moments[frame.sequence] = self.world.moment()
        while len(self._moments) > TRUTH_KEPT:
            self._moments.popitem(last=False)
        return frame

    def truth(self, sequence: int) -> Truth | None:
        """What one of the last TRUTH_KEPT frames really shows, computed now; None for an older or unknown one."""
        moment = self._moments.get(sequence)
        return None if moment is None else truth_of(moment, self.world.tissue)

    def at_rest(self, sequence: int) -> AtRest | None:
        """Imaging plane and needle of one of these frames among structures at rest; None for another frame."""
        moment = self._moments.get(sequence)
        return None if moment is None else at_rest(moment)

    def reset(self) -> None:
        """The room as at the start; sequence and time begin anew."""
        self.world.reset()
        self._moments.clear()

    def close(self) -> None:
        """Forgets the truth that was kept."""
        self._moments.clear()
