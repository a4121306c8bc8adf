"""Runs every bench in full and writes docs/reference/figures.md, and what quick runs quote into last_full.json.

Usage: python tools/write_figures.py [NAME|NAME=FILE ...]
Only the named benches; the others stay as they are on record. FILE holds what `inplane bench NAME --json` printed in
full; nothing is measured then.
"""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from inplane.bench import Figure, bench_names, load_targets
from inplane.bench.report import verdict

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "reference" / "figures.md"
RECORD = ROOT / "src" / "inplane" / "bench" / "last_full.json"
REPORTS = ROOT / "docs" / "reference" / "figures.json"
HEAD = """# Figures

What the benchmarks measured when they last ran in full (`make bench`), with targets. Figures that fall short stay here
with their values. How each is measured is written in `src/inplane/bench/figures.tsv`.
"""


def measure(word: str) -> dict[str, Any]:
    """The report of a bench, or of a file that holds one, with the day it was made; progress goes to the terminal."""
    bench, _, path = word.partition("=")
    if path:
        report = json.loads(Path(path).read_text())
        if report["bench"] != bench or report["quick"]:
            kind = "quick" if report["quick"] else "full"
            sys.exit(f"'{path}' holds a {kind} report of '{report['bench']}'. Expected a full one of '{bench}'.")
        return {**report, "date": datetime.fromtimestamp(Path(path).stat().st_mtime, UTC).date().isoformat()}
    done = subprocess.run(
        [sys.executable, "-m", "inplane", "bench", bench, "--json"], stdout=subprocess.PIPE, text=True
    )
    if done.returncode:
        sys.exit(f"The bench '{bench}' ended with status {done.returncode}.")
    return {**json.loads(done.stdout), "date": datetime.now(UTC).date().isoformat()}


def section(report: dict[str, Any]) -> str:
    """One bench's part of the page."""
    targets = {target.name: target for target in load_targets() if target.bench == report["bench"]}
    machine = report["machine"]
    rows: list[str] = []
    for told in report["figures"]:
        figure = Figure(
            told["name"], told["value"], told["unit"], n=told.get("n"), why=told.get("why"), source=told.get("from")
        )
        target = targets.get(figure.name)
        value = "-" if figure.value is None else f"{figure.value:.4g}"
        said = verdict(figure, target).replace("|", "\\|")
        rows.append(f"| `{figure.name}` | {value} | {figure.unit} | {figure.n or ''} | {target or ''} | {said} |")
    return "\n".join(
        [
            f"\n## {report['bench']}\n",
            f"{report['date']}, commit `{report['commit'][:12]}`, {machine['cores']} cores of {machine['cpu']}, "
            f"{machine['gpu'] or 'no graphics card'}; it took {report['seconds']:.0f} s.\n",
            "| figure | value | unit | n | target | verdict |",
            "| --- | ---: | --- | ---: | --- | --- |",
            *rows,
            "",
        ]
    )


def missing() -> str:
    """Names the benches that are owed and do not exist yet."""
    owed = dict.fromkeys(target.bench for target in load_targets())
    names = [name for name in owed if name not in bench_names()]
    return f"\nNot written yet, so without figures: {', '.join(names)}.\n" if names else ""


def main() -> None:
    """Measures and writes."""
    kept: dict[str, Any] = json.loads(REPORTS.read_text()) if REPORTS.exists() else {}
    for word in sys.argv[1:] or bench_names():
        kept[word.partition("=")[0]] = measure(word)
    REPORTS.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n")
    PAGE.write_text(HEAD + "".join(section(kept[name]) for name in sorted(kept)) + missing(), encoding="utf-8")
    record = {
        name: {
            figure["name"]: {
                "value": figure["value"],
                "unit": figure["unit"],
                "commit": report["commit"],
                **({"n": figure["n"]} if "n" in figure else {}),
            }
            for figure in report["figures"]
            if figure["value"] is not None
        }
        for name, report in kept.items()
    }
    RECORD.write_text(json.dumps(record, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
