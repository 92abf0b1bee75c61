"""Generated parts of ``docs/architecture.md``: who imports whom, and what each module is for.

Both are read with ``ast``: the imports, and the first paragraph of each module's docstring.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from html import escape
from pathlib import Path

from core.packages import PACKAGES
from docs.markdown import cell

ROOT = Path(__file__).resolve().parent.parent
_BOX_WIDTH, _BOX_HEIGHT, _GAP_X, _GAP_Y, _MARGIN = 132, 36, 48, 52, 16

Imports = Mapping[str, Mapping[str, int]]


def packages() -> list[str]:
    """Return the names of the program's packages, those that import least first."""
    names = sorted(PACKAGES)
    return _in_order(_imports(names))


def modules(package: str) -> list[Path]:
    """Return the modules of a package, each after those that it imports where that is possible."""
    paths = {
        _module_name(path): path
        for path in sorted((ROOT / package).rglob("*.py"))
        if path.name != "__init__.py"
    }
    order = _in_order(
        {name: set(_imported(path)) & paths.keys() - {name} for name, path in paths.items()}
    )
    return [paths[name] for name in order]


def imports_svg() -> str:
    """Return the picture of the imports between packages: an arrow points at what is imported.

    An arrow that follows from others is left out: what a package may reach through another one.
    """
    names = packages()
    edges = {name: set(targets) for name, targets in _imports(names).items()}
    levels = _levels(names, edges)
    rows: dict[int, list[str]] = defaultdict(list)
    for name in names:
        rows[levels[name]].append(name)
    n_wide, top = max(map(len, rows.values())), max(rows)
    width = 2 * _MARGIN + n_wide * _BOX_WIDTH + (n_wide - 1) * _GAP_X
    height = 2 * _MARGIN + (top + 1) * _BOX_HEIGHT + top * _GAP_Y
    corners = {}
    for level, row in rows.items():
        row_width = len(row) * _BOX_WIDTH + (len(row) - 1) * _GAP_X
        for number, name in enumerate(row):
            x = (width - row_width) // 2 + number * (_BOX_WIDTH + _GAP_X)
            corners[name] = x, _MARGIN + (top - level) * (_BOX_HEIGHT + _GAP_Y)
    shapes = [
        _arrow(corners[name], corners[target], levels[name] - levels[target])
        for name, target in _reduced(names, edges)
    ]
    shapes += [_box(name, *corners[name]) for name in names]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
            f'width="{width}" height="{height}" role="img" font-family="sans-serif" '
            'font-size="15">',
            "<title>Imports between the packages; an arrow points at what is imported</title>",
            '<defs><marker id="head" markerWidth="9" markerHeight="9" refX="8" refY="4.5" '
            'orient="auto"><path d="M0 0 L9 4.5 L0 9 z" fill="#5b6875"/></marker></defs>',
            f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
            *shapes,
            "</svg>\n",
        ]
    )


def import_table() -> str:
    """Return the imports between packages as a Markdown table, with the number of modules."""
    names = packages()
    imports = _imports(names)
    lines = ["| package | imports (number of its modules that do) | imported by |", "|---|---|---|"]
    for name in names:
        targets = [f"`{t}` ({imports[name][t]})" for t in names if t in imports[name]]
        users = [f"`{user}`" for user in names if name in imports[user]]
        users += ["`main.py`"] if name in _packages_of(ROOT / "main.py") else []
        lines.append(f"| `{name}` | {', '.join(targets) or '–'} | {', '.join(users) or '–'} |")
    return "\n".join(lines) + "\n"


def module_tables() -> str:
    """Return a Markdown table of the modules of each package, with what each is responsible for."""
    parts = [
        "| file | its one responsibility |\n|---|---|\n" + _module_row(ROOT / "main.py") + "\n"
    ]
    for package in packages():
        rows = [_module_row(path) for path in modules(package)]
        about = _summary(ROOT / package / "__init__.py")
        head = f"### {package}/\n\n{about}\n\n| file | its one responsibility |\n|---|---|"
        parts.append("\n".join([head, *rows]) + "\n")
    return "\n".join(parts)


def _module_row(path: Path) -> str:
    return f"| `{path.relative_to(ROOT).as_posix()}` | {_summary(path)} |"


def _summary(path: Path) -> str:
    """Return the first paragraph of the module's docstring as Markdown in one line."""
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    paragraph = docstring.partition("\n\n")[0]
    return cell(paragraph.replace("``", "`"))


def _module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


@cache
def _imported(path: Path) -> frozenset[str]:
    """Return the dotted names of all modules that a file imports, wherever in the file."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return frozenset(names)


def _packages_of(path: Path) -> set[str]:
    return {module.partition(".")[0] for module in _imported(path)}


def _imports(names: Iterable[str]) -> Imports:
    """Return, for each package, the packages that it imports and how many of its modules do."""
    names = list(names)
    counts: dict[str, dict[str, int]] = {name: {} for name in names}
    for name in names:
        for path in sorted((ROOT / name).rglob("*.py")):
            for target in sorted(_packages_of(path)):
                if target in counts and target != name:
                    counts[name][target] = counts[name].get(target, 0) + 1
    return counts


def _in_order(imports: Mapping[str, Iterable[str]]) -> list[str]:
    """Return the names, each after what it imports; alphabetical where that decides nothing."""
    sorter = TopologicalSorter(imports)
    try:
        sorter.prepare()
    except CycleError:  # imports inside functions may form one
        return sorted(imports)
    order: list[str] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        order += ready
        sorter.done(*ready)
    return order


def _levels(names: Iterable[str], edges: Mapping[str, set[str]]) -> dict[str, int]:
    """Return the height of each package: one more than the highest that it imports."""
    levels: dict[str, int] = {}
    for name in names:  # what a name imports comes before it
        levels[name] = 1 + max((levels[target] for target in edges[name]), default=-1)
    return levels


def _reduced(names: Iterable[str], edges: Mapping[str, set[str]]) -> list[tuple[str, str]]:
    """Return the edges without those that a longer way implies."""
    reach: dict[str, set[str]] = {}
    for name in names:
        reach[name] = set(edges[name]).union(*(reach[target] for target in edges[name]))
    return [
        (name, target)
        for name in names
        for target in sorted(edges[name])
        if not any(target in reach[between] for between in edges[name])
    ]


def _box(name: str, x: int, y: int) -> str:
    return (
        f'<rect x="{x}" y="{y}" width="{_BOX_WIDTH}" height="{_BOX_HEIGHT}" rx="5" '
        f'fill="#e8edf2" stroke="#5b6875"/><text x="{x + _BOX_WIDTH // 2}" y="{y + 23}" '
        f'text-anchor="middle" fill="#1b2733">{escape(name)}</text>'
    )


def _arrow(start: tuple[int, int], end: tuple[int, int], n_levels: int) -> str:
    x1, y1 = start[0] + _BOX_WIDTH // 2, start[1] + _BOX_HEIGHT
    x2, y2 = end[0] + _BOX_WIDTH // 2, end[1] - 1
    if n_levels > 1 and x1 != x2:  # past the boxes in between: to the side, then down
        side = start[0] if x2 < x1 else start[0] + _BOX_WIDTH
        way = f"M{side} {start[1] + _BOX_HEIGHT // 2} H{x2} V{y2}"
    else:
        way = f"M{x1} {y1} C{x1} {y1 + _GAP_Y // 2} {x2} {y2 - _GAP_Y // 2} {x2} {y2}"
    return f'<path d="{way}" fill="none" stroke="#5b6875" marker-end="url(#head)"/>'
