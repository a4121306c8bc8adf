"""The rules that entries are held to: units and limits of numbers, and relations between entries."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from inplane.atlas.read import DATA, read_yaml
from inplane.core import UnknownNameError


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """Unit and sane limits of a number."""

    unit: str
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What `rules/` says.

    Args:
        fields: limits by kind and dotted field.
        thresholds: limits by the end of a threshold's name.
        relations: references, order, within, product, provisional, required; see rules/relations.yaml.
        schema: the JSON Schema of every file.
    """

    fields: dict[str, dict[str, Limit]]
    thresholds: dict[str, Limit]
    relations: dict[str, Any]
    schema: dict[str, Any]

    def threshold(self, name: str) -> Limit:
        """Unit and limits of a threshold, by the longest known end of its name.

        Raises:
            UnknownNameError: no unit is known for such a name.
        """
        ends = [end for end in self.thresholds if name.endswith(end)]
        if not ends:
            raise UnknownNameError("unit at the end of threshold", name, self.thresholds)
        return self.thresholds[max(ends, key=len)]


def _limits(raw: dict[str, dict[str, Any]]) -> dict[str, Limit]:
    return {name: Limit(unit=rule["unit"], low=rule["min"], high=rule["max"]) for name, rule in raw.items()}


@cache
def load_rules() -> Rules:
    """The package's rules; a user's folder is held to the same ones."""
    raw = {name: read_yaml(DATA / "rules" / f"{name}.yaml", f"rules/{name}.yaml") for name in RULE_FILES}
    return Rules(
        fields={kind: _limits(fields) for kind, fields in raw["fields"].items()},
        thresholds=_limits(raw["thresholds"]),
        relations=raw["relations"],
        schema=read_yaml(DATA / "schema.yaml", "schema.yaml"),
    )


RULE_FILES = ("fields", "thresholds", "relations")
"""Files of `rules/`."""
