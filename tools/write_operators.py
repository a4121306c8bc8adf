"""Writes what `inplane bench operator --json` found into docs/reference/operators.md, between its marks,
the groin's procedures and the others, as far as they were played.

Usage: inplane bench operator --json --out FOLDER > report.json && python tools/write_operators.py report.json
   or: python tools/write_operators.py FOLDER     of a run that was stopped: the cases that had ended by then
"""

import json
import sys
from pathlib import Path
from typing import Any

from inplane.bench._operator_row import CaseRow
from inplane.bench.operator import figures

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "operators.md"
BEGIN, END = "<!-- results: written by tools/write_operators.py -->", "<!-- end of results -->"
BEGIN_ELSEWHERE = "<!-- outside the groin: written by tools/write_operators.py -->"
SUCCESS = "_success_share"
OPERATORS = ("guided", "landmark")
PROCEDURES = ("femoral_nerve_block", "hip_joint_injection")
WORDS = {"guided": "guided", "landmark": "landmark", "femoral_nerve_block": "nerve", "hip_joint_injection": "hip"}


def results(report: dict[str, Any]) -> str:
    """The tables of one report."""
    told = {figure["name"]: figure for figure in report["figures"]}
    columns = [(who, pid) for who in OPERATORS for pid in PROCEDURES]
    prefixes = [f"{who}_{pid}_" for who, pid in columns]
    measures = dict.fromkeys(
        name[len(p) :] for name in told for p in prefixes if name.startswith(p) and ", " not in name
    )
    head = " | ".join(f"{WORDS[who]}, {WORDS[pid]}" for who, pid in columns)
    rows = [f"| figure | {head} |", "| --- |" + " --- |" * len(columns)]
    rows += [
        f"| {m.replace('_', ' ')} | " + " | ".join(cell(told.get(p + m)) for p in prefixes) + " |" for m in measures
    ]
    ended = [figure for name, figure in told.items() if ", " in name and any(pid in name for pid in PROCEDURES)]
    return "\n".join(
        [
            f"{heading(report)}Shares with 95 % intervals.\n",
            *rows,
            "\nHow cases ended, in the operators' own words:\n",
            *[f"- {figure['name'].replace('_', ' ')}: {figure['value']:g} of {figure['n']}" for figure in ended],
        ]
    )


def elsewhere(report: dict[str, Any]) -> str:
    """A table with a row for each procedure outside the groin."""
    told = {figure["name"]: figure for figure in report["figures"]}
    names = [name for name in told if name.startswith("guided_") and name.endswith(SUCCESS)]
    found = [pid for name in names if (pid := name.removeprefix("guided_").removesuffix(SUCCESS)) not in PROCEDURES]
    head = "| procedure | cases | guided: success | harm | mm | how it ended | by touch: success | harm | mm |"
    rows = [heading(report), head, "| --- |" + " --- |" * 8]
    for pid in sorted(found):
        ends = "; ".join(name.split(", ", 1)[1] for name in told if name.startswith(f"guided_{pid}, "))
        cells = (*_counts(told, "guided", pid), ends, *_counts(told, "landmark", pid))
        rows.append(f"| {pid.replace('_', ' ')} | {told[f'guided_{pid}{SUCCESS}']['n']} | {' | '.join(cells)} |")
    cases = sum(told[f"guided_{pid}{SUCCESS}"]["n"] for pid in found)
    sums = [sum(int(_counts(told, who, pid)[0]) for pid in found) for who in OPERATORS]
    return "\n".join([*rows, f"\nTogether: guided {sums[0]} of {cases}, by touch {sums[1]} of {cases}."])


def _counts(told: dict[str, dict[str, Any]], who: str, pid: str) -> tuple[str, str, str]:
    """Successes, harmed cases, and the tip's least distance from the target."""
    shares = [told[f"{who}_{pid}_{what}_share"] for what in ("success", "harm")]
    counts = [str(round(share["n"] * share["value"])) for share in shares]
    return counts[0], counts[1], cell(told.get(f"{who}_{pid}_tip_to_target_mm_p50")).removesuffix(" mm")


def heading(report: dict[str, Any]) -> str:
    """Which run it was."""
    machine = report["machine"]
    return f"Commit `{report['commit'][:12]}`, {machine['cores']} cores of {machine['cpu']}, {report['told']}.\n"


def cell(figure: dict[str, Any] | None) -> str:
    """One number, with its interval where it has one."""
    if figure is None or figure["value"] is None:
        return "-"
    why = figure.get("why", "")
    interval = f" ({why.split('interval ')[1].split(';')[0]})" if "interval" in why else ""
    return f"{figure['value']:.3g}{interval} {figure['unit']}".strip()


def finished(path: Path) -> dict[str, Any]:
    """The report of a run that came to its end."""
    report: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if report.get("bench") != "operator":
        sys.exit(f"'{path}' holds the bench {report.get('bench')!r}. Expected 'operator'.")
    return report | {"told": f"{report['seconds']:.0f} s{', quick' if report['quick'] else ''}"}


def stopped(folder: Path) -> dict[str, Any]:
    """The report of the cases that a run had ended before it was stopped."""
    run: dict[str, Any] = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    lines = (folder / "cases.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [CaseRow.from_json(json.loads(line)) for line in lines]
    count = len({row.seed for row in rows})
    told = f"**{count} of {run['patients']} patients: the run was stopped there**"
    return run | {"figures": [figure.to_json() for figure in figures(rows)], "told": told}


def main() -> None:
    """Reads, writes."""
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    path = Path(sys.argv[1])
    report = stopped(path) if path.is_dir() else finished(path)
    names = [figure["name"] for figure in report["figures"] if figure["name"].endswith(SUCCESS)]
    inside = [any(pid in name for pid in PROCEDURES) for name in names]
    if any(inside):
        write(BEGIN, results(report))
    if not all(inside):
        write(BEGIN_ELSEWHERE, elsewhere(report))


def write(begin: str, text: str) -> None:
    """One part of the page, from its mark to the next end."""
    before, rest = PAGE.read_text(encoding="utf-8").split(begin)
    after = rest.split(END, 1)[1]
    PAGE.write_text(f"{before}{begin}\n\n{text}\n\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
