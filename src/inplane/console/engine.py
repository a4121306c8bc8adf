"""The engine: one thread that makes sessions and turns the loop at each session's pace with the newest control.

Everything that touches a session happens here, one thing after another, so parallel kernels are only ever launched by
one thread. The web side posts messages and takes frames and events; neither waits for the other.
"""

import logging
import queue
import threading
import time
from collections.abc import Callable
from typing import Any

from inplane.console.actions import ACTIONS
from inplane.console.alarm_log import AlarmLatch, EventLog
from inplane.console.hands_on import HandsOn
from inplane.console.messages import Building, Hands, Happened, OverlayLevel, ResultPage, Tick, Welcome
from inplane.console.outbox import Outbox
from inplane.console.publisher import Publisher
from inplane.console.session import Moment, Session, SessionChoice, SessionFactory
from inplane.console.stream_watch import StreamWatch
from inplane.console.truth_shown import TruthShown
from inplane.core import InplaneError, ResourceError

LOG = logging.getLogger(__name__)
LET_IN_S = 2e-4
"""A loop that is late still waits so long, so that whoever brings a command gets to the queue (chosen)."""


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
        self.frozen, self.watched, self.ended = False, False, False
        self.truth = TruthShown()
        self.overlay: OverlayLevel = "full"
        self.log, self.latch = EventLog(), AlarmLatch()
        self.result: ResultPage | None = None
        self.hands = HandsOn()
        self.time_s = 0.0
        self._factory, self._clock = factory, clock
        self._sent = Publisher()
        self._stream = StreamWatch()
        self._commands: queue.Queue[Any] = queue.Queue()  # a SimpleQueue's short timeout may never end (CPython 3.11)
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
        self._sent.outbox = outbox

    def post(self, message: Any) -> None:
        """A message of the page; of hands only the newest counts."""
        if isinstance(message, Hands):
            self.hands.post(message)
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
            session = self.session
            if self.live and session is not None and session.pace.wait_s(self._clock()) <= 0:
                self._turn(session)
            if self.watched and self._stream.due(self._clock()):
                self.tell_stream()
        if self.session is not None:
            self.session.close()

    @property
    def live(self) -> bool:
        """Whether the loop turns: a page looks, nothing is frozen, and neither case nor recording is over."""
        begun = self.session is not None and self.result is None
        return self.watched and begun and not self.frozen and not self.ended

    @property
    def stepping(self) -> bool:
        """Whether the cine may be stepped through: the picture stands still."""
        return self.frozen or self.ended

    def _next_command(self) -> Any:
        """The next command, or None when a turn or the source's state is due first."""
        now = self._clock()
        waits = [self._stream.wait_s(now)] if self.watched and self._stream.on else []
        if self.live and self.session is not None:
            waits.append(self.session.pace.wait_s(now))
        try:
            return self._commands.get(timeout=max(min(waits), LET_IN_S)) if waits else self._commands.get()
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
        self.hands.begin(session, self.number)
        self.frozen, self.ended = False, False
        self.truth.clear()
        self.result, self.time_s = None, 0.0
        self.log, self.latch = EventLog(), AlarmLatch()
        self._sent.clear()
        self._stream.begin(session)
        self.resume()
        self.welcome()
        self.tell_stream()

    def resume(self) -> None:
        """Goes on from now, without making up for lost time."""
        if self.session is not None:
            self.session.pace.resume(self._clock())
        self._sent.resume()

    def welcome(self) -> None:
        """Sends the page all that it needs to begin or to go on."""
        if self.session is not None:
            self.tell(
                Welcome(
                    session=self.number,
                    info=self.session.info,
                    hands=self.hands.state,
                    frozen=self.frozen,
                    teach=self.truth.teach,
                    scene3d=self.truth.scene3d,
                    overlay=self.overlay,
                    step=self.session.step,
                )
            )

    def tell(self, message: Any) -> None:
        """Sends the page a message, if there is one."""
        self._sent.tell(message)

    def tell_stream(self) -> None:
        """Sends the page how a real source fares, and logs where it became stale or live again."""
        if self.session is None:
            return
        state = self._stream.look(self.session, self._clock())
        if state is not None:
            self._sent.state(state)
        change = self._stream.change
        if change is not None and not self.ended:
            self.happened(self.log.add("source", self.time_s, change.name, change.text, detail=change.detail))
            self.session.note(change.name, reason=change.detail)

    def happened(self, event: Happened | None) -> None:
        """Sends the page an event."""
        if event is not None:
            self.tell(event)

    def _report(self, text: str, fraction: float) -> None:
        """How far a session's making is."""
        if self._progress is not None and not self._ready.is_set():
            self._progress(text, fraction)
        self.tell(Building(text=text, fraction=fraction))

    def _turn(self, session: Session) -> None:
        """One turn of the loop, sent to the page."""
        now = self._clock()
        session.pace.turned(now)
        try:
            moment = session.turn(self.hands.control())
        except InplaneError as error:
            self.hands.forget()
            self._told_once(str(error))
            return
        except Exception as error:  # one odd picture must not end what can go on
            if self._told_once(f"A fault of ours, this picture is left out: {type(error).__name__}: {error}."):
                LOG.exception("A turn of the loop failed.")
            return
        if moment is not None:
            self._sent.turned(now)
            self._publish(moment)
        elif self._stream.on:
            self._end()

    def _told_once(self, text: str) -> bool:
        """Tells of a refusal, and whether it did: picture after picture, refused for one reason, is told of once."""
        last = self.log.events[-1] if self.log.events else None
        if not self.hands.held and last is not None and last.text == text:
            return False
        self.happened(self.log.add("problem", self.time_s, "control", text))
        return True

    def _end(self) -> None:
        """No picture comes any more: the last one stays, with the reason, and the cine can be stepped through."""
        self.ended = True
        self.tell_stream()
        ending = self._stream.ending()
        self.happened(self.log.add(ending.kind, self.time_s, ending.name, ending.text))

    def _publish(self, moment: Moment) -> None:
        """Sends a live moment and what began or ended with it."""
        self.time_s = moment.frame.time_s
        tick, picture = self._sent.keep(moment, stamp_ms=self.hands.stamp_ms, hands=self.hands.held)
        for event in self.latch.update(moment.advice.alarms, moment.advice.time_s, self.log):
            self.tell(event)
        self.lesson_done(moment.lesson_done)
        self._send(tick, picture, back=0)

    def lesson_done(self, steps: tuple[str, ...]) -> None:
        """Tells the page that steps of the lesson are behind."""
        for step in steps:
            self.tell(self.log.add("lesson", self.time_s, step, "Done"))

    def show_cine(self, back: int) -> None:
        """Sends a frozen frame, counted back from the newest."""
        shown = self._sent.cine.show(back)
        if shown is not None:
            self._send(*shown, back=self._sent.cine.back)

    def show_again(self) -> None:
        """Sends the frame on the screen once more, where the loop does not do so by itself."""
        if not self.live:
            self.show_cine(self._sent.cine.back)

    def _send(self, tick: Tick, picture: bytes, *, back: int) -> None:
        """A frame to the page, with what is shown of the truth."""
        shown = self.truth.of(self.session, tick.sequence, live=self.live)
        self._sent.send(tick, picture, back=back, shown=shown)
