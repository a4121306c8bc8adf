"""Writes the table of docs/reference/injectate.md from the bench `injectate`, run in full.

Usage: python tools/write_injectate.py
"""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "injectate.md"
MARK = "<!-- What follows is written by tools/write_injectate.py from `inplane bench injectate`. Do not edit. -->"


def table(report: dict[str, Any]) -> str:
    """The report as a page reads it."""
    machine = report["machine"]
    rows = [
        f"| `{told['name']}` | {'-' if told['value'] is None else format(told['value'], '.3g')} | {told['unit']} "
        f"| {told.get('n', '')} | {told.get('why', '').replace('|', '/')} |"
        for told in report["figures"]
    ]
    return "\n".join(
        [
            f"{datetime.now(UTC).date().isoformat()}, {machine['cores']} cores of {machine['cpu']}, seed 0.\n",
            "| figure | value | unit | n | beside |",
            "| --- | ---: | --- | ---: | --- |",
            *rows,
            "",
        ]
    )


def main() -> None:
    """Measures and writes."""
    done = subprocess.run(
        [sys.executable, "-m", "inplane", "bench", "injectate", "--json"], stdout=subprocess.PIPE, text=True
    )
    if done.returncode:
        sys.exit(f"The bench 'injectate' ended with status {done.returncode}.")
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(text[: text.index(MARK)] + MARK + "\n\n" + table(json.loads(done.stdout)), encoding="utf-8")


if __name__ == "__main__":
    main()
