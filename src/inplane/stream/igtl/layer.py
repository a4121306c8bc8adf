"""Pictures of the network made into frames: the layout is looked for anew when size, scale or orientation change."""

from collections.abc import Sequence
from dataclasses import replace

from inplane.core import Calibration, Frame, InplaneError, InputError, PictureGeometry
from inplane.stream.file_source import Finder
from inplane.stream.files.media import MediaInfo
from inplane.stream.frame_maker import FrameMaker, upright
from inplane.stream.igtl.received import Received
from inplane.stream.screen.layout import Layout

SAME_SCALE = 1e-3
"""Share by which a pixel's size may differ and still be the same. chosen: a depth knob does more, float32 less."""


class Layer:
    """Lays the pictures of one stream.

    Args:
        find: finds the layout; `screen.find.find_layout` if None.
    """

    def __init__(self, find: Finder | None = None) -> None:
        self._find = find
        self._told: MediaInfo | None = None
        self._calibration: Calibration | None = None
        self._maker: FrameMaker | None = None
        self._keep_color = False
        self.notes: tuple[str, ...] = ()
        self.layouts = 0

    @property
    def geometry(self) -> PictureGeometry:
        """Of the frames now."""
        return self._made.geometry

    @property
    def calibration(self) -> Calibration:
        """How the frames' millimetres are known now."""
        return self._made.calibration

    @property
    def _made(self) -> FrameMaker:
        """The maker for pictures like the last.

        Raises:
            InputError: none was looked at.
        """
        if self._maker is None:
            raise InputError("No picture was looked at yet. Expected look() first.")
        return self._maker

    @property
    def told(self) -> MediaInfo | None:
        """What the sender said of its pictures when they were last looked at; None before."""
        return self._told

    def look(self, pictures: Sequence[Received]) -> None:
        """Looks at pictures of one size; where nothing is found in them, the whole of them is taken.

        Raises:
            FormatError: they cannot be used in any way.
        """
        newest = pictures[-1]
        turned = [upright(one.picture, one.info) for one in pictures]
        info = turned[-1][1]
        pixels = [picture.pixels for picture, _ in turned]
        self._told, self._calibration = newest.info, newest.calibration
        self._keep_color = False
        self.layouts += 1
        try:
            layout = _with_calibration((self._find or _find_layout())(pixels, info), newest)
            self._maker = FrameMaker(info, layout)
            failed = ()
        except InplaneError as error:
            self._maker = FrameMaker(info, _whole(info))
            failed = (f"No layout was found, so the whole picture is taken: {error}",)
        self.notes = tuple(dict.fromkeys((*newest.info.notes, *failed, *self._maker.notes)))

    def frame(self, received: Received, *, number: int, time_s: float) -> Frame:
        """The frame of a picture.

        Args:
            received: the picture.
            number: its sequence number.
            time_s: since the first.

        Raises:
            FormatError: the picture cannot be used in any way.
        """
        if not self._fits(received):
            self.look([received])
        turned, _ = upright(received.picture, received.info)
        frame = self._made.frame(turned, number, time_s, keep_color=self._keep_color)
        self._keep_color = frame.rgb is not None
        return frame

    def _fits(self, received: Received) -> bool:
        """Whether a picture is like those that were looked at."""
        told, info = self._told, received.info
        if told is None or received.calibration != self._calibration:
            return False
        if (told.rows, told.columns, told.orientation, told.whole) != (
            info.rows,
            info.columns,
            info.orientation,
            info.whole,
        ):
            return False
        if told.pixel_mm is None or info.pixel_mm is None:
            return told.pixel_mm is info.pixel_mm
        return all(abs(a - b) <= SAME_SCALE * a for a, b in zip(told.pixel_mm, info.pixel_mm, strict=True))


def _with_calibration(layout: Layout, received: Received) -> Layout:
    """The layout with the sender's own word on how sure its scale is, where the scale is the sender's."""
    if received.calibration is Calibration.ESTIMATED and layout.calibration is Calibration.CALIBRATED:
        note = "The sender has read its scale off a ruler: estimated."
        return replace(layout, calibration=Calibration.ESTIMATED, notes=(*layout.notes, note))
    return layout


def _whole(info: MediaInfo) -> Layout:
    """The whole picture with the scale that was told."""
    known = info.pixel_mm is not None
    calibration = Calibration.CALIBRATED if known else Calibration.UNCALIBRATED
    size = (info.columns, info.rows)
    return Layout(x0=0, y0=0, x1=size[0], y1=size[1], field=None, pixel_mm=info.pixel_mm, calibration=calibration)


def _find_layout() -> Finder:
    from inplane.stream.screen.find import find_layout

    return find_layout
