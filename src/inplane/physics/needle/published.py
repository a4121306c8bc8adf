"""Published forces and deflections beside ours, worked out anew each time; nothing here is used by the simulation."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, pi

import numpy as np
from numpy.typing import NDArray

from inplane.atlas import NeedleModel, load_atlas
from inplane.physics.needle.beam import REFERENCE_DIAMETER_MM, foundation_n_mm2, steering_in, steering_per_mm
from inplane.physics.needle.force import FEW, PIERCED, PROFILE_MM, SAMPLE_S, Resistances, push

PERINEUM = (("skin", 2.0), ("fat", 15.0), ("muscle", 43.0), ("capsule", 1.0), ("muscle", 29.0))
"""What a needle passes to the middle of the prostate, 90 mm deep. Chosen: muscle stands for what has no row of its
own."""
BACK = (("skin", 2.0), ("fat", 8.0), ("ligament", 30.0), ("fat", 4.0), ("dura", 0.4), ("cerebrospinal fluid", 5.0))
"""What a spinal needle passes, thickness in mm. Chosen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A published number beside ours.

    Args:
        what: is compared, with the needle and the tissue.
        unit: of both.
        low, high: as published; the same where one number was.
        ours: from the model.
        source: where it was published.
        seen: how much of that was read.
    """

    what: str
    unit: str
    low: float
    high: float
    ours: float
    source: str
    seen: str

    @property
    def error(self) -> float:
        """How far ours lies outside of what was published, as a share of it; 0 within."""
        nearest = min(max(self.ours, self.low), self.high)
        return (self.ours - nearest) / nearest


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Insertion:
    """A straight push through layers at an even speed.

    Args:
        depth_mm, force_n: (n,) shaft beneath the skin, and force on the hub along it.
        pierced: by layer, in order: its name, how far tissue was carried along just before it gave way, and the force.
    """

    depth_mm: NDArray[np.float64]
    force_n: NDArray[np.float64]
    pierced: tuple[tuple[str, float, float], ...]


def insert(layers: Sequence[tuple[str, float]], model: NeedleModel, *, speed_mm_s: float = 10.0) -> Insertion:
    """Pushes a needle through layers.

    Args:
        layers: name in the atlas's mechanics and thickness in mm, from the skin down.
        model: the needle; its length is left out of account.
        speed_mm_s: of the hand.
    """
    depth = sum(thickness for _, thickness in layers)
    edges = np.cumsum([thickness for _, thickness in layers])
    places = PROFILE_MM * np.arange(int(depth / PROFILE_MM) + 30)
    way = (1 + np.minimum(np.searchsorted(edges, places, side="right"), len(layers) - 1)).astype(np.uint8)
    duration = depth / speed_mm_s
    forces, met = np.zeros(ceil(duration / SAMPLE_S)), np.zeros((FEW, 5))
    count = push(
        np.zeros(4),
        np.array([0.0, 0.0, depth, np.inf]),
        duration / len(forces),
        way,
        0.0,
        0,
        _resistances(layers, model),
        forces,
        met,
    )[4]
    found = [row for row in met[:count].tolist() if row[0] == PIERCED]
    return Insertion(
        depth_mm=depth * np.arange(1, len(forces) + 1) / len(forces),
        force_n=forces,
        pierced=tuple((layers[int(label) - 1][0], a - c, force) for _, label, c, a, force in found),
    )


def _resistances(layers: Sequence[tuple[str, float]], model: NeedleModel) -> Resistances:
    """Label n is the n-th layer."""
    made, atlas = np.zeros((3, 256)), load_atlas()
    wide, share = model.outer_diameter_mm.value / REFERENCE_DIAMETER_MM, model.point.puncture_share.value
    for label, (name, _) in enumerate(layers, 1):
        row = atlas.resistance(name)
        made[:, label] = [share * row.puncture_n.value, share * row.cutting_n.value, row.friction_n_mm.value]
    puncture, cutting, friction = made * wide
    return Resistances(puncture=puncture, cutting=cutting, friction=friction, hard=np.zeros(256, np.bool_))


def published_forces() -> tuple[Comparison, ...]:
    """Forces of insertion."""
    needle = load_atlas().needle
    perineum = insert(PERINEUM, needle("18g_40mm"))
    muscle = insert((("muscle", 40.0),), needle("18g_40mm"))
    slow, fast = (insert(PERINEUM, needle("22g_80mm"), speed_mm_s=speed).force_n.max() for speed in (5.0, 50.0))
    dura = next(carried for name, carried, _ in insert(BACK, needle("22g_89mm_spinal")).pierced if name == "dura")
    told = (
        ("largest force, 18 G through the perineum to the prostate", "N", 8.9, 8.9, perineum.force_n.max(), PODDER06),
        ("cutting force, 18 G in liver; ours in muscle", "N", 0.94, 0.94, _cutting(muscle, "18g_40mm"), OKAMURA04),
        ("largest force at 50 mm/s over that at 5 mm/s: insensitive", "1", 1.0, 1.0, fast / slow, SCHNEIDER78),
        ("dura's indentation before it gives way, spinal needle", "mm", 2.0, 6.0, dura, ZARZUR92),
    )
    return _comparisons(told)


def _cutting(insertion: Insertion, needle: str) -> float:
    """Force at the point alone: that on the hub less friction, late in an insertion into one tissue."""
    model, muscle = load_atlas().needle(needle), load_atlas().resistance("muscle")
    wide = model.outer_diameter_mm.value / REFERENCE_DIAMETER_MM
    shaft = insertion.depth_mm[-1] - insertion.pierced[0][1]
    return float(insertion.force_n[-1] - shaft * wide * muscle.friction_n_mm.value)


def published_deflections() -> tuple[Comparison, ...]:
    """How far points go aside."""
    needle = load_atlas().needle
    quincke = needle("22g_89mm_spinal")

    def aside(needle_id: str, tissue: str, depth_mm: float) -> float:
        return abs(0.5 * steering_in(needle(needle_id), tissue) * depth_mm**2)

    gel = "at 80 mm in ballistic gel"
    told = (
        (f"22 G Quincke {gel} (fitted)", "mm", 8.72, 9.06, aside("22g_89mm_spinal", "ballistic gel", 80), RAND16),
        (f"22 G short bevel {gel} (its share)", "mm", 9.19, 10.73, aside("22g_80mm", "ballistic gel", 80), RAND16),
        ("22 G Quincke in beef, a millimetre a centimetre; at 60 mm, ours in muscle", "mm", 6.0, 6.0,
         aside("22g_89mm_spinal", "muscle", 60), DRUMMOND80),
        ("25 G Quincke likewise", "mm", 6.0, 6.0, aside("25g_89mm_spinal", "muscle", 60), DRUMMOND80),
        ("25 G over 22 G in ballistic gel: significantly more", "1", 1.0, np.inf,
         steering_in(needle("25g_89mm_spinal"), "ballistic gel") / steering_in(quincke, "ballistic gel"), RAND16),
        ("curvature of a 0.7 mm nitinol wire in stiff gel, 1/m", "1/m", 4.5, 4.5, 1e3 * _nitinol_per_mm(), WEBSTER06),
    )  # fmt: skip
    return _comparisons(told)


def _nitinol_per_mm() -> float:
    """The same law for a solid wire of 60 GPa in the gel that the law was fitted in."""
    gel, quincke = load_atlas().resistance("ballistic gel"), load_atlas().needle("22g_89mm_spinal")
    k = foundation_n_mm2(np.array([gel.modulus_kpa.value]))
    steel = float(steering_per_mm(quincke, np.array([gel.cutting_n.value]), k)[0])
    stiffness = 60e3 * pi * 0.7**4 / 64
    return steel * (quincke.bending_stiffness_n_mm2 / stiffness) ** 0.75 * 0.7 / quincke.outer_diameter_mm.value


def _comparisons(
    rows: Sequence[tuple[str, str, float, float, float, tuple[str, str]]],
) -> tuple[Comparison, ...]:
    """Rows of what, unit, low, high, ours, and source with how much of it was read."""
    return tuple(
        Comparison(what=what, unit=unit, low=low, high=high, ours=float(ours), source=source, seen=seen)
        for what, unit, low, high, ours, (source, seen) in rows
    )


PODDER06 = ("Podder T, et al. Med Phys 2006;33:2915-2922", "from memory of the abstract")
OKAMURA04 = ("Okamura AM, Simone C, O'Leary MD. IEEE Trans Biomed Eng 2004;51:1707-1716", "from memory")
SCHNEIDER78 = ("Schneider LW, Peck LS, Melvin JW. UM-HSRI-78-23, 1978 (cadavers)", "abstract")
ZARZUR92 = ("Zarzur E, Goncalves JJ. Reg Anesth 1992;17:216", "abstract")
RAND16 = ("Rand E, et al. Anesth Pain Med 2016;6(5):e36607", "abstract")
DRUMMOND80 = ("Drummond GB, Scott DHT. Anaesthesia 1980;35:854-857", "summary; the depth is chosen")
WEBSTER06 = ("Webster RJ, et al. Int J Rob Res 2006;25:509-525", "from memory")
