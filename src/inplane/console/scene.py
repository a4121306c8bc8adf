"""A patient's surfaces as the page's 3-D scene fetches them: made once a patient, off the engine's thread.

Bytes, little-endian: the length of the header (uint32), the header (JSON, filled with spaces to a multiple of four),
then of each surface its points (float32 x, y, z) and its triangles (uint32 a, b, c), in the header's order.
"""

import json
import struct
from collections.abc import Sequence
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse, Response

from inplane.anatomy import Patient
from inplane.console.session import ModeledSession, Session

if TYPE_CHECKING:
    from inplane.anatomy.surfaces import Surface

_NO_PATIENT = "Nothing to show: this is a recording or a scanner. Expected a simulated patient.\n"
_NOT_ASKED = "The 3-D scene shows the truth of a simulated patient. Expected it to be asked for on the page first.\n"


class Scenes:
    """Keeps the surfaces of the last patient, ready to be sent."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._made: tuple[Patient, bytes] | None = None

    async def answer(self, session: Session | None, *, asked: bool) -> Response:
        """The surfaces of a session's patient; 404 where there is none, 403 where nobody asked for the scene."""
        if not isinstance(session, ModeledSession):
            return PlainTextResponse(_NO_PATIENT, 404)
        if not asked:
            return PlainTextResponse(_NOT_ASKED, 403)
        made = await run_in_threadpool(self.of, session.patient)
        return Response(made, media_type="application/octet-stream")

    def of(self, patient: Patient) -> bytes:
        """Surfaces of that patient, as bytes; one or two seconds of work where it is another one than before."""
        from inplane.anatomy.surfaces import surfaces  # its library is loaded only where a scene is asked for

        with self._lock:
            if self._made is None or self._made[0] is not patient:
                self._made = (patient, encode_scene(surfaces(patient)))
            return self._made[1]


def encode_scene(shown: "Sequence[Surface]") -> bytes:
    """The surfaces as bytes: points in PATIENT mm at rest, triangles counter-clockwise from outside."""
    parts = [
        {"name": each.name, "look": each.look, "points": len(each.points_mm), "triangles": len(each.triangles)}
        for each in shown
    ]
    header = json.dumps({"surfaces": parts}, separators=(",", ":")).encode()
    header += b" " * (-len(header) % 4)
    arrays = [
        array
        for each in shown
        for array in (np.asarray(each.points_mm, "<f4").tobytes(), np.asarray(each.triangles, "<u4").tobytes())
    ]
    return b"".join([struct.pack("<I", len(header)), header, *arrays])
