"""A run's summary as a table for people."""

from collections.abc import Iterator
from typing import Any

from rich.table import Table

SAID = (
    ("vessel_share", "vessel"),
    ("pulsatile_vessel_share", "vessel that beats"),
    ("nerve_share", "nerve"),
    ("bone_share", "bone"),
    ("needle_share", "needle"),
    ("needle_tip_share", "needle's tip"),
    ("spread_share", "spread"),
)
"""What can be recognised, in the summary's words and in people's."""


def summary_table(summary: dict[str, Any]) -> Table:
    """Two columns: what, and what came of it."""
    table = Table("what", "found", title=summary["source"], title_justify="left")
    for name, value in _rows(summary):
        table.add_row(name, value)
    return table


def _rows(summary: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield "format", summary["format"] or "not told"
    yield "frames", _frames(summary)
    if "columns" in summary:
        yield "picture", _picture(summary)
    yield "scale", summary["calibration"]
    yield "orientation", summary["orientation"]
    yield "loop", _latency(summary["latency"])
    yield "recognised", recognised_words(summary["recognised"])
    alarms = [f"{alarm['condition']} (raised {alarm['raised']} x)" for alarm in summary["alarms"]]
    yield "alarms", ", ".join(alarms) or "none"
    for unknown in summary["cannot_tell"]:
        yield "cannot tell", f"{unknown['first']} ({unknown['share']:.0%} of frames)"
    yield "complete", "yes" if summary["complete"] else f"no: {summary['reason']}"


def _frames(summary: dict[str, Any]) -> str:
    told = f"{summary['frames']} in {summary['seconds']:g} s"
    for key, words in (("invalid_frames", "marked invalid"), ("dropped_frames", "dropped"), ("corrupt_frames", "bad")):
        if summary[key]:
            told += f", {summary[key]} {words}"
    return told


def _picture(summary: dict[str, Any]) -> str:
    told = f"{summary['columns']} x {summary['rows']} pixels, {summary['geometry']}"
    if "width_mm" in summary:
        mark = " (estimated)" if "scale" in summary else ""
        told += f", {summary['width_mm']:g} x {summary['depth_mm']:g} mm{mark}"
    return told + (", color" if summary["color"] else "")


def _latency(latency: dict[str, Any]) -> str:
    if latency["loop_frames_per_s"] is None:
        return "no frame"
    loop = latency["loop_ms"]
    return f"{latency['loop_frames_per_s']:g} frames/s; p50 {loop['p50']:g} ms, p99 {loop['p99']:g} ms a frame"


def recognised_words(recognised: dict[str, Any]) -> str:
    """What was recognised, with its share of frames; "nothing" where nothing was."""
    found = [f"{words} {recognised[key]:.0%}" for key, words in SAID if recognised.get(key, 0) > 0]
    return ", ".join(found) or "nothing"
