"""Which files of the tree a package needs: found by following its imports, without running it."""

import ast
from collections.abc import Iterator
from pathlib import Path

FOLLOWED = ("functions", "scanloft")


def needed_files(root: Path, package: str) -> list[Path]:
    """The files below `root` that the package and all it imports consist of, in order.

    Imports are found wherever they stand in a file. The data files of a package come with any
    module of it.

    Raises:
        FileNotFoundError: there is no such package.
    """
    folder = root / Path(*package.split("."))
    if not any(folder.glob("*.py")):
        raise FileNotFoundError(
            f"{package} has no modules: write it first, or change the blueprint."
        )
    waiting = [*folder.rglob("*.py"), *_files_of(root, package)]
    modules: set[Path] = set()
    while waiting:
        module = waiting.pop()
        if module not in modules:
            modules.add(module)
            waiting.extend(_imported_files(root, module))
    return sorted(modules | _data_files(modules))


def _imported_files(root: Path, module: Path) -> Iterator[Path]:
    package = module.relative_to(root).parent.parts
    for node in ast.walk(ast.parse(module.read_bytes())):
        for name in _imported_names(node, package):
            if name.split(".")[0] in FOLLOWED:
                yield from _files_of(root, name)


def _imported_names(node: ast.AST, package: tuple[str, ...]) -> Iterator[str]:
    """The names that may be modules: `from a import b` may mean `a.b` or `b` of `a`."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    if isinstance(node, ast.ImportFrom):
        above = package[: len(package) - node.level + 1] if node.level else ()
        source = ".".join([*above, *([node.module] if node.module else [])])
        yield source
        yield from (f"{source}.{alias.name}" for alias in node.names)


def _files_of(root: Path, name: str) -> Iterator[Path]:
    """The file of the module and the `__init__.py` of each package above it, those that exist."""
    path = root
    for part in name.split("."):
        path = path / part
        for file in (path / "__init__.py", path.with_suffix(".py")):
            if file.is_file():
                yield file


def _data_files(modules: set[Path]) -> set[Path]:
    folders = {module.parent for module in modules}
    return {
        file
        for folder in folders
        for file in folder.rglob("*")
        if file.is_file() and _is_data(file, of=folder)
    }


def _is_data(file: Path, *, of: Path) -> bool:
    """Whether the file belongs to this package and to none below it, and is not code."""
    between = [above for above in file.parents if above != of and of in above.parents]
    is_code = file.suffix in {".py", ".pyc", ".pyi"} or file.name == "py.typed"
    in_package = any(above.name == "__pycache__" or any(above.glob("*.py")) for above in between)
    return not is_code and not in_package
