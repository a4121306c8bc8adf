"""Real sources as tests play them: a recording of moving speckle, and a scanner that stalls when it is told to."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from inplane.core import Calibration, Control, FormatError, Frame, Geometry, PictureGeometry, Signals
from inplane.stream.source import STALE_S, SourceInfo, StreamStatus

SQUARE = PictureGeometry(n_lines=160, n_samples=128, line_pitch_mm=0.25, sample_pitch_mm=0.25)


@dataclass(frozen=True, kw_only=True)
class Pictures:
    """What a fake source shows."""

    calibration: Calibration = Calibration.CALIBRATED
    geometry: Geometry = SQUARE
    colored: bool = False
    rate_hz: float = 20.0
    valid: bool = True
    seed: int = 3

    def frame(self, sequence: int, time_s: float | None = None) -> Frame:
        """Speckle, darker below, with the frame's number as the grey of a block at the marker's end."""
        pixels = self.speckle(sequence)
        rgb = None
        if self.colored:
            rgb = np.repeat(pixels[..., None], 3, axis=2)
            rgb[60:100, 40:80] = (200, 30, 10)
        return Frame(
            sequence=sequence,
            time_s=sequence / self.rate_hz if time_s is None else time_s,
            pixels=pixels,
            geometry=self.geometry,
            calibration=self.calibration,
            signals=Signals(fields={"odd": "field"}),
            rgb=rgb,
            valid=self.valid,
        )

    def speckle(self, sequence: int) -> NDArray[np.uint8]:
        """(line, sample) grey values."""
        shape = (self.geometry.n_lines, self.geometry.n_samples)
        grey = 90 * np.random.default_rng(self.seed).rayleigh(0.8, shape)
        shade = np.linspace(1.0, 0.4, shape[1])
        pixels = np.clip(np.roll(grey, sequence, axis=0) * shade, 1, 255).astype(np.uint8)
        pixels[-16:, :16] = sequence % 256
        return pixels

    def info(self, *, live: bool, frames: int | None) -> SourceInfo:
        """What is told before the first frame."""
        return SourceInfo(
            name="scanner.test" if live else "a recording.test",
            simulated=False,
            calibration=self.calibration,
            procedure_id=None,
            side=None,
            probe_name="L-test",
            n_lines=self.geometry.n_lines,
            n_samples=self.geometry.n_samples,
            width_mm=self.geometry.width_mm,
            frame_rate_hz=self.rate_hz,
            live=live,
            frames=frames,
            format="made by a test",
            orientation="",
            notes=("One thing is odd.",),
        )


@dataclass
class FakeRecording:
    """So many frames, then the end; `breaks` says why it ends, `raises` that the reader does so loudly."""

    count: int = 40
    pictures: Pictures = field(default_factory=Pictures)
    breaks: str | None = None
    raises: bool = False
    reading_s: float = 0.0
    at: int = 0
    closed: bool = False

    @property
    def info(self) -> SourceInfo:
        return self.pictures.info(live=False, frames=self.count)

    @property
    def problem(self) -> str | None:
        return self.breaks if self.at >= self.count else None

    def next(self, control: Control) -> Frame | None:  # noqa: ARG002
        time.sleep(self.reading_s)
        if self.at >= self.count:
            if self.raises:
                raise FormatError("The file is cut off. Expected more of it.")
            return None
        self.at += 1
        return self.pictures.frame(self.at - 1)

    def truth(self, sequence: int) -> None:
        pass

    def wait(self, timeout_s: float) -> bool:  # noqa: ARG002
        return True

    def status(self) -> StreamStatus:
        return StreamStatus(
            connected=True,
            age_s=None,
            latency_s=None,
            received=self.at,
            dropped=0,
            corrupt=0,
            stale=False,
            text="Reading.",
        )

    def close(self) -> None:
        self.closed = True


class FakeScanner:
    """Frames by the clock from a thread of its own, until it stalls; the newest wins."""

    def __init__(self, pictures: Pictures | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self.pictures, self._clock = pictures or Pictures(rate_hz=30.0), clock
        self.stalled, self.gone, self.closed = threading.Event(), False, False
        self.problem: str | None = None
        self.last_s: float | None = None
        self.dropped = 0
        self._lock = threading.Lock()
        self._waiting: Frame | None = None
        self._count = 0
        self._thread = threading.Thread(target=self._run, daemon=True)

    @property
    def info(self) -> SourceInfo:
        return self.pictures.info(live=True, frames=None)

    def start(self) -> "FakeScanner":
        self._thread.start()
        return self

    def push(self) -> None:
        """One frame arrives now."""
        frame = self.pictures.frame(self._count)
        with self._lock:
            self.dropped += self._waiting is not None
            self._waiting, self.last_s = frame, self._clock()
            self._count += 1

    def _run(self) -> None:
        while not self.closed:
            if not self.stalled.is_set():
                self.push()
            time.sleep(1 / self.pictures.rate_hz)

    def next(self, control: Control) -> Frame | None:  # noqa: ARG002
        with self._lock:
            frame, self._waiting = self._waiting, None
        return frame

    def truth(self, sequence: int) -> None:
        pass

    def wait(self, timeout_s: float) -> bool:  # noqa: ARG002
        return self.gone or self._waiting is not None

    def status(self) -> StreamStatus:
        age_s = None if self.last_s is None else self._clock() - self.last_s
        return StreamStatus(
            connected=not self.gone,
            age_s=age_s,
            latency_s=0.012,
            received=self._count,
            dropped=self.dropped,
            corrupt=0,
            stale=self.gone or (age_s is not None and age_s > STALE_S),
            text="The peer is gone." if self.gone else "Connected to a test.",
        )

    def close(self) -> None:
        self.closed = True
