"""Which angles frames take, and what the needle's beam does to a shaft."""

import re
from dataclasses import replace

import numpy as np
import pytest

from inplane.atlas import ProbeModel, load_atlas
from inplane.bench._fidelity_needle import laid, needle_view
from inplane.bench._fidelity_phantoms import scan
from inplane.core import FormatError, ScannerControl
from inplane.physics.ultrasound.beam import require_scanner
from inplane.physics.ultrasound.compound import looks_of, steers_rad
from inplane.physics.ultrasound.phantom import phantom


def test_angles_lean_to_both_sides_or_all_to_the_needles() -> None:
    assert sum(steers_rad(ScannerControl(compound_angles=3))) == pytest.approx(0.0)
    leaning = steers_rad(ScannerControl(needle_steer_rad=-0.3, compound_angles=1))
    assert leaning[0] == 0.0
    assert all(-0.3 <= steer < 0 for steer in leaning[1:])
    assert looks_of(ScannerControl(needle_steer_rad=-0.3, compound_angles=1)) == len(leaning)


def test_needles_beam_brightens_a_steep_shaft_from_its_own_side_only() -> None:
    quiet = scan(phantom({"water": (None, -45.0, 1.5)}, seed=5), seed=5, n_samples=1024)
    view = needle_view(laid(float(np.deg2rad(35.0)), 22))
    shown: dict[float, float] = {}
    for steer in (-0.3, 0.0, 0.3):
        scanner = replace(view.scanner, needle_steer_rad=steer, gain_db=-6.0)
        for sequence in range(6):
            picture = quiet.frame(replace(view, scanner=scanner, sequence=sequence, time_s=sequence / 30))
        rows = picture.pixels[40:150].astype(float)
        shown[steer] = float(rows.max(axis=1).mean())
    assert shown[-0.3] > shown[0.0] + 15
    assert shown[0.3] < shown[0.0] + 5


@pytest.mark.parametrize("probe", load_atlas().probes.values(), ids=lambda probe: probe.id)
def test_lines_that_fan_out_have_no_needles_beam(probe: ProbeModel) -> None:
    scanner = replace(probe.default_scanner(), needle_steer_rad=0.2)
    if probe.shape == "linear":
        require_scanner(scanner, probe)
        scanner = replace(scanner, virtual_convex=True, compound_angles=1)
    probe_name = re.escape(probe.name)
    with pytest.raises(FormatError, match=f"needle_steer_rad of {probe_name} is 0.2. Expected 0"):
        require_scanner(scanner, probe)
