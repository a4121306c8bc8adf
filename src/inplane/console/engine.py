"""The engine: one thread that makes sessions and turns the loop at 30 turns a second with the newest control.

Everything that touches a session happens here, one thing after another, so parallel kernels are only ever launched by
one thread. The web side posts messages and takes frames and events; neither waits
for the other.
"""

import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from inplane.console.actions import ACTIONS
from inplane.console.alarm_log import AlarmLatch, EventLog
from inplane.console.cine import CineRing
from inplane.console.hands import HandsToControl, needle_now, starting_hands
from inplane.console.messages import Building, Hands, Happened, OverlayLevel, ResultPage, TeacherLayer, Tick, Welcome
from inplane.console.outbox import Outbox
from inplane.console.session import Moment, Session, SessionChoice, SessionFactory
from inplane.core import InplaneError, ResourceError
from inplane.stream.wire import GeometryVersions, encode_frame

FRAMES_PER_S = 30.0


TEACH_EVERY = 3
"""Live frames from one teacher's layer to the next, which stays until then (chosen: outlining all costs 20 ms CPU)."""


class Engine:
    """One session at a time, turned in a thread of its own.

    Args:
        factory: makes sessions.
        choice: the first one.
        clock: seconds, monotonic.
    """

    def __init__(
        self, factory: SessionFactory, choice: SessionChoice, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.choice = choice
        self.session: Session | None = None
        self.number = 0
        self.frozen, self.teach, self.watched = False, False, False
        self.overlay: OverlayLevel = "full"
        self.log, self.latch = EventLog(), AlarmLatch()
        self.result: ResultPage | None = None
        self.hands: Hands | None = None
        self.time_s = 0.0
        self._factory, self._clock = factory, clock
        self._converter: HandsToControl | None = None
        self._outbox: Outbox | None = None
        self._commands: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._newest: Hands | None = None
        self._cine = CineRing()
        self._geometry = GeometryVersions()
        self._turned: deque[float] = deque(maxlen=int(FRAMES_PER_S) + 1)
        self._due = 0.0
        self._stopping = False
        self._thread: threading.Thread | None = None
        self._ready = threading.Event()
        self._failed: InplaneError | None = None
        self._progress: Callable[[str, float], None] | None = None

    # --- from other threads ----------------------------------------------------------------------------------

    def start(self, progress: Callable[[str, float], None] | None = None) -> None:
        """Starts the thread, which makes the first session; does nothing where it runs already."""
        if self._thread is None:
            self._progress = progress
            self._thread = threading.Thread(target=self._run, name="inplane-engine", daemon=True)
            self._thread.start()

    def wait(self, timeout_s: float) -> bool:
        """Whether the first session was ready within that time.

        Raises:
            InplaneError: it could not be made.
        """
        done = self._ready.wait(timeout_s)
        if self._failed is not None:
            raise self._failed
        return done

    def stop(self) -> None:
        """Ends thread and session."""
        if self._thread is not None:
            self._stopping = True
            self._commands.put(None)
            self._thread.join(timeout=10)
            self._thread = None

    def attach(self, outbox: Outbox) -> None:
        """Where frames and events go."""
        self._outbox = outbox

    def post(self, message: Any) -> None:
        """A message of the page; of hands only the newest counts."""
        if isinstance(message, Hands):
            self._newest = message
        else:
            self._commands.put(message)

    def call(self, action: Callable[[], None]) -> None:
        """Runs something in the engine's thread."""
        self._commands.put(action)

    # --- in the engine's thread --------------------------------------------------------------------------------

    def _run(self) -> None:
        """The thread: commands as they come, a turn when it is due."""
        try:
            self.make(self.choice)
        except InplaneError as error:
            self._failed = error
        except Exception as error:  # a fault of ours must not leave the command line waiting
            self._failed = ResourceError(f"The first session could not be made: {type(error).__name__}: {error}.")
            self._failed.__cause__ = error
        self._ready.set()
        while not self._stopping and self._failed is None:
            self._handle(self._next_command())
            if self.live and self._clock() >= self._due:
                self._turn()
        if self.session is not None:
            self.session.close()

    @property
    def live(self) -> bool:
        """Whether the loop turns: a page looks, nothing is frozen, and the case is not over."""
        return self.watched and not self.frozen and self.session is not None and self.result is None

    def _next_command(self) -> Any:
        """The next command, or None when a turn is due first."""
        try:
            if not self.live:
                return self._commands.get()
            return self._commands.get(timeout=max(self._due - self._clock(), 0.0) or 1e-6)
        except queue.Empty:
            return None

    def _handle(self, command: Any) -> None:
        """One command; what a person cannot have is told as an event and changes nothing."""
        if command is None:
            return
        try:
            if callable(command):
                command()
            else:
                ACTIONS[type(command).__name__](self, command)
        except InplaneError as error:
            self.tell(self.log.add("problem", self.time_s, type(command).__name__, str(error)))

    def make(self, choice: SessionChoice) -> None:
        """Makes another session; the present one stays where that fails.

        Raises:
            InplaneError: it could not be made.
        """
        session = self._factory(choice, self._report)
        if self.session is not None:
            self.session.close()
        self.choice = choice
        self.begin(session)

    def begin(self, session: Session) -> None:
        """Goes on with this session, from its beginning."""
        self.session, self.number = session, self.number + 1
        self.hands = starting_hands(self.number, session.start)
        self._converter = HandsToControl(session.info.probe, session.info.needle, session.indentation_mm)
        self.frozen, self.teach, self.result, self._newest, self.time_s = False, False, None, None, 0.0
        self.log, self.latch = EventLog(), AlarmLatch()
        self._cine.clear()
        self.resume()
        self.welcome()

    def resume(self) -> None:
        """Goes on from now, without making up for lost time."""
        self._due = self._clock()
        self._turned.clear()

    def welcome(self) -> None:
        """Sends the page all that it needs to begin or to go on."""
        if self.session is not None and self.hands is not None:
            self.tell(
                Welcome(
                    session=self.number,
                    info=self.session.info,
                    hands=self.hands,
                    frozen=self.frozen,
                    teach=self.teach,
                    overlay=self.overlay,
                    step=self.session.step,
                )
            )

    def tell(self, message: Any) -> None:
        """Sends the page a message, if there is one."""
        if self._outbox is not None:
            self._outbox.message(message)

    def happened(self, event: Happened | None) -> None:
        """Sends the page an event."""
        if event is not None:
            self.tell(event)

    def _report(self, text: str, fraction: float) -> None:
        """How far a session's making is."""
        if self._progress is not None and not self._ready.is_set():
            self._progress(text, fraction)
        self.tell(Building(text=text, fraction=fraction))

    def _turn(self) -> None:
        """One turn of the loop, sent to the page."""
        now = self._clock()
        self._due = max(self._due + 1 / FRAMES_PER_S, now)
        session, converter = self.session, self._converter
        newest = self._newest
        if newest is not None and newest.session == self.number:
            self.hands = newest
        if session is None or converter is None or self.hands is None:
            return
        try:
            control = converter.control(self.hands, needle_allowed=session.needle_allowed)
            moment = session.turn(control)
        except InplaneError as error:
            self._newest = None
            self.happened(self.log.add("problem", self.time_s, "control", str(error)))
            return
        if moment is not None:
            self._turned.append(now)
            self._publish(moment)

    def _publish(self, moment: Moment) -> None:
        """Sends a live moment and what began or ended with it."""
        self.time_s = moment.frame.time_s
        picture = encode_frame(moment.frame, geometry_version=self._geometry.of(moment.frame.geometry))
        self._cine.add(moment, picture)
        for event in self.latch.update(moment.advice.alarms, moment.advice.time_s, self.log):
            self.tell(event)
        self.lesson_done(moment.lesson_done)
        self._send(moment, picture, back=0)

    def lesson_done(self, steps: tuple[str, ...]) -> None:
        """Tells the page that steps of the lesson are behind."""
        for step in steps:
            self.tell(self.log.add("lesson", self.time_s, step, "Done"))

    def show_cine(self, back: int) -> None:
        """Sends a frozen frame, counted back from the newest."""
        shown = self._cine.show(back)
        if shown is not None:
            self._send(*shown, back=self._cine.back)

    def show_again(self) -> None:
        """Sends the frame on the screen once more, where the loop does not do so by itself."""
        if not self.live:
            self.show_cine(self._cine.back)

    def _send(self, moment: Moment, picture: bytes, *, back: int) -> None:
        """A moment to the page, with the teacher's layer where it is on."""
        if self._outbox is None:
            return
        span = self._turned[-1] - self._turned[0] if len(self._turned) > 1 else 0.0
        teacher: TeacherLayer | None = None
        if self.teach and self.session is not None and (not self.live or moment.frame.sequence % TEACH_EVERY == 0):
            teacher = self.session.teacher(moment.frame.sequence)
        tick = Tick(
            delivery=0,
            sequence=moment.frame.sequence,
            time_s=moment.frame.time_s,
            stamp_ms=0.0 if self.hands is None else self.hands.stamp_ms,
            cine_back=back,
            cine_count=len(self._cine.kept),
            frames_per_s=(len(self._turned) - 1) / span if span > 0 else 0.0,
            cpu_ms=moment.cpu_ms,
            scene=moment.scene,
            advice=moment.advice,
            signals=moment.frame.signals,
            vessel_names=moment.vessel_names,
            needle=needle_now(moment.control),
            teacher=teacher,
        )
        self._outbox.frame(tick, picture)
