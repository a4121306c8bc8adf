"""The docs' pictures of a recording and of a stale scanner: made from a simulated insertion, which is recorded first.

Real recordings never enter the repository, so they are not shown here.
"""

import time
from pathlib import Path

from drive_console import Screen

from inplane.cli import main
from inplane.console import ObservedSessions
from inplane.core import Control, Frame
from inplane.stream.open import open_source
from inplane.stream.source import STALE_S, FrameSource, SourceInfo, StreamStatus


def record(folder: Path, seconds: float) -> Path:
    """A recording of a scripted insertion; returns its folder.

    Raises:
        SystemExit: it could not be made; it has been told why.
    """
    out = folder / "femoral block"
    words = ["simulate", "femoral_nerve_block", "--out", str(out), "--level", "0", "--seconds", str(seconds)]
    try:
        main(words)
    except SystemExit as ended:
        if ended.code:
            raise
    return out


def sessions(recording: Path, *, live: bool) -> ObservedSessions:
    """Shows it as a recording, or as a scanner that stalls."""
    return ObservedSessions(lambda: Stalling(open_source(str(recording))) if live else open_source(str(recording)))


class Stalling:
    """A recording as a scanner on the network, which sends no more from its fifth second on.

    Args:
        source: the recording.
    """

    def __init__(self, source: FrameSource) -> None:
        self._source = source
        self._begun_s: float | None = None
        self._count, self._last_s = 0, time.monotonic()

    @property
    def info(self) -> SourceInfo:
        """As a scanner tells it."""
        told = self._source.info
        return SourceInfo(
            name="igtl://scanner:18944/Image_Reference",
            simulated=True,
            calibration=told.calibration,
            procedure_id=None,
            side=None,
            probe_name=told.probe_name,
            n_lines=told.n_lines,
            n_samples=told.n_samples,
            width_mm=told.width_mm,
            frame_rate_hz=told.frame_rate_hz,
            live=True,
            format="OpenIGTLink IMAGE, header version 2, uint8",
            orientation="MF",
        )

    @property
    def problem(self) -> str | None:
        """None: it may go on."""
        return None

    def next(self, control: Control) -> Frame | None:
        """The picture that is due."""
        self._count, self._last_s = self._count + 1, time.monotonic()
        return self._source.next(control)

    def truth(self, sequence: int) -> None:
        """None: a scanner knows no truth."""

    def wait(self, timeout_s: float) -> bool:
        """Whether a picture is due, in the first five seconds."""
        time.sleep(timeout_s)
        self._begun_s = time.monotonic() if self._begun_s is None else self._begun_s
        now_s = time.monotonic() - self._begun_s
        return now_s < 5.0 and now_s * self._source.info.frame_rate_hz > self._count

    def status(self) -> StreamStatus:
        """Connected, and silent in the end."""
        age_s = time.monotonic() - self._last_s
        return StreamStatus(
            connected=True,
            age_s=age_s,
            latency_s=0.004,
            received=self._count,
            dropped=0,
            corrupt=0,
            stale=age_s > STALE_S,
            text="Connected, but nothing comes." if age_s > STALE_S else "Connected.",
        )

    def close(self) -> None:
        """Lets go of the recording."""
        self._source.close()


def recording(screen: Screen) -> None:
    """Frozen in the middle, zoomed, measured."""
    screen.until("s.tick && s.tick.scene.vessels.length > 0 && s.tick.time_s > 5")
    screen.keys(" ")
    screen.until("s.frozen")
    screen.page.evaluate("document.getElementById('screen').focus()")
    screen.keys("=", "k", "Enter")
    screen.keys("ArrowRight", times=14)
    screen.keys("Enter")


def stale(screen: Screen) -> None:
    """Silent for a second."""
    screen.until("s.drawn > 40 && s.stale === ''")
    screen.until("s.stale !== '' && performance.now() - s.arrived_ms > 900")
