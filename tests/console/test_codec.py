"""Messages to JSON and back: what is well formed comes through whole, anything else is refused with a reason."""

import json
from dataclasses import fields, is_dataclass, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inplane.console.codec import decode, encode, from_wire, to_wire
from inplane.console.hands import Start, starting_hands
from inplane.console.messages import FROM_PAGE, Aftercare, Choose, Form, Freeze, Hands, Hello
from inplane.core import FormatError, InputError, Mode, ProbeControl, RangeError, ScannerControl

HANDS = starting_hands(1, Start(probe=ProbeControl(x_mm=3.0), scanner=ScannerControl(mode=Mode.COLOR)))
GOOD = [
    HANDS,
    Hello(page="abcdefgh", last_event=-1),
    Freeze(on=True),
    Form(indication="pain", side="left", checklist=("a", "b"), time_out=True),
    Aftercare(done=()),
    Choose(procedure_id="hip_joint_injection", side="right", seed=3, level=4, lesson=False),
]


@pytest.mark.parametrize("message", GOOD, ids=lambda message: type(message).__name__)
def test_a_message_comes_back_as_it_was(message: object) -> None:
    assert decode(encode(message), FROM_PAGE) == message


def test_every_message_of_the_page_is_known_by_its_name() -> None:
    assert all(is_dataclass(kind) and name == kind.__name__ for name, kind in FROM_PAGE.items())


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "is not JSON"),
        ("{", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("[1]", "is a list"),
        ("3", "is a int"),
        ("{}", "has type None"),
        ('{"type": "Tick"}', "has type 'Tick'"),
        ('{"type": ["Hands"]}', "has type"),
        ('{"type": "Freeze"}', "lacks on"),
        ('{"type": "Freeze", "on": 1}', "Freeze.on is 1. Expected bool"),
        ('{"type": "Freeze", "on": true, "off": false}', "unknown fields"),
        ('{"type": "Drawn", "delivery": 1.5, "sequence": 2}', "Expected a whole number"),
        ('{"type": "Drawn", "delivery": true, "sequence": 2}', "Expected a whole number"),
        ('{"type": "Hello", "page": "x", "last_event": 0}', "Expected 8 to 64"),
        ('{"type": "Form", "indication": "", "side": "up", "checklist": [], "time_out": true}', "Expected one of"),
        ('{"type": "Aftercare", "done": "all"}', "Expected a list"),
        ('{"type": "Cine", "back": NaN}', "is not a JSON number"),
    ],
)
def test_what_is_malformed_is_refused_with_a_reason(text: str, told: str) -> None:
    with pytest.raises(FormatError, match=told):
        decode(text, FROM_PAGE)


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        (("needle", "advance_mm"), 1e300, "Expected a finite number"),
        (("needle", "advance_mm"), 1e9, "needle advance_mm"),
        (("needle", "advance_mm"), -1.0, "needle advance_mm"),
        (("needle", "steepness_deg"), 90.0, "needle steepness_deg"),
        (("needle", "yaw_deg"), 50.0, "needle yaw_deg"),
        (("needle", "distance_mm"), 61.0, "needle distance_mm"),
        (("needle", "offset_mm"), 21.0, "needle offset_mm"),
        (("needle", "bevel_deg"), 181.0, "needle bevel_deg"),
        (("needle", "end"), "middle", "Expected one of 'marker', 'other'"),
        (("scanner", "tgc_db"), [0.0] * 7, "has 7 items. Expected 8"),
        (("scanner", "mode"), "dual", "Expected one of 'b', 'color', 'power', 'm', 'pw'"),
        (("scanner", "grey_map"), "pink", "Expected one of 'soft', 'standard'"),
        (("scanner", "harmonic"), 1, "Expected bool"),
        (("scanner", "gate_mm"), [0.0], "has 1 items. Expected 2"),
        (("probe",), None, "Expected an object"),
        (("probe", "x_mm"), "3", "Expected a finite number"),
    ],
)
def test_hands_are_checked_field_by_field(path: tuple[str, ...], value: object, told: str) -> None:
    data = json.loads(encode(HANDS))
    place: Any = data
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(InputError, match=told):
        decode(json.dumps(data), FROM_PAGE)


@pytest.mark.parametrize(("field", "value"), [("seed", -1), ("seed", 2**31), ("level", 5), ("level", -1)])
def test_a_choice_is_within_its_ranges(field: str, value: int) -> None:
    with pytest.raises(RangeError, match=field):
        replace(GOOD[-1], **{field: value})  # pyright: ignore[reportArgumentType, reportCallIssue]


def test_cine_does_not_go_into_the_future() -> None:
    with pytest.raises(RangeError, match="Cine.back"):
        decode('{"type": "Cine", "back": -1}', FROM_PAGE)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(),
        lambda x: st.lists(x) | st.dictionaries(st.text(), x),
    )
)
def test_anything_else_is_refused_and_nothing_breaks(value: object) -> None:
    for kind in FROM_PAGE.values():
        if value == {} and not fields(kind):
            continue
        with pytest.raises(InputError):
            from_wire(kind, value, kind.__name__)


def test_numbers_are_rounded_and_those_that_are_not_finite_become_null() -> None:
    assert to_wire({"a": 1.23456789, "b": float("nan"), "c": np.float64(2.00004)}) == {"a": 1.2346, "b": None, "c": 2.0}
    assert to_wire(np.array([[1.00001, 2.0]])) == [[1.0, 2.0]]
    assert to_wire(np.array([True, False])) == [True, False]
    assert to_wire((np.int64(3), np.bool_(True), None, Mode.B)) == [3, True, None, "b"]


def test_what_no_message_can_hold_is_refused() -> None:
    with pytest.raises(FormatError, match="holds a set"):
        to_wire({1, 2})


def test_mappings_are_checked() -> None:
    from collections.abc import Mapping

    assert from_wire(Mapping[str, float], {"a": 1}, "x") == {"a": 1.0}
    with pytest.raises(FormatError, match="Expected an object"):
        from_wire(Mapping[str, float], [], "x")


def test_hands_hold_only_numbers_that_json_knows() -> None:
    assert isinstance(HANDS, Hands)
    assert "NaN" not in encode(HANDS)
