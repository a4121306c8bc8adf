"""A console served for real, on a port of its own. The web side is tested on a session that costs nothing (grey ramps
instead of a patient); the page is tested on the real program, made once for all its tests.
"""

import json
import os
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from starlette.applications import Starlette
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from inplane.anatomy import build_groin
from inplane.atlas import load_atlas
from inplane.case import Journal
from inplane.console import (
    Moment,
    SessionChoice,
    SessionFactory,
    SimulatedSession,
    create_app,
    listen,
    make_server,
)
from inplane.console.hands import Start
from inplane.console.messages import Aftercare, Form, ResultPage, TeacherLayer, TeacherShape
from inplane.console.pace import Pace, SteadyPace
from inplane.console.page_info import NeedleInfo, PlanInfo, ProbeInfo, SessionInfo
from inplane.console.simulated import Room
from inplane.core import (
    Advice,
    Alarm,
    Calibration,
    CannotTell,
    ColorFlow,
    Control,
    DoseStatus,
    Frame,
    InputError,
    LinearGeometry,
    Mode,
    NeedleSeen,
    NeedleState,
    Priority,
    ProbeControl,
    ScannerControl,
    Scene,
    Signals,
    SpreadSeen,
    SpreadState,
)
from inplane.training import standard_plan
from inplane.world import World

LINES, SAMPLES = 32, 64
AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"


@dataclass(slots=True)
class SmallSession:
    """Frames count up; an alarm is active while the needle is deeper than 10 mm."""

    choice: SessionChoice
    step: str = "indication"
    frames: int = 0
    notes: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    closed: bool = False
    controls: list[Control] = field(default_factory=list)
    refuse_over_n: float = 30.0
    pace: Pace = field(default_factory=lambda: SteadyPace(30.0))

    @property
    def info(self) -> SessionInfo:
        return SessionInfo(
            source="SIMULATION",
            version="0",
            patient="Nobody",
            seed=self.choice.seed,
            level=self.choice.level,
            region="groin",
            side=self.choice.side,
            procedure_id=self.choice.procedure_id,
            procedure_name="Nothing",
            family="joint",
            indication="A test.",
            about=(),
            procedures=(),
            probe=ProbeInfo(
                id="p",
                name="Probe",
                width_mm=40.0,
                frequency_min_mhz=4.0,
                frequency_max_mhz=12.0,
                depth_min_mm=20.0,
                depth_max_mm=80.0,
            ),
            needle=NeedleInfo(id="n", name="Needle", length_mm=80.0),
            plan=PlanInfo(drug="Water", planned_ml=10.0, test_dose_ml=1.0, aliquot_ml=3.0, syringe_ml=20.0),
            checklist=(),
            aftercare=(),
            landmarks=(),
            lesson=(),
            lesson_title="",
        )

    @property
    def start(self) -> Start:
        return Start(probe=ProbeControl(), scanner=ScannerControl())

    @property
    def needle_allowed(self) -> bool:
        return self.step == "injection"

    def indentation_mm(self, probe: ProbeControl) -> float:  # noqa: ARG002
        return 0.0

    def turn(self, control: Control) -> Moment:
        if control.probe.press_n > self.refuse_over_n:
            raise InputError("Too hard. Expected a gentle hand.")
        self.controls.append(control)
        sequence, self.frames = self.frames, self.frames + 1
        time_s = self.frames / 30
        pixels = np.full((LINES, SAMPLES), sequence % 256, dtype=np.uint8)
        color = None
        if control.scanner.mode == Mode.COLOR:
            flow = np.arange(-4, 4, dtype=np.int8).reshape(2, 4)
            color = ColorFlow(first_line=3, first_sample=5, velocity=flow, has_flow=flow != 0, nyquist_m_s=0.3)
        frame = Frame(
            sequence=sequence,
            time_s=time_s,
            pixels=pixels,
            geometry=LinearGeometry(n_lines=LINES, n_samples=SAMPLES, width_mm=40.0, depth_mm=control.scanner.depth_mm),
            calibration=Calibration.CALIBRATED,
            signals=Signals(scanner=control.scanner, injected_ml=control.plunger.injected_ml),
            color=color,
        )
        deep = control.needle.advance_mm > 10
        return Moment(
            frame=frame,
            scene=scene_at(sequence, time_s),
            advice=advice_at(sequence, time_s, deep=deep),
            control=control,
            cpu_ms={"simulate": 1.0},
        )

    def stream(self) -> None:
        pass

    def teacher(self, sequence: int) -> TeacherLayer:
        shape = TeacherShape(name="femoral artery", kind="artery lumen", points_mm=((0.0, 10.0), (1.0, 11.0)))
        return TeacherLayer(
            shapes=(shape,),
            needle_mm=(),
            tip_structure="fat",
            tip_off_plane_mm=None,
            target_mm=None,
            spread_mm=(),
            notes=(str(sequence),),
        )

    def fill_form(self, form: Form) -> None:
        if not form.time_out:
            raise InputError("The time-out is missing.")
        self.step = "injection"

    def finish(self) -> None:
        self.step = "aftercare"

    def aftercare(self, done: Aftercare) -> None:  # noqa: ARG002
        self.step = "result"

    def result(self) -> ResultPage:
        return ResultPage(
            title="Result", sections=(), alarms=(), remarks=("Well done.",), picture="", picture_text="", footer=""
        )

    def skip(self) -> tuple[str, ...]:
        return ("first",)

    def note(self, kind: str, **fields: str | float | bool) -> None:
        self.notes.append((kind, dict(fields)))

    def again(self, how: Literal["reset", "retry"]) -> "SmallSession":
        self.closed = True
        return SmallSession(self.choice, step="injection" if how == "reset" else "indication")

    def close(self) -> None:
        self.closed = True


def scene_at(sequence: int, time_s: float) -> Scene:
    needle = NeedleSeen(
        state=NeedleState.NONE,
        tip_mm=None,
        entry_mm=None,
        direction=None,
        tip_sd_mm=(1.0, 1.0),
        angle_sd_rad=0.1,
        speed_mm_s=0.0,
        confidence=0.0,
        unseen_s=0.0,
    )
    spread = SpreadSeen(
        state=SpreadState.WAITING,
        area_mm2=0.0,
        growth_mm2_s=0.0,
        centre_mm=None,
        outline_mm=np.zeros((0, 2)),
        injected_ml=0.0,
        confidence=0.0,
    )
    return Scene(
        sequence=sequence,
        time_s=time_s,
        calibration=Calibration.CALIBRATED,
        contact=1.0,
        needle=needle,
        vessels=(),
        bones=(),
        spread=spread,
        cannot_tell=(CannotTell(subject="nerve", reason="none is recognised"),),
    )


def advice_at(sequence: int, time_s: float, *, deep: bool) -> Advice:
    alarm = Alarm(
        condition="too deep",
        priority=Priority.HIGH,
        what="The needle is deep.",
        why="A test asks for it.",
        measured="over 10 mm",
        action="Withdraw.",
        source=("chosen: a test",),
        since_s=time_s,
    )
    return Advice(
        sequence=sequence,
        time_s=time_s,
        path=None,
        clearances=(),
        alarms=(alarm,) if deep else (),
        hints=("Look.",),
        cannot_tell=(),
        dose=DoseStatus(fraction=None, given_ml=None, limit=""),
    )


def make_small(choice: SessionChoice, progress: Callable[[str, float], None]) -> SmallSession:
    """A factory; seed 13 cannot be made."""
    progress("Making", 0.5)
    if choice.seed == 13:
        raise InputError("Seed 13 cannot be made. Expected another.")
    return SmallSession(choice)


TOKEN = "only-for-tests"


@dataclass(slots=True)
class Served:
    """A console that answers."""

    app: Starlette
    port: int
    cookie: str = ""

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def link(self) -> str:
        return f"http://{self.host}/?token={self.app.state.keys.token}"

    def enter(self) -> str:
        """Opens the launch link; returns the page and keeps the cookie."""
        with urllib.request.urlopen(self.link, timeout=10) as answer:
            self.cookie = str(answer.headers["set-cookie"]).split(";")[0]
            return answer.read().decode()

    def get(self, path: str, **headers: str) -> tuple[int, str, dict[str, str]]:
        """Status, text and headers of a request."""
        request = urllib.request.Request(f"http://{self.host}{path}", headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.read().decode(), {k.lower(): v for k, v in answer.headers.items()}
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode(), {k.lower(): v for k, v in error.headers.items()}

    def open(self, **overrides: str) -> ClientConnection:
        """A WebSocket as the page opens it; Origin, Host or Cookie may be another."""
        origin = overrides.pop("Origin", f"http://{self.host}")
        headers = {"Cookie": self.cookie, **overrides}
        return connect(
            f"ws://{self.host}/live",
            origin=Origin(origin) if origin else None,
            additional_headers={name: value for name, value in headers.items() if value},
            max_size=None,
            proxy=None,
            compression=None,
        )


class Page:
    """A page as a test plays it: reads messages, acknowledges frames when it is told to."""

    def __init__(self, socket: ClientConnection, name: str = "page-of-a-test", last_event: int = -1) -> None:
        self.socket = socket
        self.hands: dict[str, Any] = {}
        self.send(type="Hello", page=name, last_event=last_event)

    def send(self, **message: Any) -> None:
        self.socket.send(json.dumps(message))

    def receive(self, timeout_s: float = 5.0) -> dict[str, Any] | bytes:
        """The next message, JSON or a frame."""
        message = self.socket.recv(timeout=timeout_s)
        return message if isinstance(message, bytes) else json.loads(message)

    def wait_for(self, message_type: str, /, *, drawing: bool = True, **fields: Any) -> dict[str, Any]:
        """The next message of that type with those fields; frames on the way are acknowledged."""
        until = time.monotonic() + 10
        while time.monotonic() < until:
            message = self.receive()
            if isinstance(message, bytes):
                continue
            if message["type"] == "Tick" and drawing:
                self.send(type="Drawn", delivery=message["delivery"], sequence=message["sequence"])
            if message["type"] == "Welcome":
                self.hands = message["hands"]
            if message["type"] == message_type and all(message[name] == value for name, value in fields.items()):
                return message
        raise AssertionError(f"No {message_type} with {fields} came.")

    def move(self, **parts: dict[str, Any]) -> None:
        """Sends hands that differ from the present ones."""
        for part, values in parts.items():
            self.hands[part].update(values)
        self.send(type="Hands", **self.hands)


@contextmanager
def running(factory: SessionFactory, choice: SessionChoice | None = None) -> Iterator[Served]:
    """Serves a console until the block ends."""
    app = create_app(factory, TOKEN, choice=choice)
    listener = listen(0)
    answers = threading.Event()
    server = make_server(app, answers.set)
    thread = threading.Thread(target=lambda: server.run(sockets=[listener]), daemon=True)
    app.state.engine.start()
    assert app.state.engine.wait(280)
    thread.start()
    assert answers.wait(10)
    try:
        yield Served(app, listener.getsockname()[1])
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()


@pytest.fixture
def served() -> Generator[Served]:
    """A console with a small session, entered."""
    with running(make_small) as console:
        console.enter()
        yield console


@pytest.fixture
def page(served: Served) -> Generator[Page]:
    """A page that is welcome there."""
    with served.open() as socket:
        shown = Page(socket)
        shown.wait_for("Welcome")
        yield shown


@pytest.fixture
def another(served: Served) -> Generator[Callable[..., Page]]:
    """Opens further pages on the same console."""
    with ExitStack() as opened:
        yield lambda **options: Page(opened.enter_context(served.open()), **options)


@pytest.fixture(scope="session")
def run_console() -> Callable[..., Any]:
    """Serves another console."""
    return running


@pytest.fixture
def another_page() -> Generator[Callable[..., tuple[Served, Page]]]:
    """Opens a page on a console that is served until the test ends."""
    with ExitStack() as opened:

        def opens(console: Any) -> tuple[Served, Page]:
            served = opened.enter_context(console)
            served.enter()
            page = Page(opened.enter_context(served.open()))
            page.wait_for("Welcome")
            return served, page

        yield opens


@pytest.fixture
def small() -> SessionFactory:
    """Makes small sessions."""
    return make_small


@pytest.fixture(scope="module")
def room() -> Room:
    """A coarse groin in a room of its own, made once for each file of tests."""
    atlas = load_atlas()
    patient = build_groin(3, spacing_mm=2.0)
    procedure = atlas.procedure("femoral_nerve_block")
    probe, needle = atlas.probe(procedure.probe_id), atlas.needle(procedure.needle_id)
    return Room(
        choice=SessionChoice(seed=3),
        patient=patient,
        world=World(patient, probe=probe, needle=needle, seed=3, n_lines=48, n_samples=96),
        procedure=procedure,
        plan=standard_plan(procedure, patient),
    )


@pytest.fixture
def session(room: Room) -> SimulatedSession:
    return SimulatedSession(room, lambda _name: Journal())


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core, as `npm ci` brings it; in CI its absence is a failure."""
    if AXE.exists():
        return AXE.read_text(encoding="utf-8")
    reason = "no axe-core here (install nodejs and npm, then `npm ci`)"
    if os.environ.get("CI", "").lower() in ("true", "1"):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
