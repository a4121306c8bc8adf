"""A real source in plain words, as the page presents it."""

import inplane
from inplane.atlas import Procedure
from inplane.console.page_info import NamedChoice, SessionInfo, SourceAbout
from inplane.core import Calibration
from inplane.stream.source import SourceInfo

SCALE = {
    Calibration.CALIBRATED: "calibrated",
    Calibration.ESTIMATED: "estimated from the ruler in the picture",
    Calibration.UNCALIBRATED: "none: lengths are in pixels",
}


def observed_info(told: SourceInfo, procedure: Procedure | None) -> SessionInfo:
    """All that the page presents of a case on a real source."""
    side = told.side if told.side in ("left", "right") else None
    return SessionInfo(
        source="LIVE" if told.live else "RECORDING",
        kind="live" if told.live else "recording",
        calibration=told.calibration,
        about_source=about_source(told),
        version=inplane.__version__,
        patient=told.name,
        side="left" if side == "left" else "right" if side == "right" else None,
        procedure_id="" if procedure is None else procedure.id,
        procedure_name="" if procedure is None else procedure.name,
        family="" if procedure is None else procedure.family,
    )


def about_source(told: SourceInfo) -> SourceAbout:
    """The panel's lines; what a source does not tell is left out."""
    lines = (
        ("Format", told.format),
        ("Pictures", _pictures(told)),
        ("Size", f"{told.n_lines} x {told.n_samples} pixels"),
        ("Scale", SCALE[told.calibration]),
        ("Orientation", _orientation(told) or "not told: the marker's side is assumed"),
        ("Probe", told.probe_name),
        ("Patient", "simulated" if told.simulated else ""),
    )
    return SourceAbout(
        name=told.name,
        lines=tuple(NamedChoice(id=name, name=text) for name, text in lines if text),
        notes=told.notes,
        frames=told.frames,
        orientation=_orientation(told),
        rate_hz=told.frame_rate_hz,
    )


def _orientation(told: SourceInfo) -> str:
    """How the pictures lie; those of a simulated scanner are MF, and need not say so."""
    return told.orientation or ("MF" if told.simulated else "")


def _pictures(told: SourceInfo) -> str:
    """How many, and how fast they come."""
    rate = f"{told.frame_rate_hz:.3g} a second"
    if told.frames == 1:
        return "1"
    return rate if told.frames is None else f"{told.frames}, {rate}"
