"""A message is English for programs, and is said in a language by a page."""

from __future__ import annotations

import copy
import json
import pickle

from core.languages.message import GroupTitle, LanguageName, Message
from core.languages.page_language import page_language


def test_it_is_english_text_for_programs_and_translated_on_a_page() -> None:
    note = Message("the sheet {name!r} was read, and not {others}", name="{0}", others="'b'")
    assert note == "the sheet '{0}' was read, and not 'b'"
    assert json.dumps([note]) == "[\"the sheet '{0}' was read, and not 'b'\"]"
    assert page_language("de").gettext(note) == "gelesen wurde das Blatt '{0}', und nicht 'b'"


def test_the_form_of_a_plural_is_that_of_the_language() -> None:
    def lines(n: int) -> Message:
        one, many = (
            "{n} line above the header was left out",
            "{n} lines above the header were left out",
        )
        return Message.counted(n, one, many)

    assert [str(lines(n)) for n in (0, 1, 1_200)] == [
        "0 lines above the header were left out",
        "1 line above the header was left out",
        "1,200 lines above the header were left out",
    ]
    assert Message.notes_of(0, "{n} row", "{n} rows") == []
    assert Message.notes_of(2, "{n} row", "{n} rows") == ["2 rows"]
    french = [page_language("fr").gettext(lines(n)) for n in (0, 1, 1_200)]
    assert french[0].startswith("0 ligne ") and french[1].startswith("1 ligne ")
    assert french[2].startswith("1\u202f200 lignes ")


def test_a_message_in_a_message_is_translated_as_well() -> None:
    note = Message("{column!r}: {warning}", column="code", warning=Message("no code"))
    assert note == "'code': no code"
    assert page_language("de").gettext(note) == "'code': kein Code"


def test_a_copy_is_the_english_text_alone() -> None:
    note = Message("there is no {file}: {reason}", file="{x}", reason="full")
    for other in (pickle.loads(pickle.dumps(note)), copy.deepcopy(note)):
        assert type(other) is str and other == "there is no {x}: full"


def test_a_page_says_the_name_of_a_language_in_its_own() -> None:
    message = Message("the words look like {language}", language=LanguageName("de"))
    assert message == "the words look like German"
    assert page_language("en").gettext(message) == "the words look like German"
    note = Message(
        "the file is not UTF-8 and was read as {encoding}: its words, such as {word!r}, look like "
        "{language}. If that is wrong, set data.encoding in the settings",
        encoding="cp1250",
        word="řidič",
        language=LanguageName("cs"),
    )
    assert "sehen aus wie Tschechisch" in page_language("de").gettext(note)
    assert pickle.loads(pickle.dumps(LanguageName("cs"))) == "Czech"


def test_a_page_says_the_title_of_a_group_in_its_language() -> None:
    note = Message(
        "the words beside the code do not match the title of {code}, {title!r}",
        code="2221",
        title=GroupTitle("2221"),
    )
    assert note.endswith("the title of 2221, 'Nursing Professionals'")
    german = page_language("de").gettext(note)
    assert german.endswith(
        "Titel von 2221, 'Akademische und vergleichbare Krankenpflegefachkräfte'"
    )
    assert pickle.loads(pickle.dumps(GroupTitle("2221"))) == "Nursing Professionals"


def test_nothing_is_said_of_nothing() -> None:
    assert Message.listed([]) == Message.listed(["", ""]) == page_language("de").gettext("") == ""
    parts = ["", Message("no code"), "x"]
    assert page_language("de").gettext(Message.listed(parts)) == "kein Code; x"
    assert Message.listed(parts) == "no code; x"
