"""Write the pages that people read: one self-contained file each, written whole.

The texts of respondents and the names of files are escaped. The pages load nothing, and all but the
review run no script.
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
    """Write the page ``path`` from a template of any package, whole or not at all."""
    write_atomic(path, encoded(template, **values), is_public=True)


def prepare(*templates: str) -> None:
    """Compile templates before the first page is waited for: compiling takes longer than a page."""
    for template in templates:
        environment().get_template(template)


def rendered(template: str, **values: Any) -> Markup:
    """Return a template filled with its values, all of them escaped."""
    return Markup(environment().get_template(template).render(values))


def encoded(template: str, **values: Any) -> bytes:
    """Return a page in UTF-8, even where the name of a file in it is not UTF-8."""
    return rendered(template, **values).encode("utf-8", "replace")


def percent(share: float, digits: int = 1) -> str:
    """Return a share as people read it; a dash for NaN."""
    return "–" if share != share else f"{100 * share:.{digits}f} %"  # NaN is not itself


@cache
def environment() -> Environment:
    """Return the environment of all templates: every value is escaped, a missing one an error."""
    templates = Environment(
        # Found by their path: core imports none of the packages.
        loader=FileSystemLoader([_PACKAGES_DIR / name / "templates" for name in PACKAGES]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "separators": (",", ":")}
    templates.filters["percent"] = percent
    templates.filters["count"] = _count
    templates.filters["plural"] = _plural
    templates.filters["signed"] = _signed
    templates.filters["when"] = _when
    templates.filters["moment"] = _moment
    templates.filters["path"] = _path
    return templates


def _count(n: int) -> str:
    return f"{n:,}"


def _plural(n: int, word: str) -> str:
    return f"{n:,} {word}{'' if n == 1 else 's'}"


def _signed(value: float, digits: int = 2) -> str:
    return f"{value:+.{digits}f}".replace("-", "−")


def _when(stamp: str) -> str:
    """Return an ISO 8601 time in UTC as people read it."""
    return stamp.replace("T", " ").replace("+00:00", " UTC")


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _path(name: str) -> str:
    """Return a name as a part of a link: a folder can have any name."""
    return quote(name.encode("utf-8", "surrogateescape"))
