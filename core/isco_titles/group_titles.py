"""Provide the titles of the groups of ISCO-08 in a language.

``unit_groups/<language>.csv`` has the official titles of the unit groups, from ESCO 1.0.3.
``broader_groups/<language>.csv`` has the titles of the minor, sub-major and major groups: they are
translations of this project, not official ones. A group without a title in a language has its
English title. Languages are named by two letters of ISO 639-1.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from core.taxonomy import MINOR, isco08

ENGLISH = "en"
LANGUAGE = "language"
"""The setting of a result that names the language of its titles; absent where it is English."""
_FOLDERS = ("unit_groups", "broader_groups")
_SUFFIX = ".csv"


@cache
def title_languages() -> tuple[str, ...]:
    """Return the languages that have titles, in alphabetical order."""
    folders = (resources.files("core.isco_titles").joinpath(name) for name in _FOLDERS)
    names = (file.name for folder in folders for file in folder.iterdir())
    languages = {name.removesuffix(_SUFFIX) for name in names if name.endswith(_SUFFIX)}
    return tuple(sorted({ENGLISH, *languages}))


def language_of(result_settings: Mapping[str, Any]) -> str:
    """Return the language of the titles of a result with these settings."""
    return str(result_settings.get(LANGUAGE, ENGLISH))


@cache
def titles_in(language: str) -> Mapping[str, str]:
    """Return the titles of all groups by code, read once; KeyError for another language."""
    if language == ENGLISH:
        return MappingProxyType(isco08().titles)
    if language not in title_languages():
        raise KeyError(language)
    titles = dict(isco08().titles)
    for folder in _FOLDERS:
        titles.update(_read_titles(folder, language))
    return MappingProxyType(titles)


def titles_in_all_languages() -> Iterator[tuple[str, str]]:
    """Yield the code and the title of every group in every language but English.

    Nothing of it is kept: the process needs one language, and reads the others once.
    """
    for language in title_languages():
        for folder in _FOLDERS:
            yield from _read_titles(folder, language).items()


def _read_titles(folder: str, language: str) -> dict[str, str]:
    """Return the titles of one file by code; empty where there is no such file."""
    file = resources.files("core.isco_titles").joinpath(folder, language + _SUFFIX)
    try:
        with file.open(encoding="utf-8") as lines:
            return {row["code"]: row["title"] for row in csv.DictReader(lines)}
    except FileNotFoundError:
        return {}


@cache
def groups_by_title() -> dict[str, tuple[str, ...]]:
    """Return the groups of one to three digits by their titles, in every language that has them.

    A file may have been published before the language of the titles was changed.
    """
    groups: dict[str, tuple[str, ...]] = {}
    for code, title in (*isco08().titles.items(), *titles_in_all_languages()):
        if len(code) <= MINOR:
            groups[title.casefold()] = (*groups.get(title.casefold(), ()), code)
    return groups
