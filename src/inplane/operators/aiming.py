"""How a procedure is aimed at: by what is recognized in the groin, or by other patients' pictures anywhere."""

from dataclasses import dataclass

from inplane.atlas import Procedure, load_atlas
from inplane.core import ProbeControl, ScannerControl
from inplane.guidance import Side
from inplane.operators.aim import FLAT_RAD, lateral_sign
from inplane.operators.by_picture import PictureTarget
from inplane.operators.clear_way import CLEAR_MM, Ways
from inplane.operators.follow import Aim, Target
from inplane.operators.hollow import holds_fluid
from inplane.operators.preset import deep_enough, scanner_for
from inplane.operators.staged import USUAL_INDENTATION_MM
from inplane.operators.textbook import Textbook

TARGET_X_MM = {"nerve_block": -2.0, "joint": -9.0}
"""Where in the picture the target is brought, outward of the middle. Chosen: beside a nerve the artery's near half is
still seen; a deep joint lies towards the far side, so that more of a flatter shaft is seen."""
BEYOND_SHARE = 0.15
"""By other patients' pictures it is brought so far beyond the middle, of the face's length. Chosen: so that more of the
shaft is seen."""
LEAST_MARGIN_MM = 1.5
"""Chosen: where targets lie beside vessels, as in the axilla, a way may come as near as in earlier patients, but no
nearer than twice a needle's width."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aiming:
    """What looking for a target begins with.

    Args:
        target: looks and follows.
        outward: +1 where the needle enters at the end to which the picture's x grows, -1 at the other.
        target_x_mm: where in the picture it is brought.
        usual_rad: how steep the needle usually is below the face.
        scanner: knobs.
        margin_mm: nearer to flow no needle is planned.
        sunk_mm: how far below the resting skin the hand believes the picture to begin.
        beams_turn: whether the probe can turn its beams; those of a curved one fan out already.
        hollow: whether the target holds fluid.
    """

    target: Aim
    outward: float
    target_x_mm: float
    usual_rad: float
    scanner: ScannerControl
    margin_mm: float = CLEAR_MM
    sunk_mm: float = USUAL_INDENTATION_MM
    beams_turn: bool = True
    hollow: bool = False

    def ways(self, *, width_mm: float, needle_mm: float, steeply: bool) -> Ways:
        """The needle's ways to the target with that face and needle; always steep ones of a hand that errs so."""
        return Ways(
            outward=self.outward,
            width_mm=width_mm,
            needle_mm=needle_mm,
            indentation_mm=self.sunk_mm,
            margin_mm=self.margin_mm,
            usual_rad=self.usual_rad,
            steeply=steeply,
        )


def aiming_of(
    procedure: Procedure, view: ProbeControl, side: Side, *, width_mm: float, textbook: Textbook | None
) -> Aiming:
    """By other patients' pictures where there are any; else by recognized vessels, nerves and bone, as in the groin.

    Args:
        procedure: what is done.
        view: where the probe is put down.
        side: the treated one.
        width_mm: of the probe's face.
        textbook: of a right side.
    """
    scanner, hollow = scanner_for(procedure), holds_fluid(procedure)
    if textbook is not None:
        known = textbook.of(side)
        return Aiming(
            target=PictureTarget(view, known),
            outward=known.outward,
            target_x_mm=-known.outward * BEYOND_SHARE * width_mm,
            usual_rad=known.steepness_rad,
            scanner=scanner,
            margin_mm=min(CLEAR_MM, max(LEAST_MARGIN_MM, known.clear_mm)),
            sunk_mm=known.sunk_mm,
            beams_turn=load_atlas().probe(procedure.probe_id).shape == "linear",
            hollow=hollow,
        )
    joint, outward = procedure.family == "joint", lateral_sign(view, side)
    return Aiming(
        target=Target(view, joint=joint, outward=outward, width_mm=width_mm),
        outward=outward,
        target_x_mm=TARGET_X_MM["joint" if joint else "nerve_block"] * outward,
        usual_rad=FLAT_RAD,
        scanner=deep_enough(scanner, procedure),
        hollow=hollow,
    )
