"""Cyst, tendons, muscles, vessels, nerves and condyles of the back of the knee; see `baker_cyst`."""

from collections.abc import Sequence
from math import pi, sqrt

import numpy as np

from inplane.anatomy import _scene as s
from inplane.anatomy._block_soft import DB, uneven
from inplane.anatomy._canvas import Canvas, Part
from inplane.anatomy._strands import Field
from inplane.anatomy.patient import Kind
from inplane.anatomy.window import Values
from inplane.anatomy.windows.leg_parts import bed, collared, grown, louder, outlined, strip
from inplane.anatomy.windows.popliteal_parts import BED_MM, FASCICLE_DB, NERVE_DB, fascia_mm

CYST_MM = ((7.0, 1.7, 9.0), (9.0, 3.4, 13.0), (11.0, 5.6, 18.0), (12.0, 7.6, 22.0), (11.0, 4.6, 22.0))
"""The cyst's body by grade: half its width, depth and length; the last one has burst. Chosen: half a centimeter thick
when small, more than one and a half when large."""
RUPTURED = 4
VIEW_MM = 2.0
"""Where the view cuts: at the condyles, where the neck is."""
FAT_DB = 12.0
"""Fat of the fossa above other fat. Chosen: brighter than the muscles beside it."""
DIM_MM, DIM = 1.5, 0.03
"""Reach and power of the darker fat about semimembranosus' tendon. Chosen: its outline shows on enhanced fat."""
WALL_MM, WALL_DB = 0.35, 5.0
"""The cyst's wall and its brightness below connective tissue. Chosen: a thin bright rim."""
DEBRIS_DB = 17.0
"""Debris above fluid. Chosen: faint gray that has sunk to the bottom."""
TENDON_DB = 13.0
"""Tendons above others. Chosen: they outshine the bright fat of the fossa."""


def middle_mm(p: Values) -> tuple[float, float]:
    """x and y of the middle of the cyst's body."""
    return p["cyst_medial_mm"], fascia_mm(p) + 2.2 + CYST_MM[int(p["cyst_grade"])][1]


def head_mm(p: Values) -> float:
    """Depth of the middle of gastrocnemius' medial head: the cyst pushes it deeper."""
    b = CYST_MM[int(p["cyst_grade"])][1]
    return max(middle_mm(p)[1] + 0.8 * b, fascia_mm(p) + 5.5) + 5.4


def bone_mm(p: Values) -> float:
    """Depth of the back of the medial condyle."""
    return head_mm(p) + 7.5


def condyles(c: Canvas, p: Values) -> None:
    """The femur's condyles with their cartilage, the capsule over them."""
    y = bone_mm(p)
    inner = s.egg(c, (14.5, y + 15.0, 2.0), (13.5, 15.0, 21.0))
    outer = s.egg(c, (-22.0, y + 16.5, 2.0), (13.0, 15.0, 21.0))
    shape = s.together([inner, outer, s.egg(c, (-3.0, y + 34.0, 10.0), (20.0, 12.0, 40.0))], 3.0)
    v, d = s.around(c, shape, 5.0)
    thick = p["cartilage_mm"]
    capsule = c.part("knee joint capsule", Kind.CAPSULE, "connective")
    v.sheet(capsule, d - thick - 0.7, 0.5, uneven(v, 291))
    s.shaped(v, ("femoral condylar cartilage", Kind.CARTILAGE, "cartilage"), d - thick)
    s.bone(v, "femur", d, salt=301)


def vessel_courses(c: Canvas, p: Values) -> tuple[s.Course, s.Course]:
    """Popliteal artery, and the vein between it and the nerve."""
    x, y, r, v = -p["vessels_lateral_mm"], fascia_mm(p) + 8.4, p["artery_radius_mm"], p["vein_radius_mm"]
    deep = y + 2.6 + 0.9 * v
    far = deep + 0.9 * v + r + 0.9
    vein = s.course(c, (27.0, x + 1.0, deep + 3.0, 1.1 * v, 0.9 * v), (-27.0, x - 1.0, deep, 1.1 * v, 0.9 * v))
    artery = s.course(c, (27.0, x + 4.0, far + 3.0, r, r), (0.0, x + 1.4, far, r, r), (-27.0, x + 1.0, far, r, r))
    return artery, vein


def nerve_courses(c: Canvas, p: Values) -> tuple[s.Course, s.Course]:
    """Tibial nerve on the vein, common peroneal nerve along biceps femoris."""
    x, y = -p["vessels_lateral_mm"], fascia_mm(p) + 8.4

    def half(area: float, flat: float) -> tuple[float, float]:
        across = sqrt(area * flat / pi)
        return across, area / (pi * across)

    t, q = half(p["tibial_area_mm2"], 1.45), half(p["peroneal_area_mm2"], 1.3)
    tibial = s.course(c, (27.0, x - 1.0, y + 0.5, *t), (0.0, x - 0.5, y - t[1] + 1.4, *t), (-27.0, x, y, *t))
    peroneal = s.course(c, (27.0, -22.0, y - 1.0, *q), (0.0, -25.5, y - 2.5, *q), (-27.0, -28.0, y - 3.0, *q))
    return tibial, peroneal


def bundle(
    c: Canvas, p: Values, tubes: tuple[s.Course, s.Course], nerves: tuple[s.Course, s.Course], sheet: Part
) -> None:
    """Vessels and nerves in their loose sheath; the small saphenous vein beneath the fascia."""
    for n, tube in enumerate(tubes):
        collared(c, tube, sheet, 611 + n)
    s.vessel(c, "popliteal artery", tubes[0], sheet, artery=True, wall_mm=0.6, salt=621)
    s.vessel(c, "popliteal vein", tubes[1], sheet, artery=False, wall_mm=0.3, salt=631)
    y = fascia_mm(p) + 1.9
    small = s.course(c, (27.0, -4.0, y + 3.0, 1.0, 0.8), (-27.0, -2.0, y, 1.3, 1.0))
    s.vessel(c, "small saphenous vein", small, sheet, artery=False, wall_mm=0.2, salt=641)
    for name, at, salt in (("tibial nerve", nerves[0], 701), ("common peroneal nerve", nerves[1], 711)):
        s.nerve(c, name, at, sheet, salt=salt)
        louder(c, name, NERVE_DB)
        louder(c, f"{name} fascicle", FASCICLE_DB)


def muscles(c: Canvas, p: Values, fascia: Field, sheet: Part, tubes: Sequence[s.Course]) -> None:
    """The heads of gastrocnemius, semimembranosus above them, biceps femoris at the outer side."""
    k, top, y = p["muscle_size"], fascia_mm(p), head_mm(p)
    medial = s.course(
        c, (24.0, 11.5, y + 4.5, 3.0, 1.5), (10.0, 6.0, y + 1.0, 7.0 * k, 4.4), (0.0, 5.0, y, 8.0 * k, 5.4),
        (-27.0, 5.5, y - 1.0, 11.0 * k, 7.6),
    )  # fmt: skip
    lateral = s.course(c, (20.0, -19.5, y + 3.0, 3.0, 2.0), (0.0, -21.0, y, 7.0 * k, 5.4), (-27.0, -18.5, y, 9.0, 7.5))
    membrane = s.course(
        c,
        (27.0, 23.0, top + 10.0, 9.0 * k, 8.0 * k),
        (8.0, 26.0, top + 9.0, 5.0 * k, 4.5),
        (-6.0, 27.0, top + 9.0, 0, 0),
    )
    biceps = s.course(c, (27.0, -29.0, top + 7.0, 7.0 * k, 6.0), (-27.0, -33.0, top + 6.0, 4.0, 4.0))
    v, below = strip(c, fascia, (-40.0, 40.0), (top - 1.0, y + 12.0))
    below = np.maximum(below, -bed(v, tubes, BED_MM))
    shapes = (
        ("medial head of gastrocnemius", medial, (0.1, 0.15, 1.0)),
        ("lateral head of gastrocnemius", lateral, (-0.1, 0.15, 1.0)),
        ("semimembranosus", membrane, (0.1, 0.1, 1.0)),
        ("biceps femoris", biceps, (-0.1, 0.0, 1.0)),
    )
    bellies = [s.Belly(name=name, at=at, along=along) for name, at, along in shapes]
    outlined(v, sheet, s.bellies(v, bellies, below, sheet, salt=511), 541)


def tendons(c: Canvas, p: Values, sheet: Part) -> None:
    """Tendons on either side of the neck, semitendinosus and gracilis behind them."""
    y, top, t = head_mm(p), fascia_mm(p), p["tendon_mm"]
    x = neck_x_mm(p)
    gap = 0.5 * p["neck_mm"] + 0.6
    head = s.course(
        c,
        (20.0, x - gap - 1.3, y + 4.0, 1.4, 2.2),
        (0.0, x - gap - 1.2, y, 1.2, 3.4),
        (-20.0, x - gap, y - 4.0, 0.8, 3.0),
    )
    s.tendon(c, "tendon of medial head of gastrocnemius", head, sheet, salt=461, louder_db=TENDON_DB)
    side = x + gap + t
    member = s.course(
        c,
        (20.0, side + 1.0, y - 0.5, t, 0.8 * t),
        (0.0, side, y + 0.5, t, 0.82 * t),
        (-24.0, side - 1.0, y + 1.5, t, 0.75 * t),
    )
    _dimmed(c, member)
    s.tendon(c, "semimembranosus tendon", member, sheet, salt=471, louder_db=TENDON_DB + 7.0)
    round_one = s.course(c, (27.0, side - 2.5, top + 2.8, 2.3, 1.5), (-27.0, side + 1.0, top + 3.0, 2.2, 1.5))
    s.tendon(c, "semitendinosus tendon", round_one, sheet, salt=481, louder_db=TENDON_DB)
    thin = s.course(c, (27.0, side + 4.5, top + 4.0, 1.7, 1.3), (-27.0, side + 6.0, top + 4.0, 1.7, 1.2))
    s.tendon(c, "gracilis tendon", thin, sheet, salt=491, louder_db=TENDON_DB)


def _dimmed(c: Canvas, at: s.Course) -> None:
    """Darker fat about a tendon, which sets it off from the bright fat beneath a cyst."""
    wider = grown(at, DIM_MM)
    v = s.near(c, wider)
    v.power[s.tubular(v, wider) < 0] *= np.float32(DIM)


def neck_x_mm(p: Values) -> float:
    """Where the neck passes between the tendons."""
    return p["cyst_medial_mm"] + 0.55 * CYST_MM[int(p["cyst_grade"])][0]


def cyst(c: Canvas, p: Values) -> None:
    """Body on the medial head, neck down to the joint between two tendons; septa, debris, what has leaked."""
    a, b, long = CYST_MM[int(p["cyst_grade"])]
    x, y = middle_mm(p)
    bent = c.y - y - 0.35 * b * ((c.u - x) / a) ** 2
    q = (np.abs((c.u - x) / a) ** 2.3 + np.abs(bent / b) ** 2.3 + np.abs((c.w - VIEW_MM + 3.0) / long) ** 2.3) ** (
        1 / 2.3
    )
    body = ((q - 1.0) * b).astype(np.float32)
    sac = s.together([body, _neck(c, p)], 1.5)
    v, near_it = s.around(c, sac, 2.0)
    sac = near_it + 0.08 * b * v.noise((6.0, 4.0, 7.0), 431)
    wall = v.part("cyst wall", Kind.BURSA, "connective", whole="popliteal cyst")
    fluid = v.part("popliteal cyst", Kind.BURSA, "joint_fluid")
    v.lay(wall, sac - WALL_MM, 10.0 * v.noise((1.6, 0.8, 2.0), 433) - WALL_DB * DB)
    v.lay(fluid, sac, _debris(v, p, y, b))
    _septa(v, p, sac, wall)
    if int(p["cyst_grade"]) == RUPTURED:
        _leak(c, p, fluid)


def _neck(c: Canvas, p: Values) -> Field:
    """Signed distance (mm, about) to the neck: a slit between the tendons that ends on the capsule."""
    x, (_, y), deep = neck_x_mm(p), middle_mm(p), bone_mm(p) - p["cartilage_mm"] - 1.0
    down = np.clip((c.y - y) / (deep - y), 0, 1)
    slant = 1.4 * np.sin(5.0 * down) - 1.0 * down + 0.8 * c.noise((30.0, 6.0, 9.0), 447)
    wide = 0.5 * p["neck_mm"] * (1.0 + 0.7 * np.clip((c.y - deep + 3.0) / 3.0, 0, 1))
    across = np.abs(c.u - x - slant) - wide
    return np.maximum(np.maximum(across, np.abs(c.w - VIEW_MM) - 8.0), np.maximum(y - c.y, c.y - deep)).astype(
        np.float32
    )


def _debris(v: Canvas, p: Values, y: float, b: float) -> Field | float:
    """Brightness (codes) of the fluid: debris lies at the bottom."""
    if p["debris_grade"] < 2:
        return 0.0
    sunk = np.clip((v.y - y - 0.1 * b) / (0.5 * b) + 0.6 * v.noise((5.0, 2.0, 5.0), 441), 0, 1)
    return DEBRIS_DB * DB * sunk + 14.0 * v.noise((1.0, 0.7, 1.0), 443) * sunk


def _septa(v: Canvas, p: Values, sac: Field, wall: Part) -> None:
    """Thin sheets across the cyst."""
    x, y = middle_mm(p)
    for n in range(int(p["debris_grade"])):
        side = 5.0 * (n - 0.8)
        sheet = v.u - x - side - 0.5 * (v.y - y) * (1 - 2 * n) - 2.8 * v.noise((6.0, 5.0, 9.0), 451 + n)
        v.sheet(wall, np.where(sac < 0, sheet, 9.0).astype(np.float32), 0.3, 0.7 * uneven(v, 455 + n))


def _leak(c: Canvas, p: Values, fluid: Part) -> None:
    """Fluid that has run down between the medial head and its fascia."""
    x, y = middle_mm(p)
    film = s.egg(c, (x - 3.0, y + 1.5, -24.0), (13.0, 1.6, 20.0))
    v, d = s.around(c, film, 1.0)
    v.lay(fluid, d + 0.5 * v.noise((4.0, 1.5, 5.0), 467))
