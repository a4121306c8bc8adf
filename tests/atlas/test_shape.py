"""The quick check of shape agrees with jsonschema, its slow twin, on good files and on many broken ones."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from inplane.atlas.read import DATA, OBJECT_KINDS, read_folder, read_yaml
from inplane.atlas.rules import RULE_FILES, load_rules
from inplane.atlas.shape import describe, fits, problems

SCHEMA = load_rules().schema
KNOWN = {
    "$ref", "type", "enum", "if", "then", "else", "minLength", "maxLength", "pattern", "minItems", "maxItems",
    "uniqueItems", "items", "minProperties", "required", "properties", "additionalProperties", "propertyNames",
    "exclusiveMinimum",
}  # fmt: skip


def slow(content: Any, definition: str) -> bool:
    """The verdict of jsonschema."""
    return Draft202012Validator({"$ref": f"#/$defs/{definition}", "$defs": SCHEMA["$defs"]}).is_valid(content)


def broken(content: Any) -> Iterator[Any]:
    """Copies of nested content with one thing wrong, or oddly right, in each."""
    odd: list[Any] = [None, True, 3, 2.5, "", "x", "A", [], ["x", "x"], {}, {"x": 1}]

    def places(node: Any) -> Iterator[tuple[Any, Any]]:
        keys = list(node) if isinstance(node, dict) else list(range(len(node))) if isinstance(node, list) else []
        for key in keys:
            yield node, key
            yield from places(node[key])

    for index, _ in enumerate(places(content)):
        copy = deepcopy(content)
        node, key = list(places(copy))[index]
        if isinstance(node, dict):
            kept = node.pop(key)
            yield copy
            node[key] = kept
            node["another"] = 1
            yield copy
            del node["another"]
        for value in odd:
            node[key] = value
            yield copy


def examples() -> list[tuple[str, Any]]:
    """One entry of each kind, with the definition of its table, and one procedure."""
    raw = read_folder(DATA)
    tables = [(kind, dict([next(iter(raw.entries[kind].items()))])) for kind in OBJECT_KINDS]
    return [*tables, ("procedure", raw.entries["procedures"]["hip_joint_injection"])]


def test_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_schema_uses_only_keywords_that_the_quick_check_knows() -> None:
    def keywords(rule: Any) -> Iterator[str]:
        if isinstance(rule, dict):
            for key, inner in rule.items():
                yield key
                named = key in ("properties", "$defs")
                for part in inner.values() if named else inner if isinstance(inner, list) else [inner]:
                    yield from keywords(part)

    found = {key for definition in SCHEMA["$defs"].values() for key in keywords(definition)}
    assert found <= KNOWN


@pytest.mark.parametrize(("definition", "content"), examples(), ids=lambda part: part if isinstance(part, str) else "")
def test_quick_and_slow_check_agree(definition: str, content: Any) -> None:
    assert fits(content, {"$ref": f"#/$defs/{definition}"})
    assert slow(content, definition)
    compiled = Draft202012Validator({"$ref": f"#/$defs/{definition}", "$defs": SCHEMA["$defs"]})
    verdicts: set[bool] = set()
    for number, case in enumerate(broken(content)):
        if definition == "procedure" and number % 7:  # every seventh is enough: a procedure has hundreds of places
            continue
        verdict = fits(case, {"$ref": f"#/$defs/{definition}"})
        verdicts.add(verdict)
        assert verdict == compiled.is_valid(case), case
    assert verdicts == {True, False}


@pytest.mark.parametrize("name", RULE_FILES)
def test_rules_have_the_shape_of_their_schema(name: str) -> None:
    content = read_yaml(DATA / "rules" / f"{name}.yaml", name)
    assert list(problems(content, {"thresholds": "limits"}.get(name, name), name)) == []


def test_rules_name_only_what_exists() -> None:
    raw, relations = read_folder(DATA), load_rules().relations
    for rule in (*relations["references"], *relations["order"], *relations["within"], relations["provisional"]):
        assert {rule[key] for key in ("kind", "names") if key in rule} <= set(raw.entries)
    assert set(load_rules().fields) <= set(raw.entries)


def test_error_of_a_rule_without_words_of_its_own_names_the_rule() -> None:
    validator = Draft202012Validator({"exclusiveMinimum": 0})
    assert describe(next(validator.iter_errors(-1))) == "-1 is not allowed. Expected exclusiveMinimum 0."


def test_text_that_is_too_long_is_shortened_in_the_message() -> None:
    validator = Draft202012Validator({"maxLength": 3})
    assert describe(next(validator.iter_errors("x" * 500))) == f"'{'x' * 56}... is too long. Expected at most 3."
