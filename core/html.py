"""The pages that people read: one self-contained file each, written whole.

Whatever respondents wrote and whatever a file is called is escaped. The pages load nothing, and
but for the review they run nothing.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from core.file_io import write_atomic
from core.packages import PACKAGES

_PACKAGES_DIR = Path(__file__).parents[1]


def write_page(path: Path, template: str, **values: Any) -> None:
    """Write the page ``path`` from a template of this folder, whole or not at all."""
    write_atomic(path, encoded(template, **values), is_public=True)


def prepare(*templates: str) -> None:
    """Compile templates before somebody waits for their pages: that takes longer than a page."""
    for template in templates:
        _environment().get_template(template)


def rendered(template: str, **values: Any) -> Markup:
    """A template of this folder with its values in it, all of them escaped."""
    return Markup(_environment().get_template(template).render(values))


def encoded(template: str, **values: Any) -> bytes:
    """A page from a template of this folder, in UTF-8 even where a file's name is not."""
    return rendered(template, **values).encode("utf-8", "replace")


def percent(share: float, digits: int = 1) -> str:
    """A share for people; a dash where there is none."""
    return "–" if share != share else f"{100 * share:.{digits}f} %"  # NaN is not itself


@cache
def _environment() -> Environment:
    environment = Environment(
        # Found by their place: core imports none of the packages.
        loader=FileSystemLoader([_PACKAGES_DIR / name / "templates" for name in PACKAGES]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "separators": (",", ":")}
    environment.filters |= {
        "percent": percent, "count": _count, "when": _when, "moment": _moment, "path": _path,
        "plural": _plural, "signed": _signed,
    }  # fmt: skip
    return environment


def _count(n: int) -> str:
    return f"{n:,}"


def _plural(n: int, word: str) -> str:
    return f"{n:,} {word}{'' if n == 1 else 's'}"


def _signed(value: float, digits: int = 2) -> str:
    return f"{value:+.{digits}f}".replace("-", "−")


def _when(stamp: str) -> str:
    """An ISO 8601 time in UTC as people read it."""
    return stamp.replace("T", " ").replace("+00:00", " UTC")


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _path(name: str) -> str:
    """A name as a part of a link: a folder may be called anything."""
    return quote(name.encode("utf-8", "surrogateescape"))
