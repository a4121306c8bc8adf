"""What is wrong with a source, and what to do about it."""

from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from typing import Literal

from inplane.case import Case, Journal, Loop
from inplane.cli._doctor_machine import Check
from inplane.cli._guide_run import Watch
from inplane.cli._guide_totals import Totals
from inplane.cli._source_words import describe, geometry_word
from inplane.console.warm_up import warm_up_observing
from inplane.core import Calibration, Frame, InplaneError
from inplane.stream import FrameSource
from inplane.stream.open import open_source

FRAMES, SECONDS = 60, 10.0
"""What is tried: two seconds of a usual recording, and no longer than a person waits."""
POOR_CONTACT = 0.5
"""Share of the width from which perception looks at all, see `perception.perceiver`."""
SCALE_DO = {
    Calibration.CALIBRATED: "",
    Calibration.ESTIMATED: "Lengths are marked as estimates. A DICOM file or --config PLUS.xml gives a sure scale.",
    Calibration.UNCALIBRATED: "Lengths are in pixels. For a scale give DICOM with its region, a picture with a ruler, "
    "or --config PLUS.xml for a sequence.",
}


def source_checks(text: str, config: Path | None) -> Iterator[Check]:
    """Every check of a source; the first one that is wrong may be the last.

    Args:
        text: as a user names it.
        config: a PLUS configuration.
    """
    try:
        source = open_source(text, config=config)
    except InplaneError as error:
        yield Check(name="opened", state="wrong", found=str(error), do=_refused_do(text))
        return
    try:
        yield from _opened(source)
    finally:
        source.close()


def _refused_do(text: str) -> str:
    if "://" in text:
        return "See that the server runs, sends images, and that a firewall lets this machine through."
    return "Export it from the scanner as DICOM or MP4, or give the file that the message names."


def _opened(source: FrameSource) -> Iterator[Check]:
    info = source.info
    yield Check(name="opened", state="fine", found=info.format or info.name)
    totals, last = _try(source)
    if last is None:
        yield Check(name="frames", state="wrong", found=source.problem or "none came", do="Nothing can be guided.")
        return
    count = "unknown" if info.frames is None else str(info.frames)
    yield Check(name="frames", state="fine", found=f"{count} in all, {totals.frames} tried")
    told = describe(source, last)
    size = f"{told['columns']} x {told['rows']} pixels, {geometry_word(last)}"
    yield Check(name="picture", state="fine", found=size + (", color" if told["color"] else ""))
    yield _scale(last)
    yield _orientation(info.orientation)
    for note in source.info.notes:
        yield Check(name="note", state="note", found=note)
    yield from _tried(source, totals)


def _try(source: FrameSource) -> tuple[Totals, Frame | None]:
    """The first frames through the loop."""
    warm_up_observing()
    watch, totals = Watch(source), Totals()
    loop = Loop(watch, watch, None, None, Case(Journal(), None, None))
    last: Frame | None = None
    end = monotonic() + SECONDS
    while totals.frames < FRAMES and monotonic() < end:
        if not source.wait(0.1):
            continue
        tick, wall = watch.turn(loop)
        if tick is None:
            break
        last = tick.frame
        totals.add(tick, wall)
    return totals, last


def _scale(frame: Frame) -> Check:
    known: Literal["fine", "note"] = "fine" if frame.calibration is Calibration.CALIBRATED else "note"
    found: str = frame.calibration.value
    if frame.calibration.in_mm:
        mark = ", estimated" if frame.calibration is Calibration.ESTIMATED else ""
        found += f": {frame.geometry.width_mm:.1f} x {frame.geometry.depth_mm:.1f} mm{mark}"
    return Check(name="scale", state=known, found=found, do=SCALE_DO[frame.calibration])


def _orientation(code: str) -> Check:
    if code:
        return Check(name="orientation", state="fine", found=code)
    do = "See that the probe's marker is at the picture's left, as nearly every screen shows it."
    return Check(name="orientation", state="note", found="assumed: marker at the left", do=do)


def _tried(source: FrameSource, totals: Totals) -> Iterator[Check]:
    """What the first frames told."""
    info = source.info
    speed = totals.latency(live=info.live)
    rate, wanted = speed["loop_frames_per_s"], info.frame_rate_hz
    slow = totals.frames > 1 and rate < wanted
    yield Check(
        name="speed",
        state="note" if slow else "fine",
        found=f"{rate:g} frames/s through the loop, {wanted:g} wanted; p99 {speed['loop_ms']['p99']:g} ms",
        do="A live source would drop frames here; a recording only takes longer." if slow else "",
    )
    contact = totals.recognised()["contact_mean"]
    if contact < POOR_CONTACT:
        do = "If the picture shows tissue, its part on the screen was not found: see the overlay of `inplane guide`."
        found = f"{contact:.0%} of the width"
        yield Check(name="contact", state="note", found=found, do=do)
    if totals.invalid:
        found = f"{totals.invalid} of {totals.frames} are marked invalid by the source"
        yield Check(name="validity", state="note", found=found)
    if source.problem is not None:
        do = "What came before is good; guide keeps it, marked incomplete. Copy the file again, or export it anew."
        yield Check(name="reading", state="wrong", found=source.problem, do=do)
    elif info.live and source.status().stale:
        yield Check(name="stream", state="wrong", found=source.status().text, do="Unfreeze the scanner.")
