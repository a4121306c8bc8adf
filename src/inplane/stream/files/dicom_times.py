"""When the frames of a DICOM cine were taken. DICOM PS3.3 C.7.6.5, Cine Module."""

from dataclasses import dataclass

from inplane.stream.files.dicom_tags import Tags

MIN_RATE_HZ, MAX_RATE_HZ = 0.05, 2000.0
"""Rates that are believed. chosen: one frame in 20 s, and plane-wave imaging."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Time of each frame.

    Args:
        rate_hz: frames a second; None where the file does not say.
        delay_s: from the file's time to its first frame.
        at_s: of each frame, where the file lists them; () where they are regular.
        notes: what is odd.
    """

    rate_hz: float | None = None
    delay_s: float = 0.0
    at_s: tuple[float, ...] = ()
    notes: tuple[str, ...] = ()

    def time_s(self, index: int) -> float | None:
        """When a frame was taken, in the file's own clock; None where nobody knows."""
        if index < len(self.at_s):
            return self.at_s[index]
        if self.rate_hz is None:
            return None
        late = index - len(self.at_s) + 1
        return self.at_s[-1] + late / self.rate_hz if self.at_s else self.delay_s + index / self.rate_hz


def times_of(tags: Tags, frames: int) -> Times:
    """Times of so many frames: FrameTimeVector, else FrameTime, CineRate, RecommendedDisplayFrameRate."""
    if frames < 2:
        return Times()
    delay_s = max(0.0, (tags.number("FrameDelay") or 0.0) / 1000)
    steps_ms = tags.numbers("FrameTimeVector")
    if len(steps_ms) >= frames and all(step >= 0 for step in steps_ms) and sum(steps_ms[1:frames]) > 0:
        at_s, now_s = [delay_s], delay_s
        for step_ms in steps_ms[1:frames]:
            now_s += step_ms / 1000
            at_s.append(now_s)
        rate_hz = _believed((frames - 1) / (at_s[-1] - at_s[0]))
        if rate_hz is not None:
            return Times(rate_hz=rate_hz, delay_s=delay_s, at_s=tuple(at_s))
    frame_ms = tags.number("FrameTime")
    by_time = _believed(1000 / frame_ms) if frame_ms else None
    by_rate = _believed(tags.number("CineRate")) or _believed(tags.number("RecommendedDisplayFrameRate"))
    notes: tuple[str, ...] = ()
    if by_time and by_rate and not 0.8 < by_time / by_rate < 1.25:
        notes = (f"FrameTime says {by_time:.4g} frames a second, the display rate {by_rate:.4g}: the first is used.",)
    if frame_ms and by_time is None:
        notes = (f"FrameTime of {frame_ms:g} ms is not believed.",)
    return Times(rate_hz=by_time or by_rate, delay_s=delay_s, notes=notes)


def _believed(rate_hz: float | None) -> float | None:
    return rate_hz if rate_hz is not None and MIN_RATE_HZ <= rate_hz <= MAX_RATE_HZ else None
