"""Answers in doubt hold for their own texts, and teach nothing until a person confirms them."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import pytest

from core.corrections.correction import Correction, CorrectionStatus
from core.corrections.corrections_folder import folder_state, read_folder
from core.corrections.decisions import Decisions
from core.corrections.doubts import (
    Doubt,
    confirm,
    doubt_again,
    doubts_path,
    open_doubts,
    read_doubts,
    remove_doubts,
    write_doubts,
)
from core.corrections.signature import Signature
from core.settings import DataSettings
from core.text import join
from inference.corrections_lookup import CorrectionsLookup

NURSE, COOK, WELDER = map(join, ("nurse", "cook", "welder"), ("", "", ""))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Answers of Ana, of Bea and of nobody; those of Ana are in doubt."""
    path = tmp_path / "a.csv"
    path.write_text(
        "text,corrected_isco_code,coder,adjudicated\n"
        f"{NURSE},2221,Ana,\n{COOK},5120,Bea,\n{WELDER},7212,,\n",
        encoding="utf-8",
    )
    example = "nurse", "2221", "5120"
    doubt = Doubt("ana", "review.csv", n=40, n_far=9, reasons=("far",), examples=(example,))
    write_doubts(path, [doubt])
    return path


def lookup(folder: Path, previous: CorrectionsLookup | None = None) -> CorrectionsLookup:
    return CorrectionsLookup.load(folder, DataSettings(), previous=previous)


def test_they_hold_for_their_own_text_and_teach_nothing(path: Path) -> None:
    decided = lookup(path.parent)
    assert decided.decisions.get(NURSE) == "2221" and decided.decisions.is_in_doubt(NURSE)
    assert decided.teaching == {COOK: "5120", WELDER: "7212"}
    assert decided.decisions.coder_of(COOK) == "Bea" and not decided.decisions.coder_of(WELDER)


def test_what_is_confirmed_teaches_at_once_and_can_be_taken_back(path: Path) -> None:
    before = lookup(path.parent)
    (settled,) = confirm(path.parent, "ANA")
    assert settled.name == "ana" and not confirm(path.parent, "Ana"), "it is confirmed already"
    assert not open_doubts(path.parent)
    confirmed = lookup(path.parent, before)
    assert confirmed.teaching == {NURSE: "2221", COOK: "5120", WELDER: "7212"}
    assert confirmed.version != before.version, "the same records are coded anew"
    (file,) = folder_state(path.parent)
    parts = {row.text: file.part_of(row) for _, row in read_folder(path.parent, DataSettings())}
    assert parts[NURSE] != parts[COOK] == parts[WELDER] == "a.csv"

    assert not doubt_again(path.parent, "review.csv"), "a file's name means nobody with a name"
    (again,) = doubt_again(path.parent, "ana")
    assert again.confirmed and lookup(path.parent, confirmed).teaching == before.teaching
    assert confirm(path.parent, "nobody") == []


def test_a_file_without_names_is_one_coder(path: Path) -> None:
    write_doubts(path, [Doubt("", "review.csv")])
    assert set(lookup(path.parent).teaching) == {NURSE, COOK}
    assert [doubt.name for doubt in confirm(path.parent, "a.csv")] == ["a.csv"]
    assert set(lookup(path.parent).teaching) == {NURSE, COOK, WELDER}


@pytest.mark.parametrize("name", ["a.csv", "review.csv"])
def test_the_name_of_a_file_confirms_no_coder_in_it(path: Path, name: str) -> None:
    write_doubts(path, [*read_doubts(path), Doubt("", "review.csv")])
    (settled,) = confirm(path.parent, name)
    assert not settled.coder and [doubt.coder for doubt in open_doubts(path.parent)] == ["ana"]
    assert set(lookup(path.parent).teaching) == {COOK, WELDER}


def test_a_coder_who_is_called_like_a_file_is_meant_by_the_name(path: Path) -> None:
    write_doubts(path, [Doubt("A.csv", "review.csv"), Doubt("", "a.csv")])
    assert [doubt.coder for doubt in confirm(path.parent, "a.csv")] == ["A.csv"]
    assert confirm(path.parent, "a.csv") == [], "a second time neither means the file"


@pytest.mark.parametrize(
    ("code", "coder", "teaches"),
    [
        ("2221", "Bea", True),  # two say the same
        ("3221", "Bea", False),  # disputed
        ("3221", "", True),  # the later answer, which nobody doubts
    ],
)
def test_another_coder_can_settle_it(path: Path, code: str, coder: str, teaches: bool) -> None:
    later = path.with_name("b.csv")
    head = "text,corrected_isco_code,coder,sequence,received\n"
    later.write_text(f"{head}{NURSE},{code},{coder},7,2026-01-01\n", encoding="utf-8")
    decided = lookup(path.parent)
    assert decided.decisions.get(NURSE) == code
    assert decided.decisions.teaches_others(NURSE) == teaches


@pytest.mark.parametrize("adjudicated", ["", "yes"])
def test_a_group_says_nothing_about_the_last_digit_in_doubt(path: Path, adjudicated: str) -> None:
    later = path.with_name("b.csv")
    head = "text,corrected_isco_code,coder,adjudicated,sequence,received\n"
    row = f"{NURSE},222,Bea,{adjudicated},7,2026-01-01\n"
    later.write_text(head + row, encoding="utf-8")
    decisions = lookup(path.parent).decisions
    assert decisions.get(NURSE) == "2221" and decisions.coder_of(NURSE) == "Ana"
    assert decisions.is_in_doubt(NURSE) and not decisions.teaches_others(NURSE)


def test_the_same_group_from_another_coder_is_in_doubt_no_more(path: Path) -> None:
    path.write_text(f"text,corrected_isco_code,coder\n{NURSE},222,Ana\n", encoding="utf-8")
    assert lookup(path.parent).decisions.is_in_doubt(NURSE)
    later = path.with_name("b.csv")
    head = "text,corrected_isco_code,coder,sequence,received\n"
    later.write_text(f"{head}{NURSE},222,Bea,7,2026-01-01\n", encoding="utf-8")
    assert not lookup(path.parent).decisions.is_in_doubt(NURSE)


def test_a_coder_without_a_name_is_not_replaced_by_the_one_of_the_group() -> None:
    """Else Bea would contradict Eve, who gave another code of her group."""
    decisions = Decisions()
    for code, status, coder in (
        ("2221", CorrectionStatus.ACCEPTED, ""),
        ("222", CorrectionStatus.GROUP, "Bea"),
        ("2222", CorrectionStatus.ACCEPTED, "Eve"),
    ):
        signature = Signature(coder=coder)
        decisions.apply(Correction(2, NURSE, code, code, status, signature=signature))
    assert not decisions.is_disputed(NURSE)


def test_a_believed_answer_stays_believed(path: Path) -> None:
    """The same answer, given again by a coder in doubt, takes nothing away."""
    earlier, later = path, path.with_name("b.csv")
    head = "text,corrected_isco_code,coder,sequence,received\n"
    later.write_text(f"{head}{COOK},5120,Ana,7,2026-01-01\n", encoding="utf-8")
    write_doubts(later, [Doubt("Ana", "again.csv")])
    assert lookup(earlier.parent).decisions.teaches_others(COOK)


def test_an_adjudicated_answer_is_never_in_doubt(path: Path) -> None:
    path.write_text(
        f"text,corrected_isco_code,coder,adjudicated\n{NURSE},2221,Ana,yes\n", encoding="utf-8"
    )
    assert set(lookup(path.parent).teaching) == {NURSE}


def test_damaged_doubts_are_doubts_about_all(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (doubt,) = read_doubts(path)
    assert doubt.examples == (("nurse", "2221", "5120"),) and doubt.reasons == ("far",)
    doubts_path(path).write_text('{"doubts": [{"coder": "Ana"}]}', encoding="utf-8")
    with caplog.at_level(logging.WARNING):
        assert lookup(path.parent).teaching == {}
    assert "every answer is in doubt" in caplog.text
    assert "all answers in 'a.csv' are in doubt" in read_doubts(path)[0].sentence
    confirm(path.parent, "a.csv")
    assert len(lookup(path.parent).teaching) == 3
    doubt_again(path.parent, "a.csv")
    assert lookup(path.parent).teaching == {}, "those of all coders, as before"
    remove_doubts(path)
    assert len(lookup(path.parent).teaching) == 3


def test_doubts_that_a_backup_restores_with_their_times_are_read(path: Path) -> None:
    kept = doubts_path(path)
    doubts, content, before = read_doubts(path), kept.read_bytes(), kept.stat()
    for written, is_whole in ((b"?" * len(content), False), (content, True)):
        kept.write_bytes(written)
        os.utime(kept, ns=(before.st_atime_ns, before.st_mtime_ns))
        assert (read_doubts(path) == doubts) is is_whole


def test_doubts_that_cannot_be_looked_for_are_doubts_about_all(path: Path) -> None:
    """Nobody can tell that there are none."""
    folder = doubts_path(path).parent
    folder.rename(path.with_name("doubts"))
    folder.symlink_to(folder.name)  # a link to itself
    assert not lookup(path.parent).teaching
    with pytest.raises(OSError, match=folder.name):
        open_doubts(path.parent)
