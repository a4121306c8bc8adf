"""What each event of the page does to the engine. All of them run in the engine's thread."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from inplane.console.messages import (
    Acknowledge,
    Aftercare,
    Again,
    Choose,
    Cine,
    Finish,
    Form,
    Freeze,
    Overlay,
    Scene3d,
    Skip,
    Teach,
)
from inplane.console.session import SessionChoice
from inplane.console.truth_shown import TruthView

if TYPE_CHECKING:
    from inplane.console.engine import Engine
    from inplane.console.session import HandledSession, Session


def _freeze(engine: "Engine", message: Freeze) -> None:
    """Stops or goes on."""
    if engine.frozen == message.on or engine.ended:
        return
    engine.frozen = message.on
    _session(engine).note("freeze", on=message.on)
    engine.resume() if not message.on else engine.show_cine(0)


def _cine(engine: "Engine", message: Cine) -> None:
    """Shows an earlier frame, only while the picture stands still."""
    if engine.stepping:
        engine.show_cine(message.back)


def _teach(engine: "Engine", message: Teach) -> None:
    """Shows or hides the teacher's layer; the journal keeps when."""
    _show_truth(engine, "teacher_layer", on=message.on)


def _scene3d(engine: "Engine", message: Scene3d) -> None:
    """Shows or hides the 3-D scene, under the rules of the teacher's layer."""
    _show_truth(engine, "scene_3d", on=message.on)


def _show_truth(engine: "Engine", view: TruthView, *, on: bool) -> None:
    """Shows or hides what a simulated patient really is; the journal keeps when."""
    engine.truth.show(view, on=on)
    _session(engine).note(view, on=on)
    engine.show_again()


def _overlay(engine: "Engine", message: Overlay) -> None:
    """Keeps how much is drawn over the picture, and journals it."""
    engine.overlay = message.level
    _session(engine).note("overlay", level=message.level)


def _form(engine: "Engine", message: Form) -> None:
    """The short form."""
    session = _handled(engine)
    session.fill_form(message)
    _step(engine, "Form and time-out done. The needle may be used.")


def _finish(engine: "Engine", _message: Finish) -> None:
    """On to aftercare."""
    _handled(engine).finish()
    _step(engine, "Injection ended.")


def _aftercare(engine: "Engine", message: Aftercare) -> None:
    """On to the result."""
    session = _handled(engine)
    session.aftercare(message)
    _step(engine, "Aftercare done.")
    engine.result = session.result()
    engine.tell(engine.result)


def _acknowledge(engine: "Engine", message: Acknowledge) -> None:
    """A person took note of an alarm."""
    event = engine.latch.acknowledge(message.condition, engine.time_s, engine.log)
    if event is not None:
        _session(engine).note("alarm_acknowledged", condition=message.condition)
    engine.happened(event)


def _skip(engine: "Engine", _message: Skip) -> None:
    """On to the lesson's next step."""
    engine.lesson_done(_handled(engine).skip())


def _again(engine: "Engine", message: Again) -> None:
    """The same patient from the beginning."""
    engine.begin(_session(engine).again(message.how))


def _choose(engine: "Engine", message: Choose) -> None:
    """Another patient, level, side or procedure."""
    _handled(engine)  # a recording has no other patients
    engine.make(
        SessionChoice(
            procedure_id=message.procedure_id,
            side=message.side,
            seed=message.seed,
            level=message.level,
            lesson=message.lesson,
        )
    )


def _step(engine: "Engine", text: str) -> None:
    """Tells the page at which step the case is now."""
    engine.happened(engine.log.add("step", engine.time_s, _session(engine).step, text))


def _session(engine: "Engine") -> "Session":
    """The session, which exists before any message is handled."""
    session = engine.session
    if session is None:
        raise RuntimeError("The engine handled a message before its first session.")
    return session


def _handled(engine: "Engine") -> "HandledSession":
    """The session, in which the page's hands hold something.

    Raises:
        InputError: this one is a recording or a scanner.
    """
    _session(engine)
    return engine.hands.session()


ACTIONS: dict[str, Callable[["Engine", Any], None]] = {
    "Freeze": _freeze,
    "Cine": _cine,
    "Teach": _teach,
    "Scene3d": _scene3d,
    "Overlay": _overlay,
    "Form": _form,
    "Finish": _finish,
    "Aftercare": _aftercare,
    "Acknowledge": _acknowledge,
    "Again": _again,
    "Skip": _skip,
    "Choose": _choose,
}
"""By name of the message."""
