"""Coders who answered the same texts: how often they agree, and what is to be decided."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from core.corrections.corrections_folder import read_folder
from core.isco_titles.group_titles import ENGLISH
from core.review_contract import CONFLICTS
from core.settings import DataSettings, Settings
from inference.corrections_lookup import CorrectionsLookup
from results.corrections_file import process_corrections
from results.corrections_source import is_corrections_file
from tests.support.written_rows import rows_of
from training.evaluation.coder_agreement import CoderAgreement, Pair, coder_agreement
from training.evaluation.conflicts_list import write_conflicts

HEADER = "text,corrected_isco_code,coder,comment,sequence\n"


def keep(folder: Path, *answers: tuple[str, str, str]) -> None:
    """Keep answers: text, code, coder."""
    folder.mkdir(exist_ok=True)
    n = len(list(folder.iterdir())) + 1
    rows = "".join(f"{text} | x,{code},{coder},,{n}\n" for text, code, coder in answers)
    (folder / f"{n}.csv").write_text(HEADER + rows, encoding="utf-8")


def pair(found: CoderAgreement, first: str, second: str) -> Pair:
    (one,) = (pair for pair in found.pairs if (pair.first, pair.second) == (first, second))
    return one


def test_kappa_of_a_pair_and_alpha_of_all(tmp_path: Path) -> None:
    texts = "abcdefghij"
    keep(tmp_path, *((text, "2221" if text < "f" else "3221", "Anna") for text in texts))
    keep(tmp_path, *((text, "2221" if text < "d" else "3221", "ben") for text in texts))
    keep(tmp_path, ("a", "2221", "anna"), ("z", "2221", "ben"), ("a", "7212", ""))
    found = coder_agreement(read_folder(tmp_path, DataSettings()))
    level = pair(found, "Anna", "ben").levels[0]
    # 8 of 10 agree; by chance 0.5 * 0.3 + 0.5 * 0.7 = 0.5 would: (0.8 - 0.5) / (1 - 0.5).
    assert (level.digits, level.agreement_rate) == (4, 0.8)
    assert level.beyond_chance == pytest.approx(0.6)
    # Of 20 answers 8 are 2221 and 12 are 3221: 1 - (20 - 1) * 4 / (2 * 8 * 12).
    assert found.n_texts == 10 and len(found.pairs) == 1
    assert found.levels[0].beyond_chance == pytest.approx(1 - 19 * 4 / (2 * 8 * 12))


def test_three_coders_and_groups_of_three_digits(tmp_path: Path) -> None:
    keep(tmp_path, ("a", "2221", "anna"), ("b", "2221", "anna"), ("c", "2221", "anna"))
    keep(tmp_path, ("a", "2222", "ben"), ("b", "222", "ben"))
    keep(tmp_path, ("c", "7212", "chris"))
    found = coder_agreement(read_folder(tmp_path, DataSettings()))
    assert [(p.first, p.second, p.n_texts) for p in found.pairs] == [
        ("anna", "ben", 2),
        ("anna", "chris", 1),
    ]
    assert [level.agreement_rate for level in pair(found, "anna", "ben").levels] == [0, 1]
    assert [level.agreement_rate for level in found.levels] == [0, pytest.approx(2 / 3)]
    # A minor group does not contradict the unit group in it: that is no conflict to decide.
    assert [conflict.text for conflict in found.conflicts] == ["a | x", "c | x"]


def test_accents_make_no_other_coder(tmp_path: Path) -> None:
    keep(tmp_path, ("a", "2221", "Zoë"), ("b", "2221", "zoe"), ("b", "3221", "ZOË"))
    keep(tmp_path, ("a", "2221", "Łukasz"), ("b", "2221", "lukasz"))
    found = coder_agreement(read_folder(tmp_path, DataSettings()))
    assert [(p.first, p.second, p.n_texts) for p in found.pairs] == [("Zoë", "Łukasz", 2)]
    (conflict,) = found.conflicts
    assert [answer.code for answer in conflict.answers] == ["3221", "2221"]


def test_all_one_code_has_no_kappa(tmp_path: Path) -> None:
    keep(tmp_path, ("a", "2221", "anna"), ("b", "2221", "anna"))
    keep(tmp_path, ("a", "2221", "ben"), ("b", "2221", "ben"))
    found = coder_agreement(read_folder(tmp_path, DataSettings()))
    for level in (*found.levels, *pair(found, "anna", "ben").levels):
        assert level.agreement_rate == 1 and level.beyond_chance != level.beyond_chance


def test_no_text_of_two_coders(tmp_path: Path) -> None:
    keep(tmp_path / "c", ("a", "2221", "anna"), ("b", "2221", "ben"))
    nothing = CoderAgreement(0, (), (), ())
    assert coder_agreement(read_folder(tmp_path / "c", DataSettings())) == nothing
    assert coder_agreement(read_folder(tmp_path / "none", DataSettings())) == nothing


def test_a_text_in_two_spellings_is_one_conflict(tmp_path: Path) -> None:
    """Duties that say nothing, and the accents of Greek, make no other text."""
    (tmp_path / "1.csv").write_text(
        HEADER + "nurse | unknown,2221,anna,on a ward,1\nεργοδηγός | unknown,3122,anna,,1\n",
        encoding="utf-8",
    )
    (tmp_path / "2.csv").write_text(
        HEADER + "nurse | keine angabe,3221,ben,no degree,2\nεργοδηγος | unknown,3123,ben,,2\n",
        encoding="utf-8",
    )
    nurse, foreman = coder_agreement(read_folder(tmp_path, DataSettings())).conflicts
    assert (nurse.text, foreman.text) == ("nurse | unknown", "εργοδηγός | unknown")
    assert [answer.comment for answer in nurse.answers] == ["on a ward", "no degree"]


def test_the_list_of_conflicts_is_filled_in_and_settles_them(tmp_path: Path) -> None:
    data = DataSettings(corrections_dir=tmp_path / "corrections")
    settings = Settings(data=data)
    folder = settings.data.corrections_dir
    folder.mkdir(parents=True)
    (folder / "1.csv").write_text(
        HEADER + "nurse | x,2221,anna,=wards,1\ncook | x,5120,anna,,1\nwelder | x,7212,anna,,1\n",
        encoding="utf-8",
    )
    keep(folder, ("nurse", "3221", "ben"), ("cook", "3434", "ben"), ("welder", "7212", "ben"))
    path = tmp_path / CONFLICTS
    write_conflicts(path, coder_agreement(read_folder(folder, DataSettings())).conflicts, ENGLISH)
    rows = rows_of(path)
    assert [row["text"] for row in rows] == ["cook | x", "nurse | x"]
    assert rows[1]["answers"] == "anna: 2221 Nursing Professionals; ben: 3221 " + (
        "Nursing Associate Professionals"
    )
    assert rows[1]["comments"] == "anna: =wards" and rows[0]["comments"] == ""
    rows[1] |= {"corrected_isco_code": "2221", "coder": "dora"}
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    assert is_corrections_file(path, settings)
    before = CorrectionsLookup.load(folder, DataSettings())
    assert not before.decisions.teaches_others("nurse | x")
    process_corrections(path, tmp_path, before, settings)
    after = CorrectionsLookup.load(folder, DataSettings())
    assert after.decisions.get("nurse | x") == "2221" and after.decisions.teaches_others(
        "nurse | x"
    )
    assert not after.decisions.teaches_others("cook | x"), "its row was left empty"
    found = coder_agreement(read_folder(folder, DataSettings()))
    assert [conflict.text for conflict in found.conflicts] == ["cook | x"]
    assert found.n_texts == 3, "what was settled stays an answer of two coders"
