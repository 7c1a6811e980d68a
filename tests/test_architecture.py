"""The house itself: every error mapped at every edge, every setting documented, rooms in place."""

import ast
import dataclasses
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from dicom_bridge import statuses
from scanloft.core import errors, fates, problems, settings
from scanloft.core.blueprint import FUNCTIONS, NOTIFICATIONS, QUEUES
from scanloft.core.errors import ArchiveError

ROOT = Path(__file__).parents[1]
SOURCES = ("scanloft", "functions", "dicom_bridge", "infra", "benchmarks")
FUNCTION_LINE_LIMIT = 60
FILE_LINE_LIMIT = 300


def subclasses(cls: type[ArchiveError]) -> Iterator[type[ArchiveError]]:
    for child in cls.__subclasses__():
        if child.__module__.startswith(SOURCES):
            yield child
            yield from subclasses(child)


ERRORS = sorted(set(subclasses(ArchiveError)), key=lambda error: error.__name__)


SETTINGS = [
    kind for kind in settings.Settings.__subclasses__() if kind.__module__ == settings.__name__
]


def modules() -> Iterator[tuple[Path, ast.Module]]:
    for source in SOURCES:
        for path in sorted((ROOT / source).rglob("*.py")):
            yield path.relative_to(ROOT), ast.parse(path.read_text())


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.__name__)
def test_every_error_is_mapped_at_every_edge(error: type[ArchiveError]) -> None:
    assert error in problems.STATUS_BY_ERROR
    assert error in fates.DISPOSITION_BY_ERROR
    assert error in statuses.FAILURE_BY_ERROR


def test_every_error_has_a_code_of_its_own_and_stands_in_the_tree_of_the_docstring() -> None:
    codes = [error.code for error in ERRORS]
    assert len(set(codes)) == len(codes)
    assert errors.__doc__
    assert [error.__name__ for error in ERRORS if error.__name__ not in errors.__doc__] == []


def test_every_setting_is_documented() -> None:
    documented = (ROOT / "docs" / "settings.md").read_text()
    variables = {
        settings.variable(field.name) for kind in SETTINGS for field in dataclasses.fields(kind)
    }
    assert {name for name in variables if f"`{name}`" not in documented} == set()


def test_no_setting_is_documented_that_does_not_exist() -> None:
    documented = (ROOT / "docs" / "settings.md").read_text().split("`")
    fields = {
        settings.variable(field.name) for kind in SETTINGS for field in dataclasses.fields(kind)
    }
    assert {word for word in documented if word.startswith(settings.PREFIX)} == fields


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name)
def test_every_function_of_the_blueprint_has_a_handler_that_reads_nothing_at_import(
    function: object,
) -> None:
    code = f"import {function.module} as module; assert callable(module.handler)"  # type: ignore[attr-defined]
    subprocess.run([sys.executable, "-c", code], env={}, cwd=ROOT, check=True)


def test_every_queue_feeds_one_function_and_every_notification_a_queue() -> None:
    sources = [function.source for function in FUNCTIONS if function.source]
    assert sorted(queue.name for queue in sources) == sorted(queue.name for queue in QUEUES)
    assert {notification.queue for notification in NOTIFICATIONS} <= set(QUEUES)


def test_the_top_level_is_what_the_readme_maps() -> None:
    readme = (ROOT / "README.md").read_text()
    for name in ("infra/", "functions/", "dicom_bridge/", "scanloft/", "tests/", "docs/"):
        assert (ROOT / name).is_dir()
        assert name in readme
    for name in ("cdk.json", "pyproject.toml", "requirements.lock", "LICENSE", "CHANGELOG.md"):
        assert (ROOT / name).is_file()
    assert len(readme.splitlines()) <= 150


def test_files_and_functions_stay_small_enough_to_read() -> None:
    long_files = []
    long_functions = []
    for path, tree in modules():
        lines = len((ROOT / path).read_text().splitlines())
        if lines > FILE_LINE_LIMIT:
            long_files.append((str(path), lines))
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and node.end_lineno is not None:
                length = node.end_lineno - node.lineno
                if length > FUNCTION_LINE_LIMIT:
                    long_functions.append((str(path), node.name, length))
    assert (long_files, long_functions) == ([], [])


def test_only_edges_catch_everything_and_each_says_why() -> None:
    """`except Exception` carries its reason where ruff asks for it, and re-raises elsewhere."""
    bare = [
        str(path)
        for path, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler) and node.type is None
    ]
    assert bare == []


def test_every_command_of_the_readme_is_a_target_of_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text()
    readme = (ROOT / "README.md").read_text()
    named = {
        line.split()[1] for line in readme.splitlines() if line.startswith("make ") and line[5:]
    }
    assert named
    assert {name for name in named if f"\n{name}:" not in makefile} == set()


def test_the_package_and_the_lock_name_the_same_dependencies() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    locked = {
        line.split("==")[0].lower()
        for line in (ROOT / "requirements.lock").read_text().splitlines()
        if "==" in line
    }
    names = (re.match(r"[A-Za-z0-9-]+", entry) for entry in project["dependencies"])
    wanted = {name.group().lower() for name in names if name}
    assert len(wanted) == len(project["dependencies"])
    assert {name for name in wanted if name not in locked} == set()
