"""How a patient moves by itself: heartbeat and breathing."""

from math import exp, floor, pi, sin

from inplane.anatomy.patient import Physiology


def _bump(phase: float, centre: float, width: float) -> float:
    """A Gaussian bump on the circle of one beat."""
    away = phase - centre
    away -= floor(away + 0.5)
    return exp(-0.5 * (away / width) ** 2)


def heartbeat(physiology: Physiology, time_s: float) -> tuple[float, float, float]:
    """What beats now: (artery radius, artery velocity, vein velocity) as factors.

    Radius: 1 + strain w, w in [0, 1], a fast upstroke with a dicrotic shoulder. Artery velocity: of its systolic peak,
    triphasic: forwards, early reverse (about a fifth), small forwards. Vein: of its mean, falling with inspiration.
    The shapes are chosen to resemble femoral Doppler tracings (Jager KA et al. 1985); their times follow the beat.

    Args:
        physiology: of the patient.
        time_s: since any moment.
    """
    beat = time_s * physiology.heart_rate_hz
    phase = beat - floor(beat)
    wave = 0.9 * _bump(phase, 0.17, 0.07) + 0.42 * _bump(phase, 0.36, 0.11) + 0.12 * _bump(phase, 0.6, 0.15)
    radius = 1.0 + physiology.artery_strain * min(wave, 1.0)
    velocity = (
        1.02 * _bump(phase, 0.14, 0.05)
        - 0.26 * _bump(phase, 0.33, 0.055)
        + 0.12 * _bump(phase, 0.52, 0.07)
        + 0.02 * (1.0 - _bump(phase, 0.33, 0.1))
    )
    breath = sin(2 * pi * physiology.breathing_rate_hz * time_s)
    return radius, velocity, 1.0 + 0.55 * breath + 0.08 * sin(2 * pi * beat)
