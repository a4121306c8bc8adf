"""`inplane atlas list | show ID | check`: what the software knows, and where it knows it from."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from inplane.atlas import Atlas, Procedure, Row, counts, find_problems, kinds, load_atlas, procedure_text, rows
from inplane.core import Citation, FormatError, InputError

Folder = Annotated[Path | None, typer.Option("--path", help="Your own folder with objects/ or procedures/ in it.")]


def register(app: typer.Typer) -> None:
    """Adds the verb."""
    verb = typer.Typer(no_args_is_help=True, help="Procedures, drugs, tissues and thresholds with their sources.")
    verb.command("list")(list_entries)
    verb.command("show")(show)
    verb.command("check")(check)
    app.add_typer(verb, name="atlas")


def list_entries(path: Folder = None) -> None:
    """Names of all entries, procedures first, and which of these have a virtual patient."""
    from inplane.anatomy import staged

    atlas, console, shown = load_atlas(path), _console(), staged()
    table = Table("procedure", "name", "region", "patient", "grade A to D", title="Procedures")
    for procedure_id, procedure in atlas.procedures.items():
        grades = [str(row.grade) for row in rows(procedure)]
        told = " ".join(str(grades.count(grade)) for grade in "ABCD")
        has = "yes" if procedure_id in shown else ""
        table.add_row(procedure_id, procedure.name, procedure.region, has, told)
    console.print(table)
    for kind, entries in kinds(atlas).items():
        if kind != "procedure":
            console.print(f"[bold]{kind}[/bold] ({len(entries)}): {', '.join(entries)}", highlight=False)


def show(
    name: Annotated[str, typer.Argument(help="Id or name of an entry, such as 'femoral_nerve_block'.")],
    path: Folder = None,
    *,
    yaml: Annotated[bool, typer.Option("--yaml", help="Its file as it stands; procedures only.")] = False,
) -> None:
    """Everything about an entry, each line with source, grade and review status."""
    if yaml:
        typer.echo(procedure_text(name, path), nl=False)
        return
    atlas, console = load_atlas(path), _console()
    found = {kind: entries[name] for kind, entries in kinds(atlas).items() if name in entries}
    if not found:
        raise InputError(_unknown(atlas, name))
    for kind, entry in found.items():
        console.print(_citation(entry) if isinstance(entry, Citation) else _table(f"{kind}: {name}", rows(entry)))
        if isinstance(entry, Procedure):
            console.print(_table("checklist", [row for item in atlas.checklist(entry) for row in rows(item, item.id)]))
    keys = sorted({key for entry in found.values() for row in rows(entry) for key in row.source} & set(atlas.citations))
    for key in keys:
        console.print(_citation(atlas.citation(key)), highlight=False)


def check(path: Folder = None) -> None:
    """Proves that every name exists, every number is sane and every source carries its grade; counts the rest."""
    problems = find_problems(path)
    for problem in problems[1:]:
        typer.echo(problem, err=True)
    if problems:
        raise FormatError(problems[0])
    atlas = load_atlas(path)
    found = counts(atlas)
    sizes = ", ".join(
        f"{len(entries)} {kind}{'s' * (len(entries) != 1 and not kind.endswith('s'))}"
        for kind, entries in kinds(atlas).items()
    )
    typer.echo(f"The atlas is consistent: {sizes}.")
    grades = ", ".join(f"{grade} {found[f'grade {grade}']}" for grade in "ABCD")
    typer.echo(f"{found['all']} statements by grade: {grades}; {found['partial']} rest on a source only in part.")
    typer.echo(f"Without a source: {found['chosen']} chosen by us, with reason; {found['unverified']} unverified.")
    typer.echo(f"Unreviewed by a clinician: {found['unreviewed']} of {found['all']}.")
    typer.echo(f"Provisional until a label or guideline is cited: {found['provisional']} drug limits.")


def _console() -> Console:
    return Console(width=None if Console().is_terminal else 160)


def _unknown(atlas: Atlas, name: str) -> str:
    """What to say of a name that no entry has; the known ones fill pages, so the likeliest are named."""
    from difflib import get_close_matches

    known = [entry for entries in kinds(atlas).values() for entry in entries]
    near = get_close_matches(name, known, n=5, cutoff=0.4) or list(atlas.procedures)
    return (
        f"Unknown atlas entry {name!r}. Expected a name that `inplane atlas list` prints, such as: {', '.join(near)}."
    )


def _citation(citation: Citation) -> str:
    return f"[bold]{citation.key}[/bold] {citation.text}{f' <{citation.url}>' if citation.url else ''}"


def _table(title: str, statements: Iterable[Row]) -> Table:
    table = Table("field", "value", "source", "grade", "review", title=title, title_justify="left")
    for row in statements:
        table.add_row(row.field, _with_note(row), ", ".join(row.source), row.marks, str(row.review))
    return table


def _with_note(row: Row) -> str:
    return f"{row.text}\n[dim]{row.note}[/dim]" if row.note else row.text
