import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from scanloft.core import errors
from scanloft.core.errors import ArchiveError


def tree(kind: type[ArchiveError]) -> Iterator[type[ArchiveError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from tree(below)


KINDS = [kind for kind in tree(ArchiveError) if kind.__module__ == errors.__name__]


def test_each_error_has_a_code_of_its_own() -> None:
    codes = [kind.code for kind in KINDS]
    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_is_in_the_tree_that_is_drawn_and_says_what_it_is(kind: type) -> None:
    assert kind.__name__ in (errors.__doc__ or "")
    assert kind.__doc__


def test_an_error_carries_its_facts_apart_from_its_message() -> None:
    error = errors.Oversized("Too large: split it.", limit_bytes=7)
    assert (str(error), error.message, error.facts) == (
        "Too large: split it.",
        "Too large: split it.",
        {"limit_bytes": 7},
    )


def messages(source: str) -> Iterator[tuple[int, str]]:
    """The line and the words of each message that an error is raised with, facts as `…`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and node.exc.args:
            if not hasattr(errors, getattr(node.exc.func, "id", "")):
                continue  # an exception that never leaves its room
            match node.exc.args[0]:
                case ast.Constant(value=str(text)):
                    yield node.lineno, text
                case ast.JoinedStr(values=parts):
                    words = [str(p.value) if isinstance(p, ast.Constant) else "…" for p in parts]
                    yield node.lineno, "".join(words)


@pytest.mark.parametrize("room", ["core", "dicom", "deid"])
def test_messages_are_sentences(room: str) -> None:
    files = sorted((Path(errors.__file__).parents[1] / room).rglob("*.py"))
    found = [
        (file.name, *message) for file in files for message in messages(file.read_text("utf-8"))
    ]
    assert len(found) > 10
    for file, line, text in found:
        assert re.fullmatch(r"[A-Z…].*\.", text, re.DOTALL), f"{file}:{line}"
