"""Writes docs/reference/atlas.md from the atlas.

python tools/make_atlas_docs.py            writes the page
python tools/make_atlas_docs.py --check    exit status 1 where the page differs from what would be written
"""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from inplane.atlas import Atlas, Procedure, Row, counts, kinds, load_atlas, rows
from inplane.atlas.rules import load_rules

TARGET = Path(__file__).parent.parent / "docs" / "reference" / "atlas.md"

HEAD = """# Atlas

<!-- Written by tools/make_atlas_docs.py from src/inplane/atlas/data. Do not edit. -->

What the software knows of procedures, drugs, tissues and limits, and where it knows it from. **No clinician has
reviewed it.** It is not a clinical guideline.

Grades: **A** label or guideline, **B** paper, **C** secondary source, **D** none: chosen by us with a reason, or
unverified general knowledge. *Partial*: the source supports only part of the statement. *Provisional*: a drug limit
that waits for a label or a guideline. Sources were read as abstracts, tables and page openings, not as whole papers.
"""

INTRODUCTIONS = {
    "drug": "Milligrams of different drugs do not add: the sum over drugs of dose / limit must stay at or below 1. "
    "Milligram limits are not evidence based (ROSEN04).",
    "threshold": "No agreed distance between needle tip and structure exists: margins are choices, with their reason.",
    "tissue": "Echogenicity is mean backscatter relative to muscle. No measured values relative to muscle were found.",
}


def page(atlas: Atlas) -> str:
    """The whole page."""
    return "\n".join(_lines(atlas)).rstrip() + "\n"


def _lines(atlas: Atlas) -> Iterator[str]:
    found = counts(atlas)
    yield HEAD
    grades = ", ".join(f"{grade} {found[f'grade {grade}']}" for grade in "ABCD")
    yield (
        f"{found['all']} statements: grade {grades}. {found['chosen']} chosen, {found['unverified']} unverified, "
        f"{found['partial']} partial, {found['provisional']} provisional. Reviewed: {found['reviewed']}.\n"
    )
    for kind, entries in kinds(atlas).items():
        if kind == "citation":
            break
        yield f"## {kind.capitalize()}s\n"
        if kind in INTRODUCTIONS:
            yield INTRODUCTIONS[kind] + "\n"
        if kind == "procedure":
            for procedure in atlas.procedures.values():
                yield from _procedure(procedure)
        else:
            if kind == "threshold":
                idle = [f"`{name}`" for name in entries if name not in load_rules().relations["required"]["thresholds"]]
                yield f"Recorded, but not read by this version: {', '.join(idle) or 'none'}.\n"
            yield from _table(row for name, entry in entries.items() for row in rows(entry, name))
    yield "## Citations\n"
    for citation in atlas.citations.values():
        link = f" <{citation.url}>" if citation.url else ""
        yield f"- **{citation.key}** {citation.text}{link}"


def _procedure(procedure: Procedure) -> Iterator[str]:
    yield f"### {procedure.name}\n"
    yield f"`{procedure.id}`, {procedure.family.replace('_', ' ')}, {procedure.region}.\n"
    yield from _table(rows(procedure))
    yield f"Checklist: {', '.join(f'`{item}`' for item in procedure.checklist_ids)}.\n"


def _table(statements: Iterable[Row]) -> Iterator[str]:
    yield "| field | value | source | grade |\n| --- | --- | --- | --- |"
    for row in statements:
        note = f"<br>*{_cell(row.note)}*" if row.note else ""
        yield f"| `{row.field}` | {_cell(row.text)}{note} | {_cell(', '.join(row.source))} | {row.marks} |"
    yield ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*")


def main() -> int:
    """Writes or checks the page; returns the exit status."""
    wanted = page(load_atlas())
    if "--check" in sys.argv[1:]:
        if TARGET.is_file() and TARGET.read_text(encoding="utf-8") == wanted:
            return 0
        print(f"{TARGET.name} is out of date: run `python tools/make_atlas_docs.py`", file=sys.stderr)
        return 1
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
