"""Bones, joint, capsule, tendons, vessels and nerve of the thumb's base; see `thumb_base`."""

from math import pi, sqrt

import numpy as np

from inplane.anatomy import _scene as s
from inplane.anatomy._canvas import Canvas, Part
from inplane.anatomy._strands import Field
from inplane.anatomy.patient import Kind
from inplane.anatomy.window import Values
from inplane.anatomy.windows.leg_parts import collared

JOINT = "trapeziometacarpal joint"
GAP = (1.0, 0.8, 0.55, 0.4)
"""Times the cleft's width by grade of arthritis. Chosen: it narrows as the grade rises."""
CARTILAGE_MM = (0.8, 0.6, 0.35, 0.15)
"""Cartilage on either bone by grade. Chosen: worn down to nearly nothing."""
SPUR_MM = (0.0, 0.5, 0.9, 1.4)
"""How far osteophytes stand out by grade. Chosen: bumps that are seen from grade 1, beaks at grade 3."""
LIFT_MM = (1.0, 1.7, 2.6)
"""How far the capsule stands off the bones by grade of effusion. Chosen: with RECESS_MM, the triangle is 2.9 mm high
without effusion and more than 3.3 mm with one (IAGNOCCO)."""
RECESS_MM = 2.4
"""From the bones' surface to the apex of the triangle that the joint shows. Chosen: see LIFT_MM."""
DEEP_MM = 3.5
"""How deep fluid lies in the cleft. Chosen: further in cartilage lies on cartilage."""
CAPSULE_MM = 0.9
"""Thickness of capsule and ligaments. Chosen: about a millimeter."""
TENDON_DB = 9.0
"""Thumb tendons above other tendons. Chosen: bright bands where the beam meets them squarely."""
HALF_MM = 7.6
"""Half the width of the metacarpal's base and of the trapezium. Chosen: 15 mm across."""


def lift_mm(p: Values) -> float:
    """How far the capsule stands off the bones over the cleft."""
    return LIFT_MM[int(p["effusion_grade"])] + SPUR_MM[int(p["arthritis_grade"])]


def ground_mm(p: Values) -> float:
    """Depth of the bones at the joint."""
    return p["skin_mm"] + p["fat_mm"] + 1.2 + 0.75 * lift_mm(p)


def solids(c: Canvas, p: Values) -> dict[str, Field]:
    """Signed distances (mm) to metacarpal, trapezium, scaphoid and second metacarpal."""
    y, grade = ground_mm(p), int(p["arthritis_grade"])
    edge = 0.5 * p["cleft_mm"] * GAP[grade] + CARTILAGE_MM[grade]
    saddle = 0.012 * c.u**2 + 0.010 * (c.y - y - 5.0) * np.abs(c.y - y - 5.0)
    base = s.egg(c, (0.0, y + 7.6, -5.0), (HALF_MM, 7.6, 8.0), 3.4)
    first = _cut(base, c.w - saddle + edge)
    shaft = s.rod(c, ((0.0, y + 7.8, -9.0), (0.0, y + 8.2, -44.0)), (5.9, 5.0))
    first = s.together([first, shaft], 3.0)
    block = s.egg(c, (0.4, y + 7.8, 6.0), (HALF_MM, 7.5, 6.6), 3.4)
    second = _cut(block, edge - (c.w - saddle))
    size = SPUR_MM[grade]
    if size > 0:
        beaks = ((first, -1.0, 0.6), (second, 1.0, 1.0))
        first, second = (
            s.together(
                [
                    solid,
                    s.rod(
                        c,
                        ((0.3, y + 1.4, side * (edge + 2.8)), (0.3, y - share * size, side * (edge + 0.7))),
                        (1.5, 0.6),
                    ),
                ],
                0.9,
            )
            for solid, side, share in beaks
        )
    return {
        "first metacarpal": first,
        "trapezium": second,
        "scaphoid": s.egg(c, (1.0, y + 10.2, 20.5), (7.0, 7.6, 7.0), 2.6),
        "finger metacarpal": s.rod(c, ((-15.0, y + 13.0, -3.0), (-17.0, y + 12.0, -40.0)), (5.5, 4.4)),
    }


def _cut(solid: Field, plane: Field) -> Field:
    """What of a solid lies on the negative side of a surface, with a rounded edge."""
    return (-s.together([-solid, -(plane + np.zeros_like(solid))], 2.4)).astype(np.float32)


def joint(c: Canvas, p: Values, bones: dict[str, Field], sheet: Part) -> None:
    """Fluid in the cleft and in the recess about its edge, cartilage on both bones, the capsule over all; the next
    joint towards the forearm."""
    grade, lift = int(p["arthritis_grade"]), lift_mm(p)
    solid = np.minimum(bones["first metacarpal"], bones["trapezium"])
    tent = lift * np.clip(1.0 - (np.abs(c.w) / 5.5) ** 2, 0.0, 1.0) + 0.15
    space = np.maximum(np.maximum(_boxy(c, p) - tent, np.abs(c.w) - 5.4), -solid - 0.3)
    space = np.maximum(space, -DEEP_MM - 1.0 - _boxy(c, p)).astype(np.float32)
    wall = c.part(f"{JOINT} capsule", Kind.CAPSULE, "connective", along=(0.0, 0.0, 1.0), louder_db=1.0)
    v, close = s.around(c, space - CAPSULE_MM, 0.8)
    v.lay(wall, close, 12.0 * v.noise((1.5, 0.5, 2.5), 431) - 6.0)
    v, close = s.around(c, space, 0.8)
    fronds = np.clip(1.3 * v.noise((1.2, 0.8, 1.6), 433) - 0.75, 0, 1) * (int(p["effusion_grade"]) > 1)
    s.shaped(v, (JOINT, Kind.JOINT_FLUID, "joint_fluid"), close, 60.0 * fronds)
    for name in ("first metacarpal", "trapezium"):
        deep = np.clip((-_boxy(c, p) - 1.0) / (DEEP_MM - 1.0), 0, 1)
        thick = CARTILAGE_MM[grade] * np.clip(0.3 + deep, 0, 1) + 0.6 * p["cleft_mm"] * deep
        layer = np.maximum(bones[name] - thick, np.abs(c.w) - 3.0)
        layer = np.maximum(layer, _boxy(c, p) + 0.9).astype(np.float32)
        s.shaped(c, (f"cartilage of {name}", Kind.CARTILAGE, "cartilage"), layer, whole=f"{JOINT} cartilage")
    other = np.maximum(np.abs(c.w - 13.2) - 1.3, _boxy(c, p) + 1.2).astype(np.float32)
    v, close = s.around(c, other)
    s.shaped(v, ("scaphotrapeziotrapezoid joint", Kind.JOINT_FLUID, "joint_fluid"), close)
    lid = np.where(np.abs(c.w - 13.5) < 5.0, _boxy(c, p) + 1.0, np.float32(9.0)).astype(np.float32)
    c.sheet(sheet, lid, 0.4, 0.7)


def _boxy(c: Canvas, p: Values) -> Field:
    """Signed distance (mm, about) to the outline of the bones about the joint, across."""
    q = (np.abs(c.u / HALF_MM) ** 3.4 + np.abs((c.y - ground_mm(p) - 7.6) / 7.6) ** 3.4) ** (1 / 3.4)
    return ((q - 1.0) * HALF_MM + 0.0 * c.w).astype(np.float32)


def lay_bones(c: Canvas, bones: dict[str, Field]) -> None:
    """All bones, with cortex."""
    for n, (name, solid) in enumerate(bones.items()):
        s.bone(c, name, solid.astype(np.float32), salt=301 + 4 * n)


def muscles(c: Canvas, p: Values, below: Field, sheet: Part) -> None:
    """The thumb's ball on the palmar side, the first dorsal interosseous between thumb and hand."""
    y = ground_mm(p)
    ball = s.course(
        c, (-26.0, 11.0, y + 7.0, 7.0, 8.0), (-4.0, 12.0, y + 7.0, 5.5, 7.5), (3.0, 12.5, y + 8.0, 3.0, 0.0)
    )
    web = s.course(
        c, (-26.0, -10.0, y + 9.0, 7.5, 6.5), (-6.0, -10.5, y + 10.0, 4.0, 5.0), (1.0, -11.0, y + 11.0, 2.0, 0.0)
    )
    shapes = [
        s.Belly(name="abductor pollicis brevis", at=ball, along=(-0.3, 0.0, 1.0)),
        s.Belly(name="first dorsal interosseous", at=web, along=(0.5, 0.3, 1.0)),
    ]
    s.bellies(c, shapes, below, sheet, salt=501)


def tendons(c: Canvas, p: Values, sheet: Part) -> None:
    """Extensor pollicis brevis and abductor pollicis longus on the palmar side of the plane, extensor pollicis longus
    on its dorsal side, the radial wrist extensor beneath it."""
    y, f = ground_mm(p), p["skin_mm"] + p["fat_mm"]
    brevis = s.course(c, (26.0, 7.0, f + 2.2, 1.5, 0.9), (0.0, 4.6, f + 0.9, 1.6, 0.8), (-26.0, 0.5, f + 1.5, 1.9, 0.7))
    s.tendon(c, "extensor pollicis brevis tendon", brevis, sheet, salt=441, louder_db=TENDON_DB)
    abductor = s.course(
        c,
        (26.0, 9.5, f + 2.6, 2.2, 1.3),
        (4.0, 8.6, f + 2.8, 2.3, 1.1),
        (-3.5, 7.6, y + 2.2, 1.8, 0.8),
        (-6.0, 7.4, y + 2.6, 0.0, 0.0),
    )
    s.tendon(c, "abductor pollicis longus tendon", abductor, sheet, salt=451, louder_db=TENDON_DB)
    longus = s.course(
        c, (26.0, -14.5, f + 2.5, 1.7, 1.2), (0.0, -9.0, f + 1.8, 1.8, 1.0), (-26.0, -3.2, f + 1.4, 2.0, 0.8)
    )
    s.tendon(c, "extensor pollicis longus tendon", longus, sheet, salt=461, louder_db=TENDON_DB)
    radial = s.course(
        c, (26.0, -11.0, y + 5.0, 2.2, 1.2), (-2.0, -13.0, y + 6.5, 2.0, 1.0), (-5.0, -13.5, y + 7.0, 0.0, 0.0)
    )
    s.tendon(c, "extensor carpi radialis longus tendon", radial, sheet, salt=471, louder_db=4.0)


def vessels(c: Canvas, p: Values, sheet: Part) -> None:
    """Radial artery with two veins, that crosses scaphoid and trapezium and dives between the first two metacarpals;
    the beginning of the cephalic vein in the fat."""
    y, r = ground_mm(p), p["radial_artery_radius_mm"]
    cross = p["artery_crosses_mm"]
    way = (
        (26.0, 12.0, y + 4.6), (cross + 6.0, 5.0, y + 1.4 - r), (cross, 0.0, y + 0.5 - r),
        (cross - 5.0, -4.6, y + 1.4 - r), (-2.0, -9.6, y + 5.0), (-9.0, -11.5, y + 14.0),
    )  # fmt: skip
    artery = s.course(c, *((w, u, deep, r, r) for w, u, deep in way))
    collared(c, artery, sheet, 605)
    s.vessel(c, "radial artery", artery, sheet, artery=True, wall_mm=0.25, salt=611)
    for n, (dw, dy) in enumerate(((-3.3, 0.7), (3.4, 0.3))):
        size = (np.full_like(artery.u, 0.5), np.full_like(artery.u, 0.38))
        beside = s.Course(u=artery.u + dw, y=artery.y + dy, half=size)
        s.vessel(
            c, f"radial vein {n + 1}", beside, sheet, artery=False, wall_mm=0.12, salt=621 + 5 * n, whole="radial vein"
        )
    level, a = p["skin_mm"] + 0.55 * p["fat_mm"], 0.5 * p["cephalic_vein_mm"]
    flat = min(0.6 * a, 0.36 * p["fat_mm"])
    vein = s.course(
        c, (26.0, -9.0, level, a, flat), (0.0, -5.0, level, 0.9 * a, flat), (-26.0, -7.0, level, 0.8 * a, flat)
    )
    s.vessel(c, "cephalic vein", vein, sheet, artery=False, wall_mm=0.18, salt=641)


def nerves(c: Canvas, p: Values, sheet: Part) -> None:
    """Superficial branch of the radial nerve: one branch that slants over the artery, one along the palmar side."""
    b = sqrt(p["nerve_area_mm2"] / (1.6 * pi))
    a, y, name = 1.6 * b, p["skin_mm"] + 0.62 * p["fat_mm"], "superficial branch of radial nerve"
    over = p["artery_crosses_mm"] + 0.5
    slant = s.course(
        c,
        (26.0, 3.4, y, a, b),
        (over + 5.0, 0.7, y, a, b),
        (over - 5.0, -0.7, y, a, b),
        (over - 12.0, -2.8, y, a, b),
        (-26.0, -6.0, y, 0.8 * a, 0.8 * b),
    )
    v = s.near(c, slant)
    lobule = c.part("subcutaneous fat", Kind.FAT, "fat")
    v.lay(lobule, np.maximum(s.tubular(v, slant) - 1.1, p["skin_mm"] - v.y), 6.0 * v.noise((1.6, 0.8, 3.0), 695) - 6.0)
    s.nerve(c, f"{name}, dorsal", slant, sheet, salt=701, whole=name)
    side = s.course(
        c, (26.0, 10.0, y, 0.9 * a, 0.9 * b), (0.0, 7.0, y, 0.9 * a, 0.9 * b), (-26.0, 5.0, y, 0.8 * a, 0.8 * b)
    )
    s.nerve(c, f"{name}, lateral", side, sheet, salt=721, whole=name)
