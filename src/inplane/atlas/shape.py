"""Whether each file has the shape that the schema asks for, in words that name file, field and what is allowed."""

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, cast

from inplane.atlas.read import OBJECT_KINDS, RawAtlas
from inplane.atlas.rules import load_rules

_TYPES = {
    "object": "fields",
    "array": "a list",
    "string": "text",
    "number": "a number",
    "boolean": "true or false",
    "null": "nothing",
}


@cache
def _validator(definition: str) -> Any:
    """The validator of one definition of the schema."""
    from jsonschema import Draft202012Validator

    schema = load_rules().schema
    return Draft202012Validator({"$ref": f"#/$defs/{definition}", "$defs": schema["$defs"]})


def shape_problems(raw: RawAtlas) -> Iterator[str]:
    """One line for each thing that does not have the shape of the schema."""
    for kind in OBJECT_KINDS:
        yield from problems(raw.entries[kind], kind, raw.files[kind])
    for procedure_id, entry in raw.entries["procedures"].items():
        file = raw.files[f"procedures.{procedure_id}"]
        yield from problems(entry, "procedure", file)
        named = cast(dict[str, Any], entry).get("id", procedure_id) if isinstance(entry, dict) else procedure_id
        if named != procedure_id:
            yield f"{file}: id is {named!r}. Expected {procedure_id!r}, as the file's name."


def problems(content: Any, definition: str, file: str) -> Iterator[str]:
    """One line for each thing in `content` that does not fit a definition of the schema."""
    if fits(content, {"$ref": f"#/$defs/{definition}"}):
        return
    errors = _validator(definition).iter_errors(content)
    found = sorted(errors, key=lambda error: [str(part) for part in error.absolute_path])
    yield from dict.fromkeys(f"{file}: {describe(error)}" for error in found)


def describe(error: Any) -> str:
    """A schema error in words: where, what came, what is allowed."""
    place = ".".join(str(part) for part in error.absolute_path)
    where, instance, rule = (f"{place}: " if place else ""), error.instance, error.validator
    if rule == "additionalProperties":
        known = sorted(error.schema.get("properties", {}))
        extra = sorted(set(instance) - set(known))
        return f"{where}unknown field {', '.join(map(repr, extra))}. Expected one of: {', '.join(map(repr, known))}."
    if rule == "required":
        missing = [name for name in error.validator_value if name not in instance]
        needed = ", ".join(map(repr, error.validator_value))
        return f"{where}missing field {', '.join(map(repr, missing))}. Expected all of: {needed}."
    if rule == "type":
        allowed = [error.validator_value] if isinstance(error.validator_value, str) else error.validator_value
        return f"{where}{_show(instance)} has the wrong type. Expected {' or '.join(_TYPES[name] for name in allowed)}."
    if rule == "enum":
        return f"{where}{_show(instance)} is not known. Expected one of: {', '.join(map(repr, error.validator_value))}."
    if rule in ("minItems", "minLength", "minProperties"):
        return f"{where}{_show(instance)} is too short. Expected at least {error.validator_value}."
    if rule in ("maxItems", "maxLength"):
        return f"{where}{_show(instance)} is too long. Expected at most {error.validator_value}."
    if rule == "pattern":
        return f"{where}{_show(instance)} has the wrong form. Expected text that matches {error.validator_value}."
    if rule == "uniqueItems":
        return f"{where}{_show(instance)} holds an item twice. Expected each item once."
    return f"{where}{_show(instance)} is not allowed. Expected {rule} {error.validator_value}."


def _show(instance: Any) -> str:
    text = repr(instance)
    return text if len(text) <= 60 else text[:57] + "..."


def fits(content: Any, rule: Any) -> bool:
    """Whether `content` fits a schema: a quick no-words twin of jsonschema, for the keywords that ours uses.

    Importing jsonschema takes longer than everything else that loading the atlas does, and its words are needed only
    where something is wrong. A test holds both to the same verdicts.
    """
    if isinstance(rule, bool):
        return rule
    if "$ref" in rule and not fits(content, load_rules().schema["$defs"][rule["$ref"].removeprefix("#/$defs/")]):
        return False
    if "type" in rule:
        allowed = [rule["type"]] if isinstance(rule["type"], str) else rule["type"]
        if not any(_IS[name](content) for name in allowed):
            return False
    if "enum" in rule and content not in rule["enum"]:
        return False
    if "if" in rule and not fits(content, rule["then"] if fits(content, rule["if"]) else rule["else"]):
        return False
    if isinstance(content, str):
        return _text_fits(content, rule)
    if isinstance(content, list):
        return _list_fits(cast(list[Any], content), rule)
    if isinstance(content, dict):
        return _fields_fit(cast(dict[str, Any], content), rule)
    return not _IS["number"](content) or content > rule.get("exclusiveMinimum", float("-inf"))


def _text_fits(content: str, rule: Any) -> bool:
    long_enough = rule.get("minLength", 0) <= len(content) <= rule.get("maxLength", len(content))
    return long_enough and ("pattern" not in rule or re.search(rule["pattern"], content) is not None)


def _list_fits(content: list[Any], rule: Any) -> bool:
    if not rule.get("minItems", 0) <= len(content) <= rule.get("maxItems", len(content)):
        return False
    if rule.get("uniqueItems", False) and any(item in content[:index] for index, item in enumerate(content)):
        return False
    return all(fits(item, rule.get("items", True)) for item in content)


def _fields_fit(content: dict[str, Any], rule: Any) -> bool:
    if len(content) < rule.get("minProperties", 0) or any(name not in content for name in rule.get("required", ())):
        return False
    known, rest = rule.get("properties", {}), rule.get("additionalProperties", True)
    names = rule.get("propertyNames", True)
    return all(fits(name, names) and fits(inner, known.get(name, rest)) for name, inner in content.items())


_IS: dict[str, Callable[[Any], bool]] = {
    "object": lambda content: isinstance(content, dict),
    "array": lambda content: isinstance(content, list),
    "string": lambda content: isinstance(content, str),
    "number": lambda content: isinstance(content, int | float) and not isinstance(content, bool),
    "boolean": lambda content: isinstance(content, bool),
    "null": lambda content: content is None,
}
"""What each type name of the schema accepts."""
