"""The generated pages are what the code says now."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from core.settings import Settings
from docs.architecture_parts import modules, packages
from docs.configuration_page import comments
from docs.generate import stale_pages
from tests.conftest import ROOT

_NAMED = re.compile(r"`([\w/]+\.py)::([\w.]+)`")


def test_no_generated_page_is_stale() -> None:
    assert stale_pages() == [], "run: python -m docs.generate"


def test_every_module_is_in_the_architecture() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    paths = [path for package in packages() for path in modules(package)]
    assert len(paths) > 100
    for path in paths:
        assert page.count(f"| `{path.relative_to(ROOT).as_posix()}` |") == 1, path


def test_every_module_says_what_it_is_for() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    assert not re.findall(r"^\| `[^`]+` \| +\|$", page, re.MULTILINE)


def test_every_function_that_a_page_names_exists() -> None:
    pages = [*sorted((ROOT / "docs").glob("*.md")), ROOT / "CONTRIBUTING.md"]
    named = [match for page in pages for match in _NAMED.findall(page.read_text(encoding="utf-8"))]
    assert len(named) > 30
    for path, name in named:
        if not path.startswith("test_"):
            assert name in _definitions(ROOT / path), f"{path} has no {name}"


def test_every_setting_has_a_comment() -> None:
    written = comments(ROOT / "config.yaml")
    for section, field in Settings.model_fields.items():
        assert written[section,][1], section
        for name in field.annotation.model_fields:  # type: ignore[union-attr]
            assert written[section, name][1], f"{section}.{name}"


def _definitions(path: Path) -> set[str]:
    """Return the names of functions and classes of a module, and ``Class.method``."""
    names = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        if isinstance(node, ast.ClassDef):
            names |= {f"{node.name}.{m.name}" for m in node.body if isinstance(m, ast.FunctionDef)}
    return names
