"""Veins close under the probe, step by step; blood follows."""

from types import ModuleType

import numpy as np
import pytest

from inplane.anatomy import Patient
from inplane.core import ProbeControl
from inplane.world.tissue import Tissue
from inplane.world.vessels import open_share

FORCES = np.arange(0, 14, 0.5)


@pytest.mark.uncompiled
def test_a_vein_opens_and_closes_by_the_formula() -> None:
    shares = [open_share(squeeze) for squeeze in np.linspace(0, 1.2, 25)]
    assert shares[0] == 1
    assert shares[-1] == 0
    assert (np.diff(shares) <= 0).all()


def test_the_vein_is_flat_at_its_closing_force_and_not_before(block: Patient) -> None:
    tissue = Tissue(block, face_length_mm=38)
    opened = []
    for force in FORCES:
        motion = tissue.motion(0.0, ProbeControl(press_n=force))
        opened.append(tissue.vessels.narrowest_vein(motion.press, force))
    assert (np.diff(opened) <= 1e-12).all()
    assert opened[list(FORCES).index(9.5)] > 0
    assert opened[list(FORCES).index(10.0)] == pytest.approx(0)


def test_it_stays_open_away_from_the_probe(block: Patient, blocks: ModuleType) -> None:
    tissue = Tissue(block, face_length_mm=38)
    motion = tissue.motion(0.0, ProbeControl(press_n=12.0))
    vein, artery = block.structure("vein lumen"), block.structure("artery lumen")
    there = np.array([*blocks.VEIN, 0.0])
    assert tissue.vessels.open_at(vein, there, motion.press, 12.0) == 0
    assert tissue.vessels.open_at(vein, there + np.array([0, 0, 22]), motion.press, 12.0) > 0.5
    assert tissue.vessels.open_at(artery, there, motion.press, 12.0) == 1


def test_blood_flows_away_in_the_artery_and_back_in_the_vein(block: Patient, blocks: ModuleType) -> None:
    tissue = Tissue(block, face_length_mm=38)

    def speeds(press_n: float, time_s: float = 0.14) -> tuple[float, float]:
        motion = tissue.motion(time_s, ProbeControl(press_n=press_n))
        flow = tissue.vessels.flow_m_s(time_s, motion.press, press_n)
        return flow[blocks.LABEL["artery lumen"]], flow[blocks.LABEL["vein lumen"]]

    artery, vein = speeds(1.0)
    assert artery == pytest.approx(0.5, abs=0.05)  # the mean over the lumen; on the axis it is 1.0
    assert vein < 0
    assert speeds(7.0)[1] < vein  # faster through what is left
    assert speeds(11.0)[1] == 0


def test_without_a_vein_nothing_is_closed(plain_block: Patient) -> None:
    from dataclasses import replace

    bare = replace(plain_block, structures=tuple(s for s in plain_block.structures if "vein" not in s.name))
    tissue = Tissue(bare, face_length_mm=38)
    motion = tissue.motion(0.0, ProbeControl(press_n=20.0))
    assert tissue.vessels.narrowest_vein(motion.press, 20.0) == 1
