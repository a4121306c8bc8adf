"""Needles, their points and tubes, and how tissue resists them."""

from dataclasses import dataclass
from math import pi

from inplane.atlas.values import AtlasValue


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedlePoint:
    """How a needle is ground.

    Args:
        id, name: identifier, and the name that a user reads.
        bevel_angle_rad: between the ground face and the shaft.
        puncture_share: force to pierce a membrane, and to cut, relative to a Quincke point of the same gauge.
        steering_share: sideways force at the point relative to a Quincke point; positive drives it away from the side
            that the bevel faces, negative towards that side.
    """

    id: str
    name: str
    bevel_angle_rad: AtlasValue
    puncture_share: AtlasValue
    steering_share: AtlasValue


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedleModel:
    """A needle.

    Args:
        id, name: identifier, and the name that a user reads.
        gauge: of its tubing.
        point: how it is ground.
        outer_diameter_mm, inner_diameter_mm, modulus_gpa: of its tubing, regular wall, and of its steel.
        length_mm: of the shaft.
        bevel_length_mm: of the ground bevel: outer diameter / tan(bevel angle).
        echogenic: 0 for a plain shaft; above, the share of a flat shaft's brightness on the screen that its pattern
            keeps at any angle.
        pattern_length_mm: from the tip, how much of the shaft carries the pattern; 0 for a plain one.
        pattern_pitch_mm: from dot to dot.
    """

    id: str
    name: str
    gauge: int
    point: NeedlePoint
    outer_diameter_mm: AtlasValue
    inner_diameter_mm: AtlasValue
    modulus_gpa: AtlasValue
    length_mm: AtlasValue
    bevel_length_mm: AtlasValue
    echogenic: AtlasValue
    pattern_length_mm: AtlasValue
    pattern_pitch_mm: AtlasValue

    @property
    def bending_stiffness_n_mm2(self) -> float:
        """E I of the cannula, N mm^2; I = pi (D^4 - d^4) / 64."""
        outer, inner = self.outer_diameter_mm.value, self.inner_diameter_mm.value
        return self.modulus_gpa.value * 1e3 * pi * (outer**4 - inner**4) / 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Mechanics:
    """How a kind of structure resists a needle; forces are those of a 22 G Quincke point.

    Args:
        name: the kind's name, as patients have it, or that of a material that experiments were made in.
        puncture_n: axial force at the point that pierces it, where it is a membrane; else as `cutting_n`.
        cutting_n: axial force at the point that cuts on through it.
        friction_n_mm: friction on the shaft, per mm of shaft in it.
        modulus_kpa: Young's modulus, at small strain.
    """

    name: str
    puncture_n: AtlasValue
    cutting_n: AtlasValue
    friction_n_mm: AtlasValue
    modulus_kpa: AtlasValue

    @property
    def is_membrane(self) -> bool:
        """Whether it holds more before it gives way than it does afterwards."""
        return self.puncture_n.value > self.cutting_n.value
