"""Fat pad, plantar fascia, calcaneus, muscles and nerves of the sole of the heel; see `heel_sole`."""

from dataclasses import dataclass
from math import pi, sqrt

import numpy as np

from inplane.anatomy import _scene as s
from inplane.anatomy._block_soft import DB, uneven
from inplane.anatomy._canvas import Canvas, Part
from inplane.anatomy._strands import Field
from inplane.anatomy.patient import Kind
from inplane.anatomy.window import Values
from inplane.anatomy.windows.leg_parts import louder, outlined

VIEW_MM = -2.4
"""Where the view cuts: just before the tubercle's edge, where the fascia is thickest."""
GRADE = ((1.0, 0.0), (1.55, -3.0), (2.2, -6.0), (2.0, -5.0))
"""By grade: times the fascia's thickness, dB. Chosen: about 3, 4.6 and 6.6 mm as the atlas has it, ever darker."""
TORN = 3
PAD_DB, SEPTA = 9.0, (4.2, 4.6, 6.0, 0.22)
"""The pad above other fat; its chambers (u, y, w, walls). Chosen: chambers as high as wide, as at the heel."""
SMALL_SEPTA, SMALL_MM = (1.6, 1.5, 2.2, 0.12), 2.0
"""Small chambers just beneath the skin, and how deep they reach. Chosen by what heels look like."""
FIBERS, FASCIA_DB = (0.8, 0.5, 0.16, 0.12, 40.0, 0.5), -7.5
"""The fascia's bundles, as `_strands.strands` takes them, and what lies between them against connective tissue.
Chosen: bright and dense."""
LOOSE_MM, MEDIAL_MM = 0.9, 1.8
"""Loose tissue about the fascia, where the injectate belongs, and how wide it is at the medial edge. Chosen: wide
enough to be aimed at."""
LOOSE_DB = 0.0
"""Above other fat. Chosen: darker than the pad, so that the fascia keeps an outline."""
NERVE_DB = 9.0
"""Small nerves above others. Chosen: they are seen in the fat."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Layers:
    """Depths (mm, (nz, nx, 1)).

    Args:
        top: of the fascia. thick: its thickness in the middle, (nz, 1, 1). bone: the calcaneus' surface.
    """

    top: Field
    thick: Field
    bone: Field


def thick_mm(p: Values) -> float:
    """Thickness of the fascia at the calcaneus."""
    return p["fascia_mm"] * GRADE[int(p["fascia_grade"])][0]


def layers(c: Canvas, p: Values) -> Layers:
    """The fascia thins forward and grows onto the bone behind; before the tubercle the bone rises into the foot."""
    top = p["skin_mm"] + p["pad_mm"] + 0.006 * c.u**2 + 0.0 * c.w
    usual = p["fascia_mm"]
    thick = (usual + (thick_mm(p) - usual) * s.swell(c.w, VIEW_MM, 46.0)) * np.clip((16.0 - c.w) / 12.0, 0.15, 1.0)
    edge = -0.2 - 4.2 * np.exp(-(((c.u - 3.5) / 5.5) ** 2))
    rise = 9.0 * np.clip((edge - c.w) / 9.0, 0.0, 1.0) ** 0.8
    sides = 1.1 * np.maximum(c.u - 8.8, 0.0) ** 1.3 + 0.45 * np.maximum(-c.u - 12.0, 0.0) ** 1.5
    return Layers(top=top, thick=thick, bone=top + thick + 0.5 + rise + sides + 0.12 * np.maximum(c.w - 4.0, 0.0))


def pad(c: Canvas, p: Values, at: Layers, sheet: Part) -> None:
    """The heel's fat pad over the fascia, fat between all else beneath it."""
    where = np.maximum(p["skin_mm"] - c.y, c.y - at.top - 1.5).astype(np.float32)
    inside = where < c.spacing_mm
    part = c.part("heel fat pad", Kind.FAT, "fat", louder_db=PAD_DB)
    large, lobule = c.septa(inside, SEPTA, 201)
    small, _ = c.septa(inside & (c.y < p["skin_mm"] + SMALL_MM + 1.0), SMALL_SEPTA, 203)
    share = np.clip(0.5 - where / np.float32(c.spacing_mm), 0, 1)
    near_skin = np.clip((p["skin_mm"] + SMALL_MM - c.y) / 1.0, 0, 1)
    c.lay(part, where, 12.0 * lobule + 11.0 * c.noise((1.2, 1.0, 1.6), 205))
    c.mix(sheet, (np.maximum(0.75 * large, 0.8 * small * near_skin) * share).astype(np.float32))
    s.filling(c, "intermuscular fat", (at.top + 0.6 - c.y).astype(np.float32), sheet, salt=207)


def muscles(c: Canvas, p: Values, at: Layers, sheet: Part) -> None:
    """Flexor digitorum brevis beneath the fascia, abductors at both sides, quadratus plantae deep."""
    k, y = p["muscle_size"], p["skin_mm"] + p["pad_mm"]
    t = thick_mm(p)
    inside = np.maximum(at.top + 0.8 - c.y, c.y - at.bone + 0.3)
    middle = np.abs(c.u) < 0.5 * p["fascia_width_mm"]
    inside = np.maximum(inside, np.where(middle, at.top + at.thick + 0.4 - c.y, -9.0)).astype(np.float32)
    short = s.course(
        c,
        (2.0, -3.0, y + t + 3.0, 0.0, 0.0),
        (1.6, -3.0, y + t + 2.0, 9.0, 3.0),
        (-22.0, -1.0, y + t + 3.5, 10.0 * k, 4.5),
    )
    hallucis = s.course(
        c, (14.0, 16.0, y + 6.0, 2.0, 2.0), (0.0, 16.0, y + 5.2, 6.0 * k, 4.8), (-22.0, 15.0, y + 5.0, 7.0 * k, 5.5)
    )
    minimi = s.course(
        c, (16.0, -17.0, y + 5.0, 2.0, 2.0), (0.0, -17.5, y + 5.0, 6.0 * k, 4.4), (-22.0, -17.0, y + 5.0, 6.5, 5.0)
    )
    square = s.course(c, (0.0, 10.0, y + t + 9.0, 3.5, 4.0), (-22.0, 2.0, y + t + 11.0, 11.0, 4.5))
    shapes = (
        ("flexor digitorum brevis", short, (0.0, 0.08, -1.0)),
        ("abductor hallucis", hallucis, (0.1, 0.05, -1.0)),
        ("abductor digiti minimi of foot", minimi, (-0.05, 0.05, -1.0)),
        ("quadratus plantae", square, (-0.2, 0.0, -1.0)),
    )
    bellies = [s.Belly(name=name, at=course, along=along) for name, course, along in shapes]
    outlined(c, sheet, s.bellies(c, bellies, inside, sheet, salt=511), 541)


def calcaneus(c: Canvas, p: Values, at: Layers) -> None:
    """The heel bone with its medial tubercle, at times with a spur that points to the toes."""
    s.bone(c, "calcaneus", (at.bone + 0.0 * c.y - c.y).astype(np.float32), salt=301)
    if p["spur_grade"] > 0:
        y = p["skin_mm"] + p["pad_mm"] + thick_mm(p)
        spur = s.rod(c, ((3.0, y + 2.0, 3.0), (2.5, y + 0.5, -6.5)), (2.4, 0.8))
        s.bone(c, "calcaneus", spur, salt=303)


def nerves(c: Canvas, p: Values, sheet: Part) -> None:
    """Medial calcaneal nerve in the fat; first branch of the lateral plantar nerve deep to abductor hallucis."""
    y, t, x = p["skin_mm"] + p["pad_mm"], thick_mm(p), p["medial_nerve_mm"]
    up = p["skin_mm"] + 0.42 * p["pad_mm"]
    skin_nerve = s.course(
        c, (20.0, x - 3.0, up + 0.2, 0.95, 0.75), (VIEW_MM, x, up, 0.95, 0.75), (-22.0, x + 3.5, up + 2.0, 0.9, 0.7)
    )
    s.nerve(c, "medial calcaneal nerve", skin_nerve, sheet, salt=611)
    a = sqrt(p["first_branch_area_mm2"] * 1.3 / pi)
    b = a / 1.3
    deep = s.course(
        c,
        (18.0, 13.0, y + t + 7.5, a, b),
        (VIEW_MM, 10.4, y + t + 5.2, a, b),
        (-8.0, 5.0, y + t + 6.5, a, b),
        (-20.0, -10.0, y + t + 7.0, a, b),
    )
    s.nerve(c, "first branch of lateral plantar nerve", deep, sheet, salt=621)
    for name in ("medial calcaneal nerve", "first branch of lateral plantar nerve"):
        louder(c, name, NERVE_DB)
    r = p["artery_radius_mm"]
    artery = s.course(c, (20.0, 17.0, y + t + 9.0, r, r), (-22.0, 12.0, y + t + 9.5, r, r))
    s.vessel(c, "lateral plantar artery", artery, sheet, artery=True, wall_mm=0.25, salt=631)


def fascia(c: Canvas, p: Values, at: Layers, sheet: Part) -> None:
    """Plantar fascia: thick central band, thin bands beside it, loose tissue about it, at times a tear."""
    grade, half = int(p["fascia_grade"]), 0.5 * p["fascia_width_mm"]
    along = (0.0, 0.0, -1.0)
    band = c.part("plantar fascia", Kind.FASCIA, "connective", along=along)
    loose = c.part("perifascial tissue", Kind.BURSA, "fat", louder_db=LOOSE_DB, whole="plantar fascia")
    low, high = float(at.top.min()) - 2.5, float((at.top + at.thick).max()) + 2.5
    v = c.window((-26.0, 26.0), (low, high))
    first = int(np.searchsorted(c.u.ravel(), float(v.u.ravel()[0])))
    top, bone = (field[:, first : first + v.u.size] for field in (at.top, at.bone))
    v.sheet(sheet, (v.y - top - 0.6).astype(np.float32), 0.5, 0.8 * uneven(v, 409) * (np.abs(v.u) > half + LOOSE_MM))
    down = v.y - top - 0.5 * at.thick
    q = (np.abs(v.u / half) ** 3.2 + np.abs(down / (0.5 * at.thick)) ** 2.6) ** (1 / 2.8) + 1e-6
    edge = (q - 1.0) * np.maximum(np.sqrt(v.u**2 + down**2) / q, 0.3 * at.thick)
    room = LOOSE_MM + (MEDIAL_MM - LOOSE_MM) * np.clip(v.u / half, 0, 1) ** 3
    bare = np.maximum(edge - room, v.y - bone + 0.1)
    v.lay(loose, bare.astype(np.float32), 12.0 * v.noise((1.5, 0.7, 2.5), 407))
    edge = np.minimum(edge, 9.0).astype(np.float32)
    lines, fiber = v.strands(edge < c.spacing_mm, along, FIBERS, 411)
    ill = s.swell(v.w, VIEW_MM, 36.0) * np.clip(0.7 + 0.5 * v.noise((5.0, 2.0, 9.0), 413) + 0.5 * down / at.thick, 0, 1)
    v.lay(band, edge, 12.0 * fiber + FASCIA_DB * DB + 46.0 * lines + GRADE[grade][1] * DB * ill)
    v.sheet(sheet, edge - 0.1, 0.4, 0.9 * uneven(v, 417))
    if grade == TORN:
        _tear(c, p)


def _tear(c: Canvas, p: Values) -> None:
    """A dark cleft in the deep part of the fascia near its origin."""
    t = thick_mm(p)
    y = p["skin_mm"] + p["pad_mm"] + 0.62 * t
    cleft = s.egg(c, (3.0, y, VIEW_MM - 0.5), (4.5, 0.17 * t, 5.0))
    v, d = s.around(c, cleft, 1.0)
    tear = v.part("tear of plantar fascia", Kind.FASCIA, "joint_fluid", whole="plantar fascia")
    v.lay(tear, d + 0.35 * v.noise((1.6, 0.8, 2.0), 421), 24.0)
