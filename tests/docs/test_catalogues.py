"""The catalogues of the pages: each has every text, and a translation that says all of it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from jinja2 import nodes

from core.html import environment
from core.languages.page_language import page_language
from core.packages import PACKAGES
from docs.catalogues import CATALOGUES_DIR, extracted, read, update
from tests.conftest import ROOT

CATALOGUES = sorted(CATALOGUES_DIR.glob("*.po"))
VALUE = re.compile(r"%\(\w+\)s|\{\w+(?:!r)?\}|%%")
MARKUP = re.compile(r"<[^>]+>")


@pytest.fixture(scope="module")
def texts() -> Catalog:
    return extracted()


def forms(value: str | list[str] | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def messages(path: Path) -> Iterator[Message]:
    return (message for message in read(path) if message.id)


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_every_text_of_the_program_has_a_translation(path: Path, texts: Catalog) -> None:
    wanted = {forms(message.id) for message in texts if message.id}
    kept = {forms(message.id): forms(message.string) for message in messages(path)}
    assert (wanted - kept.keys(), kept.keys() - wanted) == (set(), set()), (
        "run: python -m docs.catalogues"
    )
    assert [text for text, translations in kept.items() if not all(translations)] == []
    # Babel marks a translation whose text lost its plural, and compiles none that is marked.
    assert [message.id for message in messages(path) if message.fuzzy] == []


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_a_translation_has_the_values_and_the_markup_of_its_text(path: Path) -> None:
    for message in messages(path):
        text = forms(message.id)[-1]
        *singular, translation = forms(message.string)
        for found in (VALUE, MARKUP):
            assert sorted(found.findall(translation)) == sorted(found.findall(text)), translation
            for form in singular:  # the number may be a word: "the last file"
                assert set(found.findall(form)) <= set(found.findall(text)), form
        # It would end an attribute, such as the label of a table.
        assert '"' not in "".join(forms(message.string))


@pytest.mark.parametrize(
    ("language", "pattern"),
    [
        ("de", "[kK]odier"),  # Codieren
        ("fr", "[rR]évision|n'|l'|d'"),  # vérification; ’
        ("pt", "«|95 %|arquivo não"),  # “; 95%, as shares are written; ficheiro
    ],
)
def test_a_language_has_one_word_and_one_sign_for_one_thing(language: str, pattern: str) -> None:
    translations = (
        form
        for message in messages(CATALOGUES_DIR / f"{language}.po")
        for form in forms(message.string)
    )
    assert [text for text in translations if re.search(pattern, text)] == []


def test_a_text_stands_whole_in_its_call() -> None:
    """One that is put together, or kept in a variable, is in no catalogue."""
    parts = []
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and said(node):
                    texts = node.args[:1] if ast.unparse(node.func) == "Message" else node.args[1:3]
                    if not all(isinstance(text, ast.Constant) for text in texts):
                        parts.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert parts == []


def said(node: ast.Call) -> bool:
    return ast.unparse(node.func) in ("Message", "Message.counted", "Message.notes_of")


def test_a_text_stands_whole_in_its_template() -> None:
    templates = environment(page_language("en"))
    n_calls = 0
    for package in PACKAGES:
        for path in (ROOT / package / "templates").glob("*.html"):
            tree = templates.parse(path.read_text(encoding="utf-8"))
            for call in tree.find_all(nodes.Call):
                name = getattr(call.node, "name", "")
                n_texts = {"_": 1, "gettext": 1, "ngettext": 2, "forms": 2}.get(name, 0)
                assert all(isinstance(text, nodes.Const) for text in call.args[:n_texts]), path
                n_calls += bool(n_texts)
    assert n_calls > 100


def test_a_sign_behind_a_value_is_in_a_text() -> None:
    """French has a space before ":", which stood outside of every call of some templates."""
    bare = []
    for package in set(PACKAGES) - {"web"}:  # its page is for programmers, and English
        for path in (ROOT / package / "templates").glob("*.html"):
            found = re.findall(r"\}\}(?:</\w+>)?[:;!?][ <].*", path.read_text(encoding="utf-8"))
            bare += [f"{path.name}: {words}" for words in found]
    assert bare == []


def test_a_language_begins_with_every_text_and_an_update_keeps_translations(
    tmp_path: Path, texts: Catalog
) -> None:
    path = tmp_path / "it.po"
    update(path, texts)
    catalogue = read(path)
    assert len(catalogue) == len(texts) and str(catalogue.locale) == "it"
    begun = path.read_text(encoding="utf-8")
    translated = begun.replace('"All batches"\nmsgstr ""', '"All batches"\nmsgstr "Lotti"')
    gone = '\nmsgid "gone"\nmsgstr "sparito"\n'
    path.write_text(translated + gone, encoding="utf-8")
    update(path, texts)
    kept = {message.id: message.string for message in messages(path)}
    assert kept["All batches"] == "Lotti" and "gone" not in kept
    before = path.read_bytes()
    update(path, texts)
    assert path.read_bytes() == before
