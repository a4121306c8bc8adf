"""Whether each file has the shape that the schema asks for, in words that name file, field and what is allowed."""

from collections.abc import Iterator
from functools import cache
from typing import Any

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
        if isinstance(entry, dict) and entry.get("id", procedure_id) != procedure_id:  # pyright: ignore[reportUnknownMemberType]
            yield f"{file}: id is {entry['id']!r}. Expected {procedure_id!r}, as the file's name."


def problems(content: Any, definition: str, file: str) -> Iterator[str]:
    """One line for each thing in `content` that does not fit a definition of the schema."""
    errors = _validator(definition).iter_errors(content)
    for error in sorted(errors, key=lambda found: [str(part) for part in found.absolute_path]):
        yield f"{file}: {describe(error)}"


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
        return f"{where}missing field {missing[0]!r}. Expected all of: {', '.join(map(repr, error.validator_value))}."
    if rule == "type":
        allowed = [error.validator_value] if isinstance(error.validator_value, str) else error.validator_value
        return f"{where}{_show(instance)} has the wrong type. Expected {' or '.join(_TYPES[name] for name in allowed)}."
    if rule == "enum":
        return f"{where}{_show(instance)} is not known. Expected one of: {', '.join(map(repr, error.validator_value))}."
    if rule in ("minItems", "minLength", "minProperties"):
        return f"{where}{_show(instance)} is too short. Expected at least {error.validator_value}."
    if rule in ("maxItems", "maxLength"):
        return f"{where}{_show(instance)} is too long. Expected at most {error.validator_value}."
    return f"{where}{error.message}."


def _show(instance: Any) -> str:
    text = repr(instance)
    return text if len(text) <= 60 else text[:57] + "..."
