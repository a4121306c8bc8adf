"""Fidelity of media and flow: checks 8, 9, 10, 14. Each gives value, number of measurements, whether it holds."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from inplane.atlas import Tissue, load_atlas
from inplane.bench._fidelity_phantoms import SILENT_DB, at, db, look, rms, scan
from inplane.core import Mode
from inplane.physics.ultrasound.phantom import below, cylinder, phantom

WATER = 1.5
N_SAMPLES = 2048
"""Fine enough that a thin echo's peak does not depend on where it lies between samples."""


def attenuation(seed: int, quick: bool) -> tuple[float, int, bool]:
    """Check 8: slope in dB/cm against water with the same speckle (reference phantom), worst error in per cent."""
    atlas = load_atlas()
    tissues = ("muscle",) if quick else ("muscle", "fat", "blood")
    depth_cm = (np.arange(512) + 0.5) * 4.0 / 512
    use = slice(120, 480)
    worst, n = 0.0, 0
    for name in tissues:
        reference = scan(phantom({"water": (None, 0.0, WATER)}, seed=seed), seed=seed)
        sample = scan(phantom({name: (None, 0.0, WATER)}, seed=seed), seed=seed)
        for frequency in (5e6, 8e6, 12e6):
            view = look(at(), frequency_hz=frequency)
            fall = db(rms(sample.envelope(view)) / rms(reference.envelope(view)))
            slope = -np.polyfit(depth_cm[use], fall[use], 1)[0]
            want = _loss(atlas.tissue(name), frequency) - _loss(atlas.tissue("water"), frequency)
            worst, n = max(worst, abs(slope / want - 1.0) * 100.0), n + 1
    return float(worst), n, worst <= 3.0


def _loss(tissue: Tissue, frequency_hz: float) -> float:
    """2 alpha f^b, dB/cm."""
    mhz = frequency_hz / 1e6
    return 2.0 * tissue.attenuation_db_cm_mhz.value * mhz**tissue.attenuation_exponent.value


def _plate(
    z1: float, z2: float, tissue: str, seed: int, *, slope: float = 0.0, echo_db: float = SILENT_DB
) -> NDArray[np.float64]:
    """Envelope of a flat interface at 20 mm between water of impedance z1 and a tissue of z2."""
    parts = {"water": (None, echo_db, z1), tissue: (below(20.0, slope), echo_db, z2)}
    made = scan(phantom(parts, seed=seed), seed=seed, n_samples=N_SAMPLES, speed_m_s=None)
    return made.envelope(look(at())).astype(np.float64)


def reflected(z1: float, z2: float, c1: float, c2: float, angle_rad: float) -> float:
    """R = ((Z2 cos ti - Z1 cos tt) / (Z2 cos ti + Z1 cos tt))² with Snell."""
    sine = np.sin(angle_rad) * c2 / c1
    if sine >= 1.0:
        return 1.0
    ci, ct = np.cos(angle_rad), np.sqrt(1.0 - sine**2)
    return float(((z2 * ci - z1 * ct) / (z2 * ci + z1 * ct)) ** 2)


def interface(seed: int, quick: bool) -> tuple[float, int, bool]:
    """Check 9: echoes against a reference reflector (R of 1.5 to 3 MRayl), and transmission through tilted interfaces.

    Muscle to cortical bone 0.348 and fat to muscle 0.019 as energies, the impedances of the design note; transmission
    as the loss of speckle behind the interface against the same speckle without it. Value: the worst error in dB.
    """
    part = slice(920, 1200)
    reference = (_plate(1.5, 3.0, "connective", seed)[40:-40, part].max(axis=1) ** 2).mean()
    worst, n = 0.0, 0
    for z1, z2, tissue, want in ((1.73, 6.71, "cortical_bone", 0.348), (1.31, 1.73, "muscle", 0.019)):
        echo = (_plate(z1, z2, tissue, seed)[40:-40, part].max(axis=1) ** 2).mean()
        measured = echo / reference * reflected(1.5, 3.0, 1.0, 1.0, 0.0)
        worst, n = max(worst, abs(float(10.0 * np.log10(measured / want)))), n + 1
    speed = {name: load_atlas().tissue(name).sound_speed_m_s.value for name in ("water", "blood")}
    for degrees in (0.0, 40.0) if quick else (0.0, 20.0, 40.0, 50.0):
        angle = np.deg2rad(degrees)
        slope = float(np.tan(angle))
        behind = _plate(1.5, 3.0, "blood", seed, slope=slope, echo_db=0.0)[92:100, 1200:]
        without = _plate(1.5, 1.5, "blood", seed, slope=slope, echo_db=0.0)[92:100, 1200:]
        lost = float(db(float(np.median(behind / without))))
        want = float(20.0 * np.log10(1.0 - reflected(1.5, 3.0, speed["water"], speed["blood"], angle)))
        worst, n = max(worst, abs(lost - want)), n + 1
    return float(worst), n, worst <= 0.5


def enhancement(seed: int, _quick: bool) -> tuple[float, int, bool]:
    """Check 10: behind a 5 mm artery at 10 MHz, dB; and behind bone at least 30 dB less, noise and clutter included."""
    plain = {"muscle": (None, 0.0, 1.73)}
    shots: list[NDArray[np.float64]] = []
    for parts in (plain, {**plain, "blood": (cylinder(0.0, 15.0, 2.5), -40.0, 1.73)}):
        made = scan(phantom(parts, seed=seed), seed=seed)
        shots.append(rms(made.envelope(look(at()))[94:98, 260:480].ravel()[None, :], axis=1))
    gained = float(db(shots[1] / shots[0])[0])
    bone = {**plain, "cortical_bone": (below(10.0), 0.0, 6.71)}
    bodies = [scan(phantom(parts, seed=seed), seed=seed, clutter=1.0) for parts in (plain, bone)]
    dark = [made.envelope(look(at()), noise=True) for made in bodies]
    behind = slice(180, 307)  # 4 to 14 mm behind its surface: nearer, its own reverberations lie
    shadow = float(db(rms(dark[0][:, behind].ravel()) / rms(dark[1][:, behind].ravel())))
    return gained, 2, bool(abs(gained - 3.8) <= 0.4 and shadow >= 30.0)


def doppler_alias(seed: int, quick: bool) -> tuple[float, int, bool]:
    """Check 14: what 1.2 Nyquist speeds towards the probe show as, in Nyquist speeds; circular mean over frames."""
    frames = 12 if quick else 36
    tilt = 0.5
    along = np.linspace(-40.0, 40.0, 161)
    axis = np.stack([along * np.cos(tilt), 20.0 + along * np.sin(tilt), 0.0 * along], axis=-1)

    def lumen(x: NDArray[np.float64], y: NDArray[np.float64], z: NDArray[np.float64]) -> NDArray[np.bool_]:
        return np.hypot((y - 20.0) * np.cos(tilt) - x * np.sin(tilt), z) < 3.0

    parts = {"muscle": (None, 0.0, 1.73), "blood": (lumen, -40.0, 1.66)}
    made = scan(phantom(parts, seed=seed, vessel=(axis, 3.0)), seed=seed)
    shown: list[float] = []
    nyquist_right = True
    for prf, frequency, share in ((3000.0, 6e6, 1.2), (2000.0, 8e6, 0.5), (4000.0, 5e6, 1.2)):
        nyquist = 1540.0 * prf / (4.0 * frequency)
        view = look(at(), frequency_hz=frequency)
        knobs = replace(view.scanner, mode=Mode.COLOR, prf_hz=prf, color_box_mm=(-12.0, 8.0, 12.0, 32.0))
        mean_m_s = -share * nyquist / 2.0 / np.sin(tilt)  # Poiseuille: the middle is twice as fast
        turns: list[complex] = []
        for sequence in range(frames):
            now = replace(view, scanner=knobs, sequence=sequence, flow_m_s={2: float(mean_m_s)})
            color = made.frame(now).color
            if color is None:
                return 0.0, 0, False
            i, j = 96 - color.first_line, 256 - color.first_sample
            turns.append(np.exp(1j * np.pi * color.velocity[i - 1 : i + 2, j - 2 : j + 3] / 127.0).mean())
            nyquist_right &= abs(color.nyquist_m_s / nyquist - 1.0) < 1e-6
        shown.append(float(np.angle(np.mean(turns)) / np.pi))
    errors = [abs(shown[0] + 0.8), abs(shown[1] - 0.5), abs(shown[2] + 0.8)]
    return shown[0], frames * len(shown), bool(max(errors) <= 0.06 and nyquist_right)
