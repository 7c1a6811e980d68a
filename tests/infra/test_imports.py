"""Following imports."""

from pathlib import Path

import pytest

from infra.imports import needed_files


def tree(root: Path, content_by_file: dict[str, str]) -> Path:
    for name, content in content_by_file.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content)
    return root


def names(root: Path, package: str) -> list[str]:
    return [file.relative_to(root).as_posix() for file in needed_files(root, package)]


def test_what_is_imported_comes_along_and_nothing_else(tmp_path: Path) -> None:
    root = tree(
        tmp_path,
        {
            "functions/__init__.py": "",
            "functions/a/__init__.py": "",
            "functions/a/handler.py": "import json\nfrom scanloft.core.keys import KEY\n",
            "functions/b/__init__.py": "",
            "functions/b/handler.py": "import scanloft.core.other\n",
            "scanloft/__init__.py": "",
            "scanloft/core/__init__.py": "",
            "scanloft/core/keys.py": "from scanloft.core import errors\n",
            "scanloft/core/errors.py": "",
            "scanloft/core/other.py": "",
        },
    )
    assert names(root, "functions.a") == [
        "functions/__init__.py",
        "functions/a/__init__.py",
        "functions/a/handler.py",
        "scanloft/__init__.py",
        "scanloft/core/__init__.py",
        "scanloft/core/errors.py",
        "scanloft/core/keys.py",
    ]


def test_imports_within_functions_and_relative_ones_are_followed(tmp_path: Path) -> None:
    root = tree(
        tmp_path,
        {
            "functions/a/__init__.py": "",
            "functions/a/handler.py": "def handler():\n    from . import late\n",
            "functions/a/late.py": "from .deep.later import x\n",
            "functions/a/deep/__init__.py": "",
            "functions/a/deep/later.py": "import scanloft.deid.engine as engine\n",
            "scanloft/deid/__init__.py": "",
            "scanloft/deid/engine.py": "",
        },
    )
    assert "scanloft/deid/engine.py" in names(root, "functions.a")
    assert "functions/a/deep/later.py" in names(root, "functions.a")


def test_data_files_come_with_the_package_that_owns_them(tmp_path: Path) -> None:
    root = tree(
        tmp_path,
        {
            "functions/a/__init__.py": "",
            "functions/a/handler.py": "import scanloft.deid.engine\n",
            "scanloft/deid/__init__.py": "",
            "scanloft/deid/engine.py": "",
            "scanloft/deid/py.typed": "",
            "scanloft/deid/data/table.tsv": "",
            "scanloft/deid/__pycache__/engine.cpython-313.pyc": "",
            "scanloft/deid/other/__init__.py": "",
            "scanloft/deid/other/data/other.tsv": "",
        },
    )
    staged = names(root, "functions.a")
    assert [name for name in staged if not name.endswith(".py")] == ["scanloft/deid/data/table.tsv"]


def test_a_missing_package_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"functions\.a has no modules"):
        needed_files(tmp_path, "functions.a")
