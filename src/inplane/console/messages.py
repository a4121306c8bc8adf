"""Every message between server and page, as frozen dataclasses; each is checked when it arrives.

Types for the page are generated from here into `page/messages.d.ts` by `tools/make_console_types.py`.
"""

from typing import Any

from inplane.console.from_page import (
    Acknowledge,
    Aftercare,
    Again,
    Choose,
    Cine,
    Drawn,
    End,
    Finish,
    Form,
    Freeze,
    Hands,
    Hello,
    NeedleHand,
    Overlay,
    OverlayLevel,
    PlungerHand,
    ProbeHand,
    ScannerKnobs,
    Scene3d,
    Skip,
    Teach,
)
from inplane.console.to_page import (
    Building,
    EventKind,
    Happened,
    NeedleNow,
    ResultLine,
    ResultPage,
    ResultSection,
    Scene3dNow,
    Stream,
    TeacherLayer,
    TeacherShape,
    Tick,
    Welcome,
)

MAX_MESSAGE_BYTES = 64 * 1024
"""Largest message a page may send (chosen: a full control is below 1 kB)."""

FROM_PAGE: dict[str, type[Any]] = {
    kind.__name__: kind
    for kind in (
        Hello, Hands, Drawn, Freeze, Cine, Teach, Scene3d, Overlay, Form, Finish, Aftercare, Acknowledge, Skip, Again,
        Choose,
    )
}  # fmt: skip
TO_PAGE: dict[str, type[Any]] = {
    kind.__name__: kind for kind in (Welcome, Building, Tick, Happened, ResultPage, Stream)
}

__all__ = [
    "FROM_PAGE",
    "MAX_MESSAGE_BYTES",
    "TO_PAGE",
    "Acknowledge",
    "Aftercare",
    "Again",
    "Building",
    "Choose",
    "Cine",
    "Drawn",
    "End",
    "EventKind",
    "Finish",
    "Form",
    "Freeze",
    "Hands",
    "Happened",
    "Hello",
    "NeedleHand",
    "NeedleNow",
    "Overlay",
    "OverlayLevel",
    "PlungerHand",
    "ProbeHand",
    "ResultLine",
    "ResultPage",
    "ResultSection",
    "ScannerKnobs",
    "Scene3d",
    "Scene3dNow",
    "Skip",
    "Stream",
    "Teach",
    "TeacherLayer",
    "TeacherShape",
    "Tick",
    "Welcome",
]
