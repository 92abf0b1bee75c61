"""Write the texts of the pages and the workbook into the catalogues of the languages.

``python -m docs.catalogues`` brings ``core/languages/*.po`` up to date: a new text is added without
a translation, one that is gone is removed. ``python -m docs.catalogues it`` begins a language. A
test fails while a catalogue lacks a text or a translation.
"""

from __future__ import annotations

import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

from core.packages import PACKAGES
from docs.architecture_parts import ROOT

CATALOGUES_DIR = ROOT / "core" / "languages"
_METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]
# Our functions that say a text, beside gettext's own: which of their arguments it is.
_KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "Message": None,
    "counted": (2, 3),
    "notes_of": (2, 3),
    "forms": (1, 2),
}
# As in the environment of the templates. A template that cannot be read is an error.
_OPTIONS = {"jinja2": {"trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}}


def extracted() -> Catalog:
    """Return the texts of all packages, in alphabetical order, without translations."""
    texts: set[str | tuple[str, ...]] = set()
    for package in PACKAGES:
        found = extract_from_dir(
            ROOT / package,
            method_map=_METHODS,
            options_map={"templates/**.html": _OPTIONS["jinja2"]},
            keywords=_KEYWORDS,
        )
        texts |= {text for _, _, text, _, _ in found}
    catalogue = Catalog()
    for text in sorted(texts, key=lambda text: (text,) if isinstance(text, str) else text):
        catalogue.add(text)
    return catalogue


def read(path: Path) -> Catalog:
    """Return the catalogue of a language; an empty one where there is no such file."""
    if path.exists():
        with path.open("rb") as file:
            return read_po(file, locale=path.stem)
    catalogue = Catalog(path.stem, project="isco-coder", version="", fuzzy=False)
    catalogue.header_comment = "# The texts of the pages and of the workbook; see CONTRIBUTING.md."
    catalogue.last_translator = catalogue.language_team = "isco-coder"
    catalogue.msgid_bugs_address = ""
    return catalogue


def update(path: Path, template: Catalog) -> None:
    """Bring one catalogue up to date with the texts of the program, and keep its translations."""
    catalogue = read(path)
    created = catalogue.creation_date
    catalogue.update(template, no_fuzzy_matching=True)
    catalogue.creation_date = created
    with path.open("wb") as file:
        write_po(file, catalogue, width=100, ignore_obsolete=True)


def main() -> None:
    """Update all catalogues, and begin those of the languages that are named."""
    template = extracted()
    new = [CATALOGUES_DIR / f"{language}.po" for language in sys.argv[1:]]
    for path in sorted({*CATALOGUES_DIR.glob("*.po"), *new}):
        update(path, template)


if __name__ == "__main__":
    main()
