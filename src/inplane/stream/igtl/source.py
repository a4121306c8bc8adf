"""A scanner on the network as a source of frames: the newest picture wins, and what is late or lost is said."""

import time
from dataclasses import replace

from inplane.core import Control, Frame, InplaneError, ResourceError, TrackedTransform
from inplane.stream.file_source import NOMINAL_HZ, Finder
from inplane.stream.igtl.clock import Lateness, PictureClock
from inplane.stream.igtl.inbox import Arrival, Inbox
from inplane.stream.igtl.layer import Layer
from inplane.stream.igtl.link import Link, is_this_machine
from inplane.stream.igtl.received import GreyRange, Received, read_image
from inplane.stream.source import STALE_S, SourceInfo, StreamStatus
from inplane.world import Truth

FIRST_S = 5.0
"""How long the first picture is waited for. chosen: PLUS and Slicer begin within one second."""
LOOKED_AT, LOOK_S = 16, 0.6
"""Pictures that are looked at for the layout, and for how long they are gathered. chosen: as of files, at 30/s."""
PATIENCE_S = 60.0
"""How long a lost peer is tried again. chosen: a scanner's program starts anew in less; then the frames end."""


class IgtlSource:
    """Frames of an OpenIGTLink server.

    Args:
        host, port: where it listens.
        device: whose images to take, such as "Image_Reference"; those of the first that sends a picture if None.
        patience_s: how long a lost peer is tried again.
        first_s: how long the first picture is waited for.
        look_s: how long pictures are gathered for the layout.
        find: finds the layout; `screen.find.find_layout` if None.

    Raises:
        ResourceError: nobody listens there, or no picture came in time; the text says what came instead.
        FormatError: the pictures cannot be used.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        device: str | None = None,
        patience_s: float = PATIENCE_S,
        first_s: float = FIRST_S,
        look_s: float = LOOK_S,
        find: Finder | None = None,
    ) -> None:
        self._name = f"igtl://{host}:{port}"
        self._inbox = Inbox(device)
        self._grey, self._layer = GreyRange(), Layer(find)
        self._clock, self._late = PictureClock(), Lateness(same_host=is_this_machine(host))
        self._first_number = 0
        self._unreadable = 0
        self._waiting: Arrival | None = None
        self._closed = False
        self._link = Link(host, port, self._inbox, patience_s=patience_s)
        try:
            self._rate_hz = self._begin(first_s, look_s)
        except BaseException:
            self.close()
            raise

    @property
    def info(self) -> SourceInfo:
        """What is known so far; notes may be added while it runs."""
        told, geometry = self._layer.told, self._layer.geometry
        return SourceInfo(
            name=f"{self._name}/{self._inbox.device}",
            simulated=False,
            calibration=self._layer.calibration,
            procedure_id=None,
            side=None,
            probe_name="not told",
            n_lines=geometry.n_lines,
            n_samples=geometry.n_samples,
            width_mm=geometry.width_mm,
            frame_rate_hz=self._rate_hz,
            live=True,
            format=told.format if told else "",
            orientation=told.orientation if told else "",
            notes=self._notes(),
        )

    @property
    def problem(self) -> str | None:
        """Why the frames ended; None while they may come, and where the peer said that it goes."""
        return self._link.problem

    def next(self, control: Control) -> Frame | None:  # noqa: ARG002  a scanner takes note of no control
        """The newest frame that was not given yet, as soon as there is one; None when the peer is gone for good."""
        while not self._closed:
            arrival, self._waiting = self._waiting or self._inbox.take(0.2), None
            if arrival is None:
                if self._link.ended:
                    return None
                continue
            try:
                return self._frame(arrival)
            except InplaneError as error:
                self._unreadable += 1
                self._inbox.refused = str(error)
        return None

    def truth(self, sequence: int) -> Truth | None:  # noqa: ARG002  nobody knows what a real picture shows
        """None: what a real picture shows is not known."""
        return None

    def wait(self, timeout_s: float) -> bool:
        """Whether a new picture, or the end, is there within that time."""
        return self._waiting is not None or self._closed or self._inbox.wait(timeout_s)

    def status(self) -> StreamStatus:
        """How it fares now."""
        last, connected = self._inbox.last, self._link.connected and not self._closed
        age_s = None if last is None else time.monotonic() - last.at_s
        stale = not connected or age_s is None or age_s > STALE_S
        latency_s, how = self._late.newest()
        return StreamStatus(
            connected=connected,
            age_s=age_s,
            latency_s=latency_s,
            received=self._inbox.received,
            dropped=self._inbox.dropped,
            corrupt=self._link.corrupt + self._inbox.unusable + self._unreadable,
            stale=stale,
            text=self._text(connected, age_s, latency_s, how),
        )

    def close(self) -> None:
        """Lets go of the connection; a waiting `next` returns None."""
        self._closed = True
        self._link.close()
        self._inbox.end()

    def _text(self, connected: bool, age_s: float | None, latency_s: float | None, how: str) -> str:
        if self._closed:
            return f"{self._name} was closed."
        if not connected:
            return self._link.text
        if age_s is not None and age_s > STALE_S:
            said = f" It said: {self._inbox.said}." if self._inbox.said else ""
            return f"{self._name} is connected, but sent no picture for {age_s:.1f} s.{said}"
        late = "" if latency_s is None else f", {latency_s * 1e3:.0f} ms late ({how})"
        return f"{self._name}/{self._inbox.device}: live{late}."

    def _begin(self, first_s: float, look_s: float) -> float:
        """Waits for the first pictures, looks at them, and keeps the newest for `next`; the rate at which they came.

        Raises:
            ResourceError: none came in time.
            FormatError: they cannot be used.
        """
        first = self._inbox.take(first_s)
        if first is None:
            raise ResourceError(self._nothing_came(first_s))
        arrivals, until_s = [first], time.monotonic() + look_s
        while len(arrivals) < LOOKED_AT and (left_s := until_s - time.monotonic()) > 0:
            if (more := self._inbox.take(left_s)) is not None:
                arrivals.append(more)
        newest = self._waiting = arrivals[-1]
        self._first_number = newest.number
        read = [read_image(one.message, self._grey) for one in arrivals]
        size = read[-1].picture.pixels.shape
        self._layer.look([one for one in read if one.picture.pixels.shape == size])
        self._inbox.dropped = 0
        spent_s = newest.at_s - first.at_s
        return (newest.number - first.number) / spent_s if spent_s > 0 else NOMINAL_HZ

    def _nothing_came(self, first_s: float) -> str:
        if self._link.ended or not self._link.connected:
            return self._link.text
        seen = ", ".join(self._inbox.devices) or "none"
        wanted = f" of '{self._inbox.device}'" if self._inbox.device else ""
        told = f" Not usable: {self._inbox.refused}" if self._inbox.refused else ""
        told += f" It said: {self._inbox.said}." if self._inbox.said else ""
        return (
            f"{self._name} is connected, but no image{wanted} came in {first_s:g} s; devices seen: {seen}.{told} "
            "Expected an IMAGE: start the scanner or the recording there, or name its device after the port."
        )

    def _frame(self, arrival: Arrival) -> Frame:
        """The frame of what came.

        Raises:
            FormatError: the picture cannot be used.
        """
        received = read_image(arrival.message, self._grey)
        picture = replace(
            received.picture,
            transforms=self._transforms(arrival, received),
            fields={**self._inbox.texts(), **received.picture.fields},
        )
        self._late.add(picture.time_s, arrival.wall_s)
        return self._layer.frame(
            replace(received, picture=picture),
            number=arrival.number - self._first_number,
            time_s=self._clock.at(picture.time_s, arrival.at_s),
        )

    def _transforms(self, arrival: Arrival, received: Received) -> tuple[TrackedTransform, ...]:
        """What was tracked at the picture's moment, with the image's own pose."""
        told = self._inbox.transforms_at(arrival)
        pose = received.pose
        return told if pose is None else (*(one for one in told if one.name != pose.name), pose)

    def _notes(self) -> tuple[str, ...]:
        others = [name for name in self._inbox.devices if name != f"IMAGE {self._inbox.device}"]
        notes = [*self._layer.notes]
        if others:
            notes.append(f"Also sent: {', '.join(others)}.")
        if self._layer.layouts > 1:
            notes.append("Size, scale or orientation changed while it ran: looked at anew.")
        if self._inbox.refused:
            notes.append(f"Not usable: {self._inbox.refused}")
        return tuple(notes)
