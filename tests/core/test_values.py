"""Errors say what came and what was expected; a number has a source; a frame fits its geometry."""

import numpy as np
import pytest

from inplane.core import (
    Calibration,
    Citation,
    CitedValue,
    FormatError,
    Frame,
    Grade,
    InplaneError,
    InputError,
    LinearGeometry,
    RangeError,
    ResourceError,
    Signals,
    SpaceError,
    UnknownNameError,
    require_range,
)


@pytest.mark.parametrize("kind", [UnknownNameError, RangeError, FormatError, SpaceError])
def test_bad_input_is_an_input_error(kind: type[InplaneError]) -> None:
    assert issubclass(kind, InputError)
    assert issubclass(kind, InplaneError)


def test_a_refusing_machine_is_no_bad_input() -> None:
    assert issubclass(ResourceError, InplaneError)
    assert not issubclass(ResourceError, InputError)


def test_an_unknown_name_lists_the_known() -> None:
    error = UnknownNameError("procedure", "brain_block", ["a", "b"])
    assert str(error) == "Unknown procedure 'brain_block'. Expected one of: 'a', 'b'."
    assert str(UnknownNameError("probe", 3, [])) == "Unknown probe 3. Expected one of: none."


def test_a_range_gives_back_its_value_or_tells_its_ends() -> None:
    assert require_range("depth_mm", 5, 5, 6) == 5.0
    with pytest.raises(RangeError, match="^depth_mm is 7 mm. Expected a number from 5 to 6 mm.$"):
        require_range("depth_mm", 7, 5, 6, "mm")
    with pytest.raises(RangeError, match="^n is nan. Expected a number from 5 to 6.$"):
        require_range("n", float("nan"), 5, 6)


def test_no_number_without_a_source() -> None:
    assert CitedValue(value=2.0, unit="mm", source=("label",), grade=Grade.A).review == "unreviewed"
    for source in ((), ("",), ("label", " ")):
        with pytest.raises(FormatError, match="has no source. Expected at least one citation"):
            CitedValue(value=2.0, unit="mm", source=source, grade=Grade.A)
    with pytest.raises(FormatError, match="CitedValue is inf. Expected a finite number"):
        CitedValue(value=float("inf"), unit="mm", source=("label",), grade=Grade.A)


@pytest.mark.parametrize(("key", "text"), [("", "A book."), ("book", " ")])
def test_a_citation_is_filled(key: str, text: str) -> None:
    with pytest.raises(FormatError, match="Expected both to be filled"):
        Citation(key=key, text=text)


@pytest.mark.parametrize("pixels", [np.zeros((32, 16), np.uint8), np.zeros((16, 32), np.float32)])
def test_a_frame_fits_its_geometry(pixels: np.ndarray) -> None:
    geometry = LinearGeometry(n_lines=16, n_samples=32, width_mm=38, depth_mm=40)
    with pytest.raises(FormatError, match=r"Expected \(16, 32\) of uint8"):
        Frame(
            sequence=0,
            time_s=0,
            pixels=pixels,
            geometry=geometry,
            calibration=Calibration.CALIBRATED,
            signals=Signals(),
        )
