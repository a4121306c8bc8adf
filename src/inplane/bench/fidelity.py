"""Bench `fidelity`: the ultrasound engine against closed forms and against PyMUST, on phantoms.

Formula, derivation and tolerance of each check: docs/reference/fidelity.md.
"""

from collections.abc import Callable
from dataclasses import dataclass

from inplane.bench._fidelity_beam import axial_width, lateral_width, speckle_snr, speckle_width, tissue_lock
from inplane.bench._fidelity_medium import attenuation, doppler_alias, enhancement, interface
from inplane.bench._fidelity_needle import needle_visibility
from inplane.bench._fidelity_peer import against_pymust, parts
from inplane.bench._fidelity_speckle import compounding, elevation, gcnr
from inplane.bench._fidelity_travel import anisotropy, travel_time
from inplane.bench.report import Figure, Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check: figure name, unit, what has to hold in words, and what measures it.

    `measure(seed, quick)` gives the figure's value (None where it could not be measured, for the reason `without`), how
    many measurements are behind it, and whether all of it holds. `parts(seed, quick)` are figures that it was made of.
    """

    name: str
    unit: str
    holds: str
    measure: Callable[[int, bool], tuple[float | None, int, bool]]
    parts: Callable[[int, bool], list[Figure]] | None = None
    without: str = ""


CHECKS = (
    Check(
        name="check_01_speckle_snr",
        unit="",
        holds="1.82 to 2.00, and sigma of the log envelope 5.57 dB within 0.3 (chosen: the same relative range)",
        measure=speckle_snr,
    ),
    Check(name="check_02_axial_width", unit="mm", holds="0.441 c/(B f0) within 5 % (chosen)", measure=axial_width),
    Check(name="check_03_lateral_width", unit="mm", holds="0.886 lambda F# within 5 % (chosen)", measure=lateral_width),
    Check(
        name="check_04_speckle_to_point_width",
        unit="",
        holds="1 within 10 % (chosen: sampling error of the autocorrelation), axial and lateral",
        measure=speckle_width,
    ),
    Check(
        name="check_05_tissue_lock",
        unit="",
        holds=">= 0.95, the worst of whole-line, sub-line and depth shifts",
        measure=tissue_lock,
    ),
    Check(
        name="check_06_elevation_error",
        unit="",
        holds="correlation of intensity exp(-d²/(2 sigma²)) within 0.05 (chosen), at the lens's focus and 10 mm off it",
        measure=elevation,
    ),
    Check(
        name="check_07_compounding_to_formula",
        unit="",
        holds="1 within 5 % (chosen: as check 1), 1, 2, 3 and 5 looks",
        measure=compounding,
    ),
    Check(
        name="check_08_attenuation_error",
        unit="%",
        holds="slope 2 alpha f within 3 % (chosen), the worst of three tissues at three frequencies",
        measure=attenuation,
    ),
    Check(
        name="check_09_interface_error_db",
        unit="dB",
        holds="echo R and transmission (1 - R)² within 0.5 dB (chosen), normal and oblique",
        measure=interface,
    ),
    Check(
        name="check_10_enhancement_db",
        unit="dB",
        holds="3.8 within 0.4 (chosen), and bone's shadow >= 30 dB",
        measure=enhancement,
    ),
    Check(
        name="check_11_travel_time",
        unit="mm",
        holds="shown at sum d 1540/c within 0.05 mm (chosen), points and a bayonet; reverberations d 1540/c_lumen, 3 %",
        measure=travel_time,
    ),
    Check(
        name="check_12_needle_visibility",
        unit="",
        holds="R² of dB against 0 to 65 degrees >= 0.98 (chosen), slope within 5 %, thinner darker, shares at 75",
        measure=needle_visibility,
    ),
    Check(
        name="check_13_anisotropy",
        unit="deg",
        holds="tendon equals muscle at 2 to 7 degrees, darker beyond; 36 dB within 2 to nadir; nerve 3 dB by 10",
        measure=anisotropy,
    ),
    Check(
        name="check_14_doppler_alias",
        unit="v_N",
        holds="1.2 v_N shows as -0.8 within 0.06 (chosen), 0.5 as 0.5, and Nyquist is c PRF/(4 f0)",
        measure=doppler_alias,
    ),
    Check(
        name="check_15_gcnr_error",
        unit="",
        holds="k^(-1/(k-1)) - k^(-k/(k-1)) within 0.02 (chosen), at 10 and 20 dB",
        measure=gcnr,
    ),
    Check(
        name="check_16_pymust",
        unit="",
        holds="no part differs by more than it may (1): point spread, side lobes, speckle, lesions",
        measure=against_pymust,
        parts=parts,
        without="PyMUST is not installed (extra: peers)",
    ),
)


def run(*, quick: bool, seed: int, progress: Progress) -> list[Figure]:
    """`checks_passed` and every check's own figure.

    Args:
        quick: fewer phantoms and poses.
        seed: of speckle, noise and poses; the checks hold for any.
        progress: told what comes next.
    """
    figures: list[Figure] = []
    passed = 0
    for index, check in enumerate(CHECKS):
        progress(f"fidelity: {check.name}", index / len(CHECKS))
        value, n, holds = check.measure(seed, quick)
        passed += holds
        verdict = "holds" if holds else "DOES NOT HOLD"
        why = check.without if value is None else f"{verdict}: {check.holds}"
        figures.append(Figure(check.name, value, check.unit, n=n, why=why))
        figures += check.parts(seed, quick) if check.parts else []
    why = f"of the sixteen; {len(CHECKS)} are measured"
    return [Figure("checks_passed", passed, n=len(CHECKS), why=why), *figures]
