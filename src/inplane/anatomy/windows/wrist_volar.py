"""The front of the wrist: carpal tunnel with median nerve and nine flexor tendons, Guyon's canal, carpal bones.

Right wrist, palm up: the thumb's side is -x, the forearm +z; the distal crease lies at z = 0, over the pisiform.
"""

import numpy as np

from inplane.anatomy import _scene as s
from inplane.anatomy._block_soft import covered, layered
from inplane.anatomy._canvas import Canvas
from inplane.anatomy._strands import Field
from inplane.anatomy.parameters import ParameterRange, chosen
from inplane.anatomy.patient import Kind
from inplane.anatomy.window import Staged, Values, Window
from inplane.anatomy.windows.wrist_volar_parts import SWELLING, bones, median_course, muscles, roof_mm, tendons, vessels
from inplane.core import ProbeControl

MANI = "Mani B et al. J Med Imaging Radiat Oncol 2011;55:126-131 (abstract read): 150 healthy wrists"
KLAUSER = "Radiology 2009;250:171-177 (abstract read): 9.0 mm2 in 93 healthy wrists, 16.8 in 100 with the syndrome"
PACEK = "Carpal tunnel cast in ten cadavers, PMC2820615 (abstract read): width 19.2 +- 1.7, depth 8.3 +- 0.9 mm"


RANGES = {
    "skin_mm": ParameterRange(low=0.9, high=1.8, mean=1.3, sd=0.15, source=chosen("thin skin of the wrist's front")),
    "fat_mm": ParameterRange(low=1.5, high=5.0, mean=2.4, sd=0.6, source=chosen("retinaculum 3 to 5 mm deep")),
    "tunnel_width_mm": ParameterRange(low=15.5, high=23.0, mean=19.2, sd=1.7, source=PACEK),
    "tunnel_depth_mm": ParameterRange(
        low=8.0,
        high=12.6,
        mean=10.4,
        sd=1.1,
        source=f"{MANI}: 10.4 +- 1.1 mm by ultrasound",
    ),
    "retinaculum_mm": ParameterRange(low=0.7, high=1.7, mean=1.1, sd=0.2, source=chosen("no measurement was read")),
    "bowing_mm": ParameterRange(low=0.0, high=1.6, mean=0.3, sd=0.25, source=f"{MANI}: up to 0.8 mm is normal"),
    "nerve_area_mm2": ParameterRange(low=5.2, high=9.6, mean=7.4, sd=1.1, source=f"{MANI}: 7.4 +- 1.1 mm2"),
    "nerve_flattening": ParameterRange(low=1.6, high=3.8, mean=2.66, sd=0.54, source=f"{MANI}: 2.66 +- 0.54"),
    "nerve_radial_mm": ParameterRange(
        low=1.5, high=5.5, mean=3.5, sd=0.8, source=chosen("usually to the radial side of the tunnel's middle")
    ),
    "swelling_grade": ParameterRange(
        low=0, high=3, mean=1.6, sd=0.9, source=f"{KLAUSER}; the grades are chosen between and above the two means"
    ),
    "ulnar_artery_radius_mm": ParameterRange(low=0.8, high=1.6, mean=1.15, sd=0.15, source=chosen("2 to 3 mm across")),
    "radial_artery_radius_mm": ParameterRange(low=0.8, high=1.6, mean=1.2, sd=0.15, source=chosen("2 to 3 mm across")),
    "persistent_median_artery_grade": ParameterRange(
        low=0, high=1, mean=0.1, sd=0.25, source=chosen("in one wrist of ten; published shares of 3 to 20 % not read")
    ),
    "palmaris_grade": ParameterRange(
        low=0, high=1, mean=0.95, sd=0.45, source=chosen("the tendon is absent in about one of seven")
    ),
}
HARDER = {
    "fat_mm": (1.8, 3.8),
    "nerve_area_mm2": (8.6, 6.0),
    "swelling_grade": (3.0, 0.0),
    "tunnel_depth_mm": (11.2, 9.2),
    "muscle_echo_db": (-1.0, 3.0),
}
LOOSE = "subsynovial connective tissue"
"""What nerve and tendons glide in: the nerve lies in it outside the bursae, which are collapsed about the tendons and
are not told apart from it. Chosen: drawn and dampened as fat is, for no measurement was read; dense connective tissue
would swallow twice as much, and the tendons with it."""
DIP_MM, DIP_SLOPE = 4.5, 0.8
"""Where the retinaculum begins to dip before the tunnel's ulnar edge, and how steeply. Chosen: it is the floor of
Guyon's canal, whose artery lies in the dip."""
BESIDE_MM = 1.3
"""From the nerve's edge to the target. Chosen: a millimeter from its fascicles, in the loose tissue about it."""
FACE_END_MM = 13.3
"""From the tunnel's ulnar edge to the middle of the probe. Chosen: its end then lies just beyond the ulnar artery, over
which the needle enters."""
CREASE_MM = 0.0
TUNNEL_MM = (-22.0, 4.0)
"""Retinaculum along z. Chosen: it begins at the pisiform and ends two centimeters distal."""


def _tunnel(c: Canvas, p: Values) -> tuple[Field, Field]:
    """Depth of the retinaculum's underside over the wrist, and signed distance (mm, about) to the tunnel."""
    half = 0.5 * p["tunnel_width_mm"]
    roof = roof_mm(p)
    bow = p["bowing_mm"] * np.clip(1 - (c.u / half) ** 2, 0, 1)
    dip = DIP_SLOPE * np.clip(c.u - half + DIP_MM, 0, 5.5)
    top = (roof - bow + dip + 0.0 * c.w).astype(np.float32)
    middle = roof + 0.36 * p["tunnel_depth_mm"]
    q = np.sqrt(np.abs(c.u / half) ** 2.6 + np.abs((c.y - middle) / (0.64 * p["tunnel_depth_mm"])) ** 2.6 + 0.0 * c.w)
    return top, np.maximum((q - 1.0) * half * 0.7, top - c.y).astype(np.float32)


def _retinaculum(c: Canvas, p: Values, top: Field) -> None:
    """Flexor retinaculum: a band of fibers across, from scaphoid and trapezium to pisiform and hamate."""
    half, thick = 0.5 * p["tunnel_width_mm"], p["retinaculum_mm"]
    fade = np.clip((c.w - TUNNEL_MM[0]) / 4.0, 0, 1) * np.clip((TUNNEL_MM[1] + 6.0 - c.w) / 6.0, 0, 1)
    band = np.maximum(
        np.abs(c.y - top + 0.5 * thick) - 0.5 * thick * np.maximum(fade, 0.22),
        np.maximum(-c.u - half - 1.5, c.u - half - 0.8),
    )
    across = (1.0, 0.0, 0.05)
    part = c.part("flexor retinaculum", Kind.LIGAMENT, "connective", along=across)
    v, inner = s.around(c, band)
    lines, fiber = v.strands(inner < c.spacing_mm, across, (1.2, 0.4, 0.12, 0.1, 20.0, 0.1), 561)
    v.lay(part, inner, 10.0 * fiber - 12.0 + 30.0 * lines)


def paint(c: Canvas, p: Values) -> Staged:
    """The whole window, from what lies behind to what lies before it."""
    fascia_mm, sheet = covered(c, p["skin_mm"], p["fat_mm"])
    top, inside = _tunnel(c, p)
    s.filling(c, "intermuscular fat", fascia_mm - c.y + np.zeros_like(c.power), sheet, salt=201)
    muscles(c, p, fascia_mm, sheet)
    tunnel = np.maximum(inside, np.maximum(TUNNEL_MM[0] - 6.0 - c.w, c.w - 20.0))
    grain = 12.0 * c.noise((1.5, 0.7, 5.0), 211)
    s.shaped(c, (LOOSE, Kind.FAT, "fat"), tunnel, grain, whole="carpal tunnel")
    bones(c, p, inside)
    layered(c, sheet, c.y - fascia_mm, 0.25, 221)
    _retinaculum(c, p, top)
    median = median_course(c, p)
    tendons(c, p, sheet, median)
    vessels(c, p, sheet, median)
    s.nerve(c, "median nerve", median, sheet, salt=701)
    return _staged(c, p, median)


def _indication(p: Values) -> str:
    grade = int(p["swelling_grade"])
    area = p["nerve_area_mm2"] * SWELLING[grade]
    return (
        f"Carpal tunnel syndrome, {('no', 'slight', 'marked', 'severe')[grade]} swelling of the median nerve: "
        f"{area:.1f} mm2 at the inlet (grade {grade} of 3, our own grading; 9.0 mm2 in healthy, 16.8 in affected "
        "wrists: Radiology 2009;250:171)."
    )


def _staged(c: Canvas, p: Values, median: s.Course) -> Staged:
    """The tip ends at the nerve's ulnar edge, below its middle, so that fluid parts it from the tendons first."""
    pid, half = "carpal_tunnel_injection", 0.5 * p["tunnel_width_mm"]
    u, y, a, b = median.at(c, CREASE_MM)
    return Staged(
        targets_mm={pid: np.array([u + a + BESIDE_MM, y + 0.4 * b, CREASE_MM])},
        views={pid: ProbeControl(x_mm=round(half - FACE_END_MM, 2), z_mm=CREASE_MM, press_n=2.0)},
        needle_from={pid: "medial"},
        indication={pid: _indication(p)},
        landmarks_mm={
            "distal wrist crease": np.array([0.0, 0.0, 0.0]),
            "pisiform": np.array([half + 6.0, 0.0, -1.0]),
            "scaphoid tubercle": np.array([-half - 2.6, 0.0, -3.0]),
            "palmaris longus tendon": np.array([-0.8, 0.0, 10.0]),
            "flexor carpi radialis tendon": np.array([-half - 0.8, 0.0, 8.0]),
        },
    )


VOLAR_WRIST = Window(
    name="volar wrist",
    region="wrist",
    procedures=("carpal_tunnel_injection",),
    size_mm=(62.0, 32.0, 60.0),
    spacing_mm=0.3,
    salt=1,
    ranges=RANGES,
    harder=HARDER,
    paint=paint,
    order=(
        ("median nerve", "below", "flexor retinaculum"),
        ("median nerve", "above", "flexor digitorum superficialis tendons"),
        ("ulnar artery", "medial to", "median nerve"),
        ("ulnar nerve", "medial to", "ulnar artery"),
        ("flexor pollicis longus tendon", "lateral to", "flexor digitorum superficialis tendons"),
    ),
    variants=("persistent median artery",),
    beyond={"ulnar nerve": "on the far side of the ulnar artery, beyond the probe's end where the needle enters"},
)
