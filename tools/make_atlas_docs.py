"""Writes docs/reference/atlas.md, docs/reference/probes.md and docs/reference/needles.md from the atlas.

python tools/make_atlas_docs.py            writes the pages
python tools/make_atlas_docs.py --check    exit status 1 where a page differs from what would be written
"""

import sys
from collections.abc import Iterable, Iterator
from math import degrees
from pathlib import Path

from inplane.atlas import Atlas, NeedleModel, ProbeModel, Procedure, Row, ScannerPreset, counts, kinds, load_atlas, rows
from inplane.atlas.rules import load_rules

SOUND_MM_S = 1.54e6
"""What a scanner assumes, mm/s (AIUM/IEC convention)."""
FOLDER = Path(__file__).parent.parent / "docs" / "reference"

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


PROBES_HEAD = """# Probes and presets

<!-- Written by tools/make_atlas_docs.py from src/inplane/atlas/data. Do not edit. -->

The probes that the simulator knows and the knobs that it begins with, from [the atlas](atlas.md), which names the
source of each number: open lists of transducers, most of them after makers' data sheets. None is a maker's own
statement of a probe as a whole; each is one of its class.

```python
from inplane.atlas import load_atlas

atlas = load_atlas()
preset = atlas.preset("groin_nerve")
probe, scanner = atlas.probe(preset.probe), preset.scanner()  # core.ScannerControl
```

## Shape

Width is the length of the face, along the arc where it is curved: radius times angle. The angle of a linear array is
that of its virtual convex. Lengths are mm.
"""

STEERING = """## Steering

The first grating lobe lies at sin(lobe) = sin(steering) - wavelength / pitch; it comes into the plane where that is -1.
So steering is free of it up to asin(wavelength / pitch - 1). Linear and large curved arrays do not hold this at the top
of their band, as those that they are modelled on do not: what keeps their lobes down is that single elements look aside
little, and that pulses are short. A phased array cannot do without it. Nor does it compound by steering: its lines are
steered already and all leave the same aperture, so that no place is seen from a second angle.
"""

CONVERSION = """## From lines to a picture

A linear array's picture is its lines and samples. A fan's (curved, phased, virtual convex) is scan-converted: each
pixel reads between two lines and two samples at the place that `core.CurvedGeometry.to_index` gives in double
precision. That place is rounded to 1/256 of a line and of a sample, so it is off by at most 1/512 of either (0.4 µm at
200 mm and 1024 samples). Against exact interpolation, grey differs by at most half a level from rounding and by
1/512 of the difference of neighbours each way; a picture that is linear over depth or over angle comes out within half
a level. Pixels outside the field of view are 0. Velocities and masks take the nearest line and sample, so that none is
mixed with one that aliased.
"""


NEEDLES_HEAD = """# Needles

<!-- Written by tools/make_atlas_docs.py from src/inplane/atlas/data. Do not edit. -->

The needles that the simulator knows, from [the atlas](atlas.md), which names the source of each number; how they behave
in tissue is [on its own page](needle.md). Diameters are those of regular-wall tubing by gauge, from a gauge chart; the
designated metric sizes of ISO 9626 are named beside them in the atlas. Lengths are usual ones, most from general
knowledge.

```python
from inplane.atlas import load_atlas

needle = load_atlas().needle("22g_80mm")
needle.point.name, needle.bevel_length_mm.value, needle.bending_stiffness_n_mm2
```

Stiffness is Young's modulus times the second moment of area, pi (D^4 - d^4) / 64.
"""

MECHANICS_HEAD = """## How tissue resists

Forces of a 22 G Quincke point along its shaft. Those of another needle are these times its diameter over 0.7176 mm, and
at the point times its grind's share. Nearly all are chosen; the atlas says why.
"""


def needles_page(atlas: Atlas) -> str:
    """The page of needles, points and mechanics."""
    needles = "| needle | name | gauge | D, d, mm | length, mm | point | bevel, mm | stiffness, N mm² | echogenic |"
    points = "| point | bevel, degrees | force to pierce, share | sideways force, share |"
    mechanics = "| in | pierce, N | cut, N | friction, N/mm | modulus, kPa |"
    parts = [
        NEEDLES_HEAD + "\n" + _rows(needles, map(_needle, atlas.needles.values())),
        "## Points\n\n"
        + _rows(
            points,
            (
                _row(p.name, round(degrees(p.bevel_angle_rad.value)), p.puncture_share.value, p.steering_share.value)
                for p in atlas.points.values()
            ),
        ),
        MECHANICS_HEAD
        + "\n"
        + _rows(
            mechanics,
            (
                _row(m.name, m.puncture_n.value, m.cutting_n.value, m.friction_n_mm.value, m.modulus_kpa.value)
                for m in atlas.mechanics.values()
            ),
        ),
    ]
    return "\n".join(parts).rstrip() + "\n"


def _needle(needle: NeedleModel) -> str:
    return _row(
        f"`{needle.id}`",
        needle.name,
        needle.gauge,
        f"{needle.outer_diameter_mm.value:.2f}, {needle.inner_diameter_mm.value:.2f}",
        needle.length_mm.value,
        needle.point.name,
        needle.bevel_length_mm.value,
        round(needle.bending_stiffness_n_mm2),
        "dimpled" if needle.echogenic.value > 0 else "plain",
    )


def probes_page(atlas: Atlas) -> str:
    """The page of probes and presets."""
    shape = "| probe | name | elements | pitch | width | radius | angle, degrees | lens focus | depth |"
    steering = "| probe | MHz | steered at most, degrees | free at the top, middle, foot of the band, degrees |"
    presets = "| preset | probe | region | depth, focus, mm | MHz | dB | angles | grey map | for |"
    probes = atlas.probes.values()
    parts = [
        PROBES_HEAD + "\n" + _rows(shape, map(_shape, probes)),
        STEERING + "\n" + _rows(steering, map(_steering, probes)),
        "## Presets\n\n" + _rows(presets, map(_preset, atlas.presets.values())),
        CONVERSION,
    ]
    return "\n".join(parts).rstrip() + "\n"


def _rows(head: str, lines: Iterable[str]) -> str:
    return "\n".join([head, "|" + " --- |" * (head.count("|") - 1), *lines, ""])


def _shape(probe: ProbeModel) -> str:
    return _row(
        f"`{probe.id}`",
        probe.name,
        probe.n_elements.value,
        f"{probe.pitch_mm:.3f}",
        probe.width_mm.value,
        probe.radius_mm.value,
        round(degrees(probe.field_of_view_rad.value)),
        probe.elevation_focus_mm.value,
        f"{probe.depth_min_mm.value:g} to {probe.depth_max_mm.value:g}",
    )


def _steering(probe: ProbeModel) -> str:
    band = [at.value for at in (probe.frequency_max_hz, probe.frequency_default_hz, probe.frequency_min_hz)]
    return _row(
        f"`{probe.id}`",
        ", ".join(f"{hz / 1e6:g}" for hz in band),
        round(degrees(probe.steer_max_rad.value)),
        ", ".join(f"{degrees(probe.grating_free_rad(SOUND_MM_S / hz)):.0f}" for hz in band),
    )


def _preset(preset: ScannerPreset) -> str:
    return _row(
        f"`{preset.id}`",
        f"`{preset.probe}`",
        preset.region,
        f"{preset.depth_mm.value:g}, {preset.focus_mm.value:g}",
        preset.frequency_hz.value / 1e6,
        preset.dynamic_range_db.value,
        preset.compound_angles.value,
        preset.grey_map + (", harmonic" if preset.harmonic else ""),
        _cell(preset.text),
    )


def _row(*cells: str | float) -> str:
    return "| " + " | ".join(cell if isinstance(cell, str) else f"{cell:g}" for cell in cells) + " |"


def page(atlas: Atlas) -> str:
    """The page of the whole atlas."""
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


def _pages(atlas: Atlas) -> dict[str, str]:
    return {"atlas.md": page(atlas), "probes.md": probes_page(atlas), "needles.md": needles_page(atlas)}


def main() -> int:
    """Writes or checks the pages; returns the exit status."""
    atlas, stale = load_atlas(), 0
    for name, wanted in _pages(atlas).items():
        target = FOLDER / name
        if "--check" not in sys.argv[1:]:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(wanted, encoding="utf-8")
        elif not target.is_file() or target.read_text(encoding="utf-8") != wanted:
            print(f"{name} is out of date: run `python tools/make_atlas_docs.py`", file=sys.stderr)
            stale = 1
    return stale


if __name__ == "__main__":
    sys.exit(main())
