"""What a screen makes of the amplitude: compounding, persistence, maps, output, edges."""

from dataclasses import replace

import numpy as np
import pytest

from inplane.bench._fidelity_phantoms import at, look, scan
from inplane.core import GreyMap
from inplane.physics.ultrasound import Scan, View
from inplane.physics.ultrasound.phantom import phantom
from inplane.physics.ultrasound.show import grey_map


@pytest.fixture
def made() -> Scan:
    return scan(phantom({"muscle": (None, 0.0, 1.7)}, seed=6), seed=6)


def _shots(made: Scan, view: View, n: int) -> list[np.ndarray]:
    return [made.frame(replace(view, sequence=k, time_s=k / 30)).pixels.astype(float) for k in range(n)]


def test_more_angles_make_smoother_speckle(made: Scan) -> None:
    def unrest(angles: int) -> float:
        part = _shots(made, look(at(), compound_angles=angles), 8)[-1][40:-40, 100:200]
        return float(part.std() / part.mean())

    one, three, five = (unrest(angles) for angles in (1, 3, 5))
    assert five < three < one


def test_persistence_smooths_noise_and_lags_behind(made: Scan) -> None:
    """Of a still picture only the noise changes from frame to frame: less with persistence."""

    def flicker(stay: float) -> float:
        shots = _shots(made, look(at(), compound_angles=1, persistence=stay, gain_db=20.0), 8)
        return float(np.abs(shots[-1] - shots[-2])[:, 400:].mean())

    assert flicker(0.8) < 0.5 * flicker(0.0)
    before = _shots(made, look(at(), compound_angles=1, persistence=0.8), 4)[-1]
    moved = replace(look(at(3.0), compound_angles=1, persistence=0.8), sequence=4, time_s=4 / 30)
    lagging = made.frame(moved).pixels.astype(float)
    alone = scan(made.patient, seed=6).frame(moved).pixels.astype(float)
    near = np.corrcoef(lagging[:, 60:300].ravel(), before[:, 60:300].ravel())[0, 1]
    assert near > np.corrcoef(alone[:, 60:300].ravel(), before[:, 60:300].ravel())[0, 1] + 0.2


def test_maps_order_the_middle_greys_and_keep_the_ends() -> None:
    maps = {kind: grey_map(kind) for kind in GreyMap}
    for kind, table in maps.items():
        assert (table[0], table[-1]) == (0, 255), kind
        assert (np.diff(table.astype(int)) >= 0).all()
    middle = [int(maps[kind][1024]) for kind in (GreyMap.LINEAR, GreyMap.SOFT, GreyMap.STANDARD, GreyMap.CONTRAST)]
    assert middle == sorted(middle, reverse=True)


def test_less_output_is_darker_and_no_less_noisy(made: Scan) -> None:
    full, less = (_shots(made, look(at(), transmit_db=db), 3)[-1] for db in (0.0, -12.0))
    assert less[:, 60:200].mean() < 0.75 * full[:, 60:200].mean()
    empty = scan(phantom({"water": (None, -48.0, 1.55)}, seed=6), seed=6)
    loud = [_shots(empty, look(at(), transmit_db=db, gain_db=30.0), 3)[-1][:, 300:].mean() for db in (0.0, -12.0)]
    assert loud[0] > 10.0
    assert loud[1] == pytest.approx(loud[0], rel=0.02)


def test_a_harmonic_is_cleaner_near_the_face_and_narrower(made: Scan) -> None:
    """Its level builds up with depth; so near tissue is darker against deeper tissue than at the fundamental."""
    knobs = {"frequency_hz": 5e6, "compound_angles": 1}
    plain, second = (made.envelope(look(at(), harmonic=on, **knobs)) for on in (False, True))
    near, deep = slice(20, 60), slice(150, 220)
    rise = [float(shot[:, deep].mean() / shot[:, near].mean()) for shot in (plain, second)]
    assert rise[1] > rise[0]
    widths = []
    for shot in (plain, second):
        part = shot[:, 150:220].astype(np.float64)
        part = part / part.mean() - 1.0
        lag = [float((part[: 192 - k] * part[k:]).mean()) for k in range(8)]
        widths.append(float(np.interp(0.5, (np.array(lag) / lag[0])[::-1], np.arange(8.0)[::-1])))
    assert widths[1] < widths[0]


def test_a_harmonic_is_shown_as_bright_as_the_fundamental(made: Scan) -> None:
    """The receiver makes up for what a harmonic is weaker; nobody turns a knob for it."""
    knobs = {"frequency_hz": 5e6, "compound_angles": 3}
    plain, second = (_shots(made, look(at(), harmonic=on, **knobs), 3)[-1][:, 150:260].mean() for on in (False, True))
    assert plain > 20
    assert second == pytest.approx(plain, rel=0.2)
