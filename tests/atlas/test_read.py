"""What the reader refuses before anything looks at the content."""

from pathlib import Path

import pytest

from inplane.atlas.read import MAX_BYTES, numbers, read_yaml
from inplane.core import FormatError


def test_oversized_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "drugs.yaml"
    path.write_bytes(b"#" * (MAX_BYTES + 1))
    with pytest.raises(FormatError, match=rf"drugs.yaml has {MAX_BYTES + 1} bytes. Expected at most {MAX_BYTES}."):
        read_yaml(path, "drugs.yaml")


def test_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        FormatError, match=r"drugs.yaml cannot be read: No such file or directory. Expected a YAML file"
    ):
        read_yaml(tmp_path / "drugs.yaml", "drugs.yaml")


def test_bytes_that_are_not_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "drugs.yaml"
    path.write_bytes(b"a: \xff\n")
    with pytest.raises(FormatError, match=r"drugs.yaml is not UTF-8 at byte 3. Expected UTF-8 text."):
        read_yaml(path, "drugs.yaml")


def test_control_characters_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "drugs.yaml"
    path.write_bytes(b"a: \x00\n")
    with pytest.raises(FormatError, match=r"drugs.yaml.*Expected YAML."):
        read_yaml(path, "drugs.yaml")


def test_numbers_are_found_with_their_place() -> None:
    content = {"a": {"b": [1, {"c": 2.5}]}, "d": True, "e": "3"}
    assert list(numbers(content)) == [("a.b[0]", 1), ("a.b[1].c", 2.5)]
