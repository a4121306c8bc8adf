"""The list of figures that each bench owes, with unit and target: `figures.tsv`, a copy of the design's own."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a figure should reach.

    Args:
        bench, name: whose figure it is.
        at_most: whether smaller is better.
        limit: the value that just passes.
        unit: its unit, "" for none.
        meaning: how it is measured.
    """

    bench: str
    name: str
    at_most: bool
    limit: float
    unit: str
    meaning: str

    def is_met(self, value: float) -> bool:
        """Whether a value reaches the target."""
        return value <= self.limit if self.at_most else value >= self.limit

    def __str__(self) -> str:
        return f"{'<=' if self.at_most else '>='} {self.limit:g}"


@cache
def load_targets() -> tuple[Target, ...]:
    """Every figure of every bench, in the list's order."""
    header, *lines = files("inplane.bench").joinpath("figures.tsv").read_text(encoding="utf-8").splitlines()
    columns = header.split("\t")
    return tuple(_target(dict(zip(columns, line.split("\t"), strict=True))) for line in lines if line)


def targets_of(bench: str) -> tuple[Target, ...]:
    """The figures that one bench owes."""
    return tuple(target for target in load_targets() if target.bench == bench)


def _target(row: dict[str, str]) -> Target:
    return Target(
        bench=row["bench"],
        name=row["name"],
        at_most=row["op"] == "<=",
        limit=float(row["target"]),
        unit=row["unit"],
        meaning=row["meaning"],
    )
