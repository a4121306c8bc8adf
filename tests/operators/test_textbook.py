"""What a person takes from earlier patients: finding their place in a new picture, and where hands begin."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from inplane.core import FormatError, LinearGeometry, ProbeControl, UnknownNameError
from inplane.operators import Earlier, Example, learned, likeness
from inplane.operators.by_picture import SEARCHES, PictureTarget
from inplane.operators.likeness import Likenesses
from inplane.operators.search import Search

PIXEL_MM = (0.2, 0.1)
LINES, SAMPLES = 192, 400


def picture(seed: int, *, x_mm: float = 0.0, y_mm: float = 15.0, scale: float = 1.0, gain: float = 1.0):
    """Layers over a dark oval with its neighbor, under speckle; (x, y) is the oval's middle."""
    x = ((np.arange(LINES) + 0.5 - LINES / 2) * PIXEL_MM[0])[:, None]
    y = ((np.arange(SAMPLES) + 0.5) * PIXEL_MM[1])[None, :]
    across, down = (x - x_mm) / scale, (y - y_mm) / scale
    tissue = 0.4 + 0.5 * (np.abs(down + 5 + 0.1 * across) < 0.5) + 0.4 * (np.abs(down - 6) < 0.7)
    tissue = np.where((across / 5) ** 2 + (down / 3) ** 2 < 1, 0.1, tissue)
    tissue = np.where((across - 8) ** 2 + (down + 1) ** 2 < 4, 0.9, tissue)
    rng = np.random.default_rng(seed)
    speckle = cv2.GaussianBlur(rng.rayleigh(1.0, (LINES, SAMPLES)).astype(np.float32), (0, 0), 1.5)
    return np.clip(120 * gain * tissue * speckle, 0, 255).astype(np.uint8)


def example(seed: int, **lies: float) -> Example:
    at = (lies.get("x_mm", 0.0), lies.get("y_mm", 15.0))
    return Example(grey=picture(seed, **lies), pixel_mm=PIXEL_MM, target_mm=at)


@pytest.fixture
def frame(make):
    def of(grey):
        geometry = LinearGeometry(
            n_lines=LINES, n_samples=SAMPLES, width_mm=LINES * PIXEL_MM[0], depth_mm=SAMPLES * PIXEL_MM[1]
        )
        return replace(make.frame(0.0), pixels=grey, geometry=geometry)

    return of


def earlier(number: int, *, press_n: float = 3.0, **lies: float) -> Earlier:
    return Earlier(
        example=example(number, **lies),
        landmarks_mm={"pulse": np.array([10.0 + number, 0.0, 5.0]), "far bone": np.array([60.0, 0.0, -40.0 * number])},
        probe=ProbeControl(x_mm=14.0 + number, z_mm=3.0, rotate_rad=0.3, press_n=press_n),
        target_mm=np.array([16.0 + number, 20.0, 4.0]),
        outward=1.0,
        steepness_rad=0.6,
        clear_mm=2.0 + number,
        sunk_mm=float(number),
    )


@pytest.mark.parametrize("lies", [{}, {"x_mm": 6.0}, {"x_mm": -4.0, "y_mm": 19.0}, {"scale": 1.12}, {"gain": 0.5}])
def test_a_place_is_found_wherever_it_lies_and_however_bright(frame, lies) -> None:
    found = Likenesses([example(1), example(2, x_mm=2.0), example(3, y_mm=14.0)]).find(frame(picture(9, **lies)))
    assert found is not None
    assert found.place_mm == pytest.approx((lies.get("x_mm", 0.0), lies.get("y_mm", 15.0)), abs=1.0)
    assert found.alike > 0.3


def test_another_place_is_less_alike(frame) -> None:
    known = Likenesses([example(1), example(2)])
    noise = np.random.default_rng(5).integers(0, 255, (LINES, SAMPLES), dtype=np.uint8)
    alike = [known.find(frame(grey)).alike for grey in (picture(8), noise)]
    assert alike[0] > 2 * alike[1]


def test_one_wrong_example_is_outvoted(frame) -> None:
    wrong = Example(grey=picture(4), pixel_mm=PIXEL_MM, target_mm=(8.0, 14.0))
    found = Likenesses([example(1), wrong, example(2)]).find(frame(picture(8)))
    assert found.place_mm == pytest.approx((0.0, 15.0), abs=1.0)


def test_where_next_to_nothing_is_shown_nothing_is_alike(frame, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond a sector's edge correlation is noise, however high: here a copy of the target far too faint to be seen."""
    grey = (120 * np.random.default_rng(4).rayleigh(0.3, (LINES, SAMPLES))).astype(np.uint8)
    faint = slice(LINES // 4, None)
    grey[faint] = picture(9, x_mm=6.0, gain=0.03)[faint]
    known = Likenesses([example(1), example(2), example(3)])
    found = known.find(frame(grey))
    assert found is not None
    assert found.alike < 0.5
    monkeypatch.setattr(likeness, "LEAST_POWER", 0.0)
    fooled = known.find(frame(grey))
    assert fooled is not None
    assert fooled.place_mm == pytest.approx((6.0, 15.0), abs=1.5)
    assert fooled.alike > found.alike + 0.2


def test_a_picture_that_is_too_small_tells_nothing(make) -> None:
    small = LinearGeometry(n_lines=24, n_samples=32, width_mm=8.0, depth_mm=8.0)
    shown = replace(make.frame(0.0), pixels=np.zeros((24, 32), np.uint8), geometry=small)
    assert Likenesses([example(1)]).find(shown) is None


def test_nonsense_is_refused() -> None:
    with pytest.raises(FormatError, match="No example was given"):
        Likenesses([])
    with pytest.raises(FormatError, match="Expected \\(lines, samples\\) of uint8"):
        Example(grey=np.zeros((4, 4)), pixel_mm=PIXEL_MM, target_mm=(0.0, 0.0))
    with pytest.raises(FormatError, match="share no landmark"):
        learned([])


def test_ways_are_counted_from_the_landmark_that_tells_them_best() -> None:
    book = learned([earlier(0), earlier(1, press_n=5.0), earlier(2, press_n=5.0)])
    assert book.landmark == "pulse"
    assert (book.probe.x_mm, book.probe.z_mm, book.probe.press_n) == pytest.approx((4.0, -2.0, 5.0))
    assert book.beside_mm == pytest.approx((6.0, -1.0))
    assert (book.depth_mm, book.steepness_rad, book.sunk_mm) == pytest.approx((20.0, 0.6, 1.0))
    view = book.view({"pulse": (-3.0, 8.0)})
    assert (view.x_mm, view.z_mm) == pytest.approx((1.0, 6.0))
    with pytest.raises(UnknownNameError, match="palpated landmark"):
        book.view({"far bone": (0.0, 0.0)})


def test_the_left_side_is_the_mirror_image(frame) -> None:
    right = learned([earlier(0, x_mm=5.0), earlier(1, x_mm=4.0)])
    left = right.of("left")
    assert right.of("right") is right
    assert (left.probe.x_mm, left.probe.rotate_rad, left.beside_mm[0]) == (-4.0, -0.3, -6.0)
    assert (left.outward, left.target_mm[0]) == (-1.0, pytest.approx(-right.target_mm[0]))
    found = Likenesses(left.examples).find(frame(picture(9, x_mm=5.0)[::-1].copy()))
    assert found.place_mm == pytest.approx((-5.0, 15.0), abs=1.0)


def test_the_plane_most_alike_is_gone_back_to_and_the_place_followed(frame, make) -> None:
    start = ProbeControl(x_mm=0.0, z_mm=0.0)
    target = PictureTarget(start, learned([earlier(0), earlier(1)]))
    noise = np.random.default_rng(5).integers(0, 255, (LINES, SAMPLES), dtype=np.uint8)
    for across_mm in (0.0, 4.0, -4.0):
        shown = frame(picture(7, x_mm=3.0) if across_mm == 4.0 else noise)
        for _ in range(3):
            target.look(shown, make.scene(), start, across_mm=across_mm)
    assert not target.settle(last=False)
    assert target.settle(last=True)
    assert target.across_mm == 4.0
    for _ in range(40):
        target.follow(frame(picture(7, x_mm=5.0)), make.scene(), start, needle_in=False)
    assert target.place_mm == pytest.approx((5.0, 15.0), abs=1.0)
    target.follow(frame(picture(7, x_mm=8.0)), make.scene(), start, needle_in=True)
    assert target.place_mm == pytest.approx((5.0, 15.0), abs=1.0)


def test_where_nothing_is_alike_nothing_is_found(frame, make) -> None:
    target = PictureTarget(ProbeControl(), learned([earlier(0), earlier(1)]))
    target.look(frame(np.zeros((LINES, SAMPLES), np.uint8)), make.scene(), ProbeControl(), across_mm=0.0)
    assert not target.settle(last=True)
    assert target.place_mm is None


def test_a_search_ends_and_the_next_begins_elsewhere() -> None:
    search = Search(SEARCHES)
    assert (search.across_mm, search.last) == (0.0, False)
    places = [search.outward_mm(t) for t in (0.0, 0.5, 0.75, 1.5, 2.25, 2.9)]
    assert places == pytest.approx([0.0, 4.0, 6.0, 0.0, -6.0, -0.8])
    assert search.outward_mm(3.0) is None
    search.begin_next(3.0)
    assert (search.across_mm, search.outward_mm(3.5)) == (4.0, pytest.approx(4.0))
    for _ in range(3):
        search.begin_next(6.0)
    assert search.last
