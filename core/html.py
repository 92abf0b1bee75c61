"""Write the pages that people read: one self-contained file each, written whole.

The texts of respondents and the names of files are escaped. The pages load nothing. Only the
review and the index run a script, which is in the page.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jinja2
from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup

from core.files.compiled_table import keep_compiled, read_compiled
from core.files.whole_file import write_atomic
from core.isco_titles.group_titles import ENGLISH
from core.languages.message import Message
from core.languages.page_language import PageLanguage, page_language
from core.packages import PACKAGES

_PACKAGES_DIR = Path(__file__).parents[1]
_COMPILED_DIR = Path(__file__).with_name("__pycache__")
# Hebrew, Arabic and the scripts beside them, their forms in a PDF, and the marks that turn any text
# around, up to the end of the line.
_FROM_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\u202a-\u202e\ufb1d-\ufefc]")


def write_page(path: Path, template: str, language: str = ENGLISH, **values: Any) -> None:
    """Write the page ``path`` from a template of any package, whole or not at all.

    ``language`` is that of the page; English where it has no catalogue.
    """
    write_atomic(path, encoded(template, language, **values), is_public=True)


def prepare(*templates: str, language: str = ENGLISH) -> None:
    """Compile templates before the first page is waited for: compiling takes longer than a page."""
    for template in templates:
        environment(page_language(language)).get_template(template)


def rendered(template: str, language: str = ENGLISH, **values: Any) -> Markup:
    """Return a template filled with its values, all of them escaped."""
    return Markup(environment(page_language(language)).get_template(template).render(values))


def encoded(template: str, language: str = ENGLISH, **values: Any) -> bytes:
    """Return a page in UTF-8, even where the name of a file in it is not UTF-8."""
    return rendered(template, language, **values).encode("utf-8", "replace")


@cache
def environment(language: PageLanguage) -> Environment:
    """Return the templates in a language: every value is escaped, a missing one an error.

    In a template ``_("…")``, ``ngettext("…", "…", n)`` and ``{% trans %}`` say a text in the
    language; ``forms("…", "…")`` gives a script the forms of a plural. A ``Message`` among the
    values is translated where it is shown.
    """
    templates = Environment(
        bytecode_cache=CompiledTemplates(language),
        # Found by their path: core imports none of the packages.
        loader=FileSystemLoader([_PACKAGES_DIR / name / "templates" for name in PACKAGES]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: _said(value, language),
        extensions=["jinja2.ext.i18n"],
    )
    templates.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "separators": (",", ":")}
    templates.newstyle_gettext = True  # type: ignore[attr-defined]
    templates.globals.update(_texts(language), language=language.tag)
    templates.filters["percent"] = language.percent
    templates.filters["count"] = language.count
    templates.filters["number"] = language.number
    templates.filters["signed"] = language.signed
    templates.filters["day"] = language.day
    templates.filters["when"] = language.when
    templates.filters["fraction"] = language.fraction
    templates.filters["path"] = _path
    templates.filters["apart"] = _apart
    templates.filters["english"] = _english if language.code != ENGLISH else _as_it_is
    return templates


class CompiledTemplates(BytecodeCache):
    """Keeps compiled templates where Python keeps this module compiled, and if it may do that.

    What is compiled depends on the source, on the language and on ``environment``.
    """

    def __init__(self, language: PageLanguage, folder: Path = _COMPILED_DIR) -> None:
        """Keep those of a language in ``folder``."""
        installed = str(Path(jinja2.__file__).stat().st_mtime_ns)
        made_by = sha256(Path(__file__).read_bytes() + installed.encode()).hexdigest()
        self._folder = folder
        self._suffix = f"{language.code}.{sys.implementation.cache_tag}.{made_by[:8]}"

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill ``bucket`` where it is kept whole."""
        if (code := read_compiled(self._path(bucket))) is not None:
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep ``bucket`` where that is possible."""
        keep_compiled(self._path(bucket), bucket.bytecode_to_string())

    def _path(self, bucket: Bucket) -> Path:
        return self._folder / f"template-{bucket.key}.{self._suffix}"


def _texts(language: PageLanguage) -> dict[str, Callable[..., Any]]:
    """Return the functions of the templates that say a text in ``language``.

    The texts are ours, and may hold HTML; the values in them are escaped.
    """

    def filled(text: str, values: dict[str, Any]) -> Markup:
        return Markup(text) % {name: _said(value, language) for name, value in values.items()}

    def gettext(text: str, **values: Any) -> Markup:
        return filled(language.gettext(text), values)

    def ngettext(one: str, many: str, n: int, **values: Any) -> Markup:
        return filled(language.ngettext(one, many, n), {"num": language.count(n), **values})

    return {"_": gettext, "gettext": gettext, "ngettext": ngettext, "forms": language.forms}


def _english(text: str) -> str:
    """Return a text that only exists in English, such as an error, so that it is read as such."""
    return text if isinstance(text, Message) else Markup('<span lang="en">{}</span>').format(text)


def _apart(text: str) -> str:
    """Keep a text of a person apart that runs from right to left: codes beside it run so, too."""
    is_apart = _FROM_RIGHT_TO_LEFT.search(text) is not None
    return Markup("<bdi>{}</bdi>").format(text) if is_apart else text


def _as_it_is(text: str) -> str:
    return text


def _said(value: Any, language: PageLanguage) -> Any:
    return language.gettext(value) if isinstance(value, Message) else value


def _path(name: str) -> str:
    """Return a name as a part of a link: a folder can have any name."""
    return quote(name.encode("utf-8", "surrogateescape"))
