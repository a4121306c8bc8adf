"""Every file of the real recordings through the loop, as a table: docs/reference/real-data.md.

    python tools/make_data_table.py --videos /tmp/overlays        # some minutes; overlays go outside the repository

Real images never enter this repository: words and numbers about them do. Everything but frames/s is the same at every
run. Remarks come from docs/reference/real-data-remarks.yaml, written by people who watched the overlays.
"""

import argparse
import json
import os
import shutil
from collections import Counter
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import yaml
from rich.progress import track

from inplane.cli._guide_out import OutFolder
from inplane.cli._guide_run import GuideRun, Options
from inplane.cli._guide_table import recognised_words
from inplane.console.warm_up import warm_up_observing
from inplane.core import InplaneError, runtime
from inplane.stream.kinds import header_of
from inplane.stream.open import open_source

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "docs" / "reference" / "real-data.md"
REMARKS = ROOT / "docs" / "reference" / "real-data-remarks.yaml"
NO_IMAGES = {
    "text, tables and settings": ("*.md", "*.txt", "*.csv", "*.json", "*.xml", "*.yml", "*.tgc", "*/LICENSE", "*.mat"),
    "masks and labels": ("*/masks/*", "*/labels.nii.gz", "*/mask.nii.gz"),
    "network messages": ("*.bin",),
}
"""Files without pictures, and what they are; the pixels of a header file (.mhd and .raw) count with the header."""
COLUMNS = ("file", "opened", "frames", "size", "geometry", "scale", "orientation", "frames/s", "recognised", "remark")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One file: its set, its path within it, and the cells."""

    group: str
    name: str
    opened: bool
    scale: str
    cells: tuple[str, ...]


def data_folder() -> Path:
    """Where the real recordings are."""
    return Path(os.environ.get("INPLANE_DATA") or ROOT.parent / "shared" / "data")


def files_of(data: Path) -> tuple[list[Path], Counter[str]]:
    """Files that hold images, and how many of each other kind there are."""
    found: list[Path] = []
    left: Counter[str] = Counter()
    for path in sorted(path for path in data.rglob("*") if path.is_file()):
        name = f"/{path.relative_to(data).as_posix()}"
        kind = next((kind for kind, ends in NO_IMAGES.items() if any(fnmatch(name, end) for end in ends)), None)
        if header_of(path) is not None:
            kind = "pixels of a header file"
        if kind is None:
            found.append(path)
        else:
            left[kind] += 1
    return found, left


def run(path: Path, out: Path) -> dict[str, Any]:
    """The summary of the loop over one file; `refused` alone where it does not open."""
    try:
        source = open_source(str(path))
    except InplaneError as error:
        return {"refused": str(error)}
    try:
        with OutFolder(out) as folder:
            options = Options()
            return GuideRun(source, folder, options, say=print, report=_quiet).run().summary
    except InplaneError as error:
        return {"refused": str(error)}
    finally:
        source.close()


def kept(path: Path, out: Path) -> dict[str, Any]:
    """The summary that an earlier run left; a file that left none is run."""
    summary = out / "summary.json"
    return json.loads(summary.read_text(encoding="utf-8")) if summary.is_file() else run(path, out)


def _quiet(done: int, time_s: float) -> None:
    """Progress is told file by file."""


def row_of(path: Path, data: Path, summary: dict[str, Any], remark: str) -> Row:
    """The cells of one file."""
    parts = path.relative_to(data).parts
    group, name = parts[0], "/".join(parts[1:])
    if "refused" in summary:
        cells = (name, f"refused: {summary['refused']}", *("" for _ in COLUMNS[2:-1]), remark)
        return Row(group=group, name=name, opened=False, scale="", cells=tuple(map(cell, cells)))
    opened = summary["format"] if summary["complete"] else f"{summary['format']}; incomplete: {summary['reason']}"
    size = f"{summary['columns']} x {summary['rows']}" + (", color" if summary["color"] else "")
    geometry = summary["geometry"]
    if "width_mm" in summary:
        mark = " est." if "scale" in summary else ""
        geometry += f", {summary['width_mm']:.0f} x {summary['depth_mm']:.0f} mm{mark}"
    cells = (
        name,
        opened,
        str(summary["frames"]),
        size,
        geometry,
        summary["calibration"],
        summary["orientation"].split(":")[0],
        f"{summary['latency']['loop_frames_per_cpu_s']:.0f}",
        recognised_words(summary["recognised"]) + alarms_of(summary),
        remark,
    )
    return Row(group=group, name=name, opened=True, scale=summary["calibration"], cells=tuple(map(cell, cells)))


def alarms_of(summary: dict[str, Any]) -> str:
    """Alarms that were raised, in words; none of them is true in a recording without a needle."""
    return "".join(f"; ALARM {alarm['condition']} x {alarm['raised']}" for alarm in summary["alarms"])


def cell(text: str) -> str:
    """Text that cannot break a table."""
    return " ".join(text.replace("|", "/").split())


def remark_for(name: str, remarks: dict[str, str]) -> str:
    """The remark whose pattern fits a file best: the longest of those that fit."""
    fitting = [pattern for pattern in remarks if fnmatch(name, pattern)]
    return remarks[max(fitting, key=len)] if fitting else ""


def page(rows: list[Row], left: Counter[str], remarks: dict[str, str]) -> str:
    """The whole page."""
    opened = [row for row in rows if row.opened]
    scales = Counter(row.scale for row in opened)
    lines = [
        "# Real recordings through the loop",
        "",
        "Made by `python tools/make_data_table.py`; do not edit. Every file of the shared recordings that holds",
        "images, one row each, read as it is by `inplane guide`: nothing was tuned to a file, and no image is kept.",
        "",
        f"**{len(rows)} files: {len(opened)} opened, {len(rows) - len(opened)} refused.** Of the opened ones "
        + ", ".join(f"{count} {scale}" for scale, count in sorted(scales.items()))
        + ". Left out, as they hold no images: "
        + ", ".join(f"{count} of {kind}" for kind, count in sorted(left.items()))
        + ".",
        "",
        "*scale*: how millimetres are known; `estimated` ones are read off a ruler in the picture, marked `est.`.",
        "*orientation*: the file's own code, or assumed (marker at the picture's left). *frames/s*: reading,",
        "perceiving, guiding and journal by the time of one core (AMD EPYC), without drawing.",
        "*recognised*: share of frames in which it was said; these are claims of the software, not truths, and the",
        "remarks say which are wrong.",
    ]
    for group in dict.fromkeys(row.group for row in rows):
        chosen = [row for row in rows if row.group == group]
        refused = sum(not row.opened for row in chosen)
        lines += ["", f"## {group}", "", f"{len(chosen)} files, {refused} refused. {remarks.get(group, '')}".strip()]
        lines += ["", f"| {' | '.join(COLUMNS)} |", f"| {' | '.join('---' for _ in COLUMNS)} |"]
        lines += [f"| {' | '.join(row.cells)} |" for row in chosen]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Runs every file and writes the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--videos", type=Path, required=True, help="folder for overlays, outside the repository")
    parser.add_argument("--only", default="*", help="pattern of files; then nothing is written")
    parser.add_argument("--keep", action="store_true", help="take what an earlier run left there: for new remarks")
    chosen = parser.parse_args()
    videos: Path = chosen.videos.resolve()
    if videos.is_relative_to(ROOT):
        parser.error("overlays of real recordings never enter the repository: give a folder outside it")
    data = data_folder()
    files, left = files_of(data)
    files = [path for path in files if fnmatch(path.relative_to(data).as_posix(), chosen.only)]
    remarks: dict[str, str] = (yaml.safe_load(REMARKS.read_text(encoding="utf-8")) if REMARKS.is_file() else None) or {}
    runtime.start()
    warm_up_observing()
    rows: list[Row] = []
    for path in track(files, description="Reading"):
        name = path.relative_to(data).as_posix()
        out = videos / f"{name}.inplane"
        if not chosen.keep:
            shutil.rmtree(out, ignore_errors=True)
        rows.append(row_of(path, data, kept(path, out), remark_for(name, remarks)))
    if chosen.only == "*":
        TABLE.write_text(page(rows, left, remarks), encoding="utf-8")
        print(f"wrote {TABLE.relative_to(ROOT)}: {len(rows)} rows")
    else:
        print("\n".join(" | ".join(row.cells) for row in rows))


if __name__ == "__main__":
    main()
