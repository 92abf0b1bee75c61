"""A corrections file: each row gets a status, and accepted codes are used at once."""

from __future__ import annotations

import csv
import json
import multiprocessing
import os
import time
from collections.abc import Iterable
from pathlib import Path

import pytest

from core.corrections.correction import Correction, CorrectionStatus
from core.corrections.correction_table import open_corrections, read_corrections
from core.corrections.corrections_folder import read_folder
from core.corrections.doubts import Doubt, confirm
from core.errors import InputError
from core.files.whole_file import sha256_of, write_atomic
from core.settings import DataSettings, ReviewSettings, Settings
from core.text import join
from inference.autocoder import open_autocoder
from inference.bundle import Bundle
from inference.corrections_lookup import CorrectionsLookup
from inference.output_columns import counts, output_values
from results.corrections_file import corrections_batch_id, process_corrections
from results.corrections_source import is_corrections_file
from results.receipt import CorrectionsReceipt
from results.statistics import BatchStatistics
from tests.support.decided_texts import lookup_of
from tests.support.labelled_records import kept_corrections
from tests.support.written_rows import rows_of
from tests.watcher.test_daemon import batches, daemon, drop, wait_for
from training.dataset.correction_set import CorrectionSet


def judged(path: Path) -> list[tuple[str, str, CorrectionStatus]]:
    corrections = read_corrections(open_corrections(path, DataSettings()))
    return [(c.text, c.code, c.status) for c in corrections]


def test_every_row_gets_its_status(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text(
        "text,corrected_isco_code,note\n"
        "nurse | unknown,2221,\nSoldier!,310,\ncook | fries,512,\nwelder | unknown,,x\n"
        "baker | unknown,9999,\nguard | unknown,=1+1,\nunknown | unknown,2221,\nx | y,21,\n",
        encoding="utf-8",
    )
    assert judged(path) == [
        ("nurse | unknown", "2221", CorrectionStatus.ACCEPTED),
        ("soldier | unknown", "0310", CorrectionStatus.RESTORED),
        ("cook | fries", "512", CorrectionStatus.GROUP),
        ("welder | unknown", "", CorrectionStatus.SKIPPED),
        ("baker | unknown", "", CorrectionStatus.SKIPPED),
        ("guard | unknown", "", CorrectionStatus.REJECTED),
        ("unknown | unknown", "", CorrectionStatus.REJECTED),
        ("x | y", "", CorrectionStatus.REJECTED),
    ]


def test_title_and_duties_do_as_well_as_the_text(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text("Title;Duties;corrected_isco_code\nNurse;Wards;2221\n", encoding="utf-8")
    assert judged(path) == [("nurse | wards", "2221", CorrectionStatus.ACCEPTED)]


def test_codes_without_texts_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text("id,corrected_isco_code\n1,2221\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"review\.csv"):
        judged(path)


@pytest.mark.parametrize(
    ("content", "is_corrections"),
    [
        ("job_title,corrected_isco_code\nnurse,2221\n", True),
        ("job_title\nnurse\n", False),
    ],
)
def test_a_filled_column_makes_a_corrections_file(
    tmp_path: Path, settings: Settings, content: str, is_corrections: bool
) -> None:
    path = tmp_path / "c.csv"
    path.write_text(content, encoding="utf-8")
    assert is_corrections_file(path, settings) == is_corrections


def test_notes_below_the_corrections_are_named(tmp_path: Path, settings: Settings) -> None:
    path = tmp_path / "c.csv"
    path.write_text(
        "id;job_title;corrected_isco_code\n1;nurse;2221\n\nDone by the office\n", encoding="utf-8"
    )
    receipt = process_corrections(path, tmp_path, CorrectionsLookup(), settings)
    assert receipt.n_rows == 1
    assert [note for note in receipt.notes if "1 row below the records was left out (4)" in note]


def test_the_reason_of_a_row_is_in_the_language_of_the_pages(
    tmp_path: Path, settings: Settings
) -> None:
    path = tmp_path / "c.csv"
    path.write_text(
        "text,corrected_isco_code\nnurse,2221\nnurse,3221\nsoldier,not codable\ncook,512\n",
        encoding="utf-8",
    )
    german = settings.with_values("output", language="de")
    process_corrections(path, tmp_path, CorrectionsLookup(), german)
    rows = rows_of(tmp_path / "corrections.csv")
    assert [row["status"] for row in rows] == ["accepted", "accepted", "not_codable", "group_only"]
    assert [row["reason"] for row in rows] == [
        "",
        "ersetzt 2221: Es gilt die zuletzt erhaltene Antwort",
        "kein Code passt: wird aufbewahrt, trainiert aber nichts",
        "eine Berufsuntergruppe: wird aufbewahrt, trainiert aber nichts",
    ]


def test_a_group_that_confirms_a_code_says_which_code_stays(
    tmp_path: Path, settings: Settings
) -> None:
    path = tmp_path / "c.csv"
    path.write_text(
        "text,corrected_isco_code\nnurse,2221\nnurse,222\nnurse,512\n", encoding="utf-8"
    )
    process_corrections(path, tmp_path, CorrectionsLookup(), settings)
    _, confirming, replacing = rows_of(tmp_path / "corrections.csv")
    assert confirming["reason"].endswith("; confirms 2221, which stays the code of this text")
    assert "confirms" not in replacing["reason"] and "replaces 2221" in replacing["reason"]


def test_codes_of_isco_88_do_not_become_binding(tmp_path: Path, settings: Settings) -> None:
    """2221 is a doctor there, and a nurse in ISCO-08; 2512 is a code of ISCO-08 alone."""
    path = tmp_path / "c.csv"
    answers = {
        "teller": ("4212", "rejected"),
        "doctor": ("2221", "rejected"),
        "nurse": ("222", "rejected"),
        "waiter": ("5123", "rejected"),
        "cook": ("5122", "rejected"),
        "teacher": ("2331", "rejected"),
        "programmer": ("2512", "accepted"),
        "fixer": ("not codable", "not_codable"),
    }
    rows = [f"{title};;{code}" for title, (code, _) in answers.items()]
    path.write_text("\n".join(["job_title;duties;corrected_code", *rows]), encoding="utf-8")
    receipt = process_corrections(path, tmp_path, CorrectionsLookup(), settings)
    written = (tmp_path / "corrections.csv").read_text(encoding="utf-8-sig").splitlines()
    read = list(csv.DictReader(written, delimiter=";"))
    assert [row["status"] for row in read] == [status for _, status in answers.values()]
    assert "2221 is a code of ISCO-88, too" in read[1]["reason"]
    (note,) = [note for note in receipt.notes if "ISCO-88" in note]
    assert "3 codes are of ISCO-88, not of ISCO-08 (3 of 8): the column looks like ISCO-88" in note


def test_times_that_are_left_out_are_counted(tmp_path: Path, settings: Settings) -> None:
    path = tmp_path / "c.csv"
    path.write_text(
        "text,corrected_code,coded_at\nnurse,2221,3/4/2025\ncook,5120,2025-04-03\nbaker,,soon\n",
        encoding="utf-8",
    )
    receipt = process_corrections(path, tmp_path, CorrectionsLookup(), settings)
    (note,) = [note for note in receipt.notes if "coded_at" in note]
    assert note.startswith("1 row has a time in 'coded_at' that cannot be read")


def test_a_column_that_names_no_samples_fills_no_receipt(
    tmp_path: Path, settings: Settings
) -> None:
    path = tmp_path / "answers.csv"
    rows = "".join(f"guard {n} | unknown,5414,remark {n}\n" for n in range(50))
    path.write_text("text,corrected_isco_code,sampled\n" + rows, encoding="utf-8")
    lookup = CorrectionsLookup.load(settings.data.corrections_dir, settings.data)
    notes = process_corrections(path, tmp_path, lookup, settings).notes
    of_samples = [note for note in notes if "agreement" in note]
    assert of_samples[0].startswith("the list of remark 0 is missing")
    assert of_samples[3:] == [
        "47 more rows of random samples without lists: left out of the agreement"
    ]


def test_reviews_may_stand_one_below_the_other(tmp_path: Path, settings: Settings) -> None:
    """The second header, which begins with a byte order mark, is no answer and no coder."""
    path = tmp_path / "c.csv"
    header = "\ufefftext,duties_description,corrected_isco_code,final,coder,coded_at\n"
    path.write_text(
        f"{header}nurse,,2221,,Anna,2024-11-27\n{header}cook,,5120,,,\nbaker,,,7512,,\n",
        encoding="utf-8",
    )
    assert is_corrections_file(path, settings)
    receipt = process_corrections(path, tmp_path, CorrectionsLookup(), settings)
    assert (receipt.statuses["accepted"], receipt.statuses["skipped"]) == (2, 2)
    _, repeated, cook, baker = read_corrections(open_corrections(path, DataSettings()))
    assert (repeated.line, repeated.status) == (3, CorrectionStatus.SKIPPED)
    assert "repeats the names of the columns" in repeated.reason
    assert cook.signature.coder == "Anna" and baker.answer_column == "final"
    path.write_text(f"{header}nurse,,,,,\n{header}cook,,,,,\n", encoding="utf-8")
    with pytest.raises(InputError, match="no code in the column"):
        is_corrections_file(path, settings)


def test_a_few_codes_of_isco_88_are_slips(tmp_path: Path, settings: Settings) -> None:
    path = tmp_path / "c.csv"
    path.write_text("text,corrected_code\nnurse,2221\ncook,5122\n", encoding="utf-8")
    receipt = process_corrections(path, tmp_path, CorrectionsLookup(), settings)
    assert receipt.statuses["accepted"] == 1
    assert "1 code is of ISCO-88, not of ISCO-08" in receipt.notes


def test_the_later_file_holds_and_the_conflict_is_reported(
    tmp_path: Path, settings: Settings
) -> None:
    corrections_lookup = CorrectionsLookup()
    for number, code in ((2, "2221"), (1, "3221")):  # the clock may go back
        path, out = tmp_path / f"{number}.csv", tmp_path / f"out{number}"
        path.write_text(f"text,corrected_isco_code\nnurse | unknown,{code}\n", encoding="utf-8")
        out.mkdir()
        receipt = process_corrections(path, out, corrections_lookup, settings)
        kept = settings.data.corrections_dir / f"{receipt.batch_id}.csv"
        os.utime(kept, (number, number))
        corrections_lookup = CorrectionsLookup.load(settings.data.corrections_dir, DataSettings())
    assert corrections_lookup.decisions.get("nurse | unknown") == "3221"
    assert receipt.n_conflicts == 1
    (row,) = rows_of(tmp_path / "out1" / "corrections.csv")
    assert "replaces 2221" in row["reason"]


@pytest.mark.parametrize(
    ("later", "kept_code", "conflict"),
    [
        ("3221", "3221", "replaces 2221"),
        ("222", "2221", ""),  # a group that the code lies in
        ("322", "322", "replaces 2221"),
        ("not codable", "not codable", "replaces 2221"),
        ("2221", "2221", ""),
        ("9999", "2221", ""),  # rejected: it says nothing
    ],
)
def test_the_later_row_wins_also_where_it_takes_a_code_back(
    tmp_path: Path, settings: Settings, later: str, kept_code: str, conflict: str
) -> None:
    path = tmp_path / "c.csv"
    path.write_text(
        f"text,corrected_isco_code\nnurse | unknown,2221\nnurse | unknown,{later}\n",
        encoding="utf-8",
    )
    receipt = process_corrections(path, tmp_path, CorrectionsLookup(), settings)
    assert receipt.n_conflicts == bool(conflict)
    assert ("1 replaces an earlier answer" in receipt.summary()) == bool(conflict)
    assert conflict in (tmp_path / "corrections.csv").read_text(encoding="utf-8-sig")
    corrections_lookup = CorrectionsLookup.load(settings.data.corrections_dir, DataSettings())
    assert corrections_lookup.decisions.get("nurse | unknown") == kept_code
    taught = CorrectionSet(kept_corrections(settings)).table(None)
    assert list(taught["label"]) == ([kept_code] if len(kept_code) == 4 else [])


def test_a_withdrawn_answer_is_kept_as_such_until_the_next_one(
    tmp_path: Path, settings: Settings
) -> None:
    folder = settings.data.corrections_dir
    for number, (code, expected) in enumerate(
        (("2221", "2221"), ("zurückgezogen", None), ("3221", "3221"))
    ):
        path, out = tmp_path / f"{number}.csv", tmp_path / f"out{number}"
        path.write_text(
            f"text,corrected_isco_code,coder\nnurse | unknown,{code},Anna\n", encoding="utf-8"
        )
        out.mkdir()
        lookup = CorrectionsLookup.load(folder, DataSettings())
        receipt = process_corrections(path, out, lookup, settings)
        decisions = CorrectionsLookup.load(folder, DataSettings()).decisions
        assert decisions.get("nurse | unknown") == expected
        assert receipt.n_conflicts == (expected is None)
        taught = CorrectionSet(read_folder(folder, settings.data)).table(None)
        assert list(taught["label"]) == ([expected] if expected else [])
        if expected is None:
            assert receipt.statuses["withdrawn"] == 1 and "1 withdrawn" in receipt.summary()
            reasons = (out / "corrections.csv").read_text(encoding="utf-8-sig")
            assert "takes back: 2221" in reasons
            kept = (folder / f"{receipt.batch_id}.csv").read_text(encoding="utf-8")
            assert "withdraw" in kept and "Anna" in kept


def test_a_row_says_what_became_of_the_answers_of_others(
    tmp_path: Path, settings: Settings
) -> None:
    rows = (
        "nurse | unknown,2221,Anna",
        "nurse | unknown,3221,Bea",
        "nurse | unknown,withdraw,Cem",
        "nurse | unknown,withdraw,Cem",
        "cook | unknown,5120,Anna",
        "cook | unknown,512,Bea",
    )
    path = tmp_path / "answers.csv"
    path.write_text("text,corrected_isco_code,coder\n" + "\n".join(rows), encoding="utf-8")
    process_corrections(path, tmp_path, CorrectionsLookup(), settings)
    reasons = [row["reason"] for row in rows_of(tmp_path / "corrections.csv")]
    assert "replaces 2221: the answer that was received last is used" in reasons[1]
    assert "coders contradict each other: it teaches nothing" in reasons[1]
    assert "takes back: 2221 of 'Anna'; 3221 of 'Bea'" in reasons[2]
    assert "no answer about it was in force" in reasons[3]
    for reason in (reasons[0], *reasons[4:]):
        assert "contradict" not in reason and "replaces" not in reason


def test_the_memory_outranks_the_model_and_the_cache(bundle: Bundle, settings: Settings) -> None:
    coder = open_autocoder(bundle, settings)
    text = join("nurse")
    (before,) = coder.code([text])
    coder.corrections_lookup = lookup_of({text: "0110"})
    (after,) = coder.code([text])
    assert (before.source, after.source) == ("model", "correction")
    assert (after.isco_code, after.confidence, after.needs_review) == ("0110", 1.0, False)
    coder.corrections_lookup = CorrectionsLookup()
    assert coder.code([text]) == [before]


@pytest.mark.slow
def test_a_review_filled_and_dropped_back_is_remembered(settings: Settings) -> None:
    with daemon(settings) as process:
        drop(settings, "survey.csv", "job_title\nsoldier\nnurse\n")
        wait_for((settings.watcher.archive_dir / "survey.csv").exists, process)
        (first,) = batches(settings, "survey")
        review = rows_of(first / "review.csv")
        for row in review:
            row["corrected_isco_code"] = "310" if row["text"].startswith("soldier") else ""
        lines = [list(review[0]), *(list(row.values()) for row in review)]
        filled = "\n".join(",".join(f'"{cell}"' for cell in line) for line in lines) + "\n"
        for n in (1, 2):  # the second time changes nothing
            drop(settings, "review.csv", filled)
            archive = settings.watcher.archive_dir
            wait_for(lambda n=n, a=archive: len(list(a.glob("review*"))) == n, process)
        drop(settings, "survey.csv", "job_title\nsoldier\nnurse\n")
        wait_for(lambda: len(batches(settings, "survey")) == 2, process)
    (corrected,) = batches(settings, "review")
    receipt = json.loads((corrected / "receipt.json").read_text(encoding="utf-8"))
    assert receipt["statuses"]["restored"] == 1 and receipt["statuses"]["skipped"] == 1
    assert len(list(settings.data.corrections_dir.glob("*.csv"))) == 1
    (second,) = set(batches(settings, "survey")) - {first}
    with (second / "predictions.csv").open(encoding="utf-8", newline="") as file:
        soldier, nurse = csv.DictReader(file)
    assert (soldier["isco_code"], soldier["source"]) == ("0310", "correction")
    assert soldier["confidence"] == "1" and soldier["candidate_2"] == ""
    assert nurse["source"] == "model"
    assert json.loads((second / "receipt.json").read_text(encoding="utf-8"))["n_corrected"] == 1


class Intake:
    """Takes corrections files as the worker does, without a model."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.settings = settings
        self.folder = folder
        self.n = 0

    @property
    def lookup(self) -> CorrectionsLookup:
        return CorrectionsLookup.load(self.settings.data.corrections_dir, DataSettings())

    def identify(self, content: str, claim_id: str) -> tuple[Path, str]:
        self.n += 1
        path = self.folder / f"{self.n}.csv"
        path.write_text("text,corrected_isco_code\n" + content, encoding="utf-8")
        sha256 = sha256_of(path)
        return path, corrections_batch_id(path, sha256, self.lookup, self.settings, claim_id)

    def take(self, content: str, claim_id: str = "") -> CorrectionsReceipt:
        path, batch_id = self.identify(content, claim_id or f"claim{self.n}")
        out = self.folder / f"out{self.n}"
        out.mkdir()
        return process_corrections(path, out, self.lookup, self.settings, batch_id)

    def kept(self) -> int:
        return len(list(self.settings.data.corrections_dir.iterdir()))


NURSE, ASSISTANT = "nurse | unknown,2221\n", "nurse | unknown,3221\n"


def test_the_last_of_a_b_and_a_again_holds(tmp_path: Path, settings: Settings) -> None:
    intake = Intake(settings, tmp_path)
    receipts = [intake.take(content) for content in (NURSE, ASSISTANT, NURSE)]
    assert intake.lookup.decisions.get("nurse | unknown") == "2221"
    assert len({receipt.batch_id for receipt in receipts}) == 3 == intake.kept()
    assert [receipt.n_conflicts for receipt in receipts] == [0, 1, 1]
    # Content whose decisions hold already is the same batch, whichever claim brings it.
    assert intake.identify(NURSE, "another")[1] == receipts[2].batch_id
    assert (
        intake.identify("nurse | unknown,\n", "a")[1]
        == intake.identify("nurse | unknown,\n", "b")[1]
    )


def test_what_was_adjudicated_holds_and_the_kept_files_say_who(
    tmp_path: Path, settings: Settings
) -> None:
    intake = Intake(settings, tmp_path)
    header = "corrected_isco_code,text,coder,coded_at,comment,adjudicated\n"
    for n, row in enumerate(
        ("2221,nurse,anna,2025-11-26,wards,", "3221,nurse,ben,,,", "2221,nurse,chris,,,yes")
    ):
        path = tmp_path / f"answers{n}.csv"
        path.write_text(header + row + "\n", encoding="utf-8")
        process_corrections(path, tmp_path, intake.lookup, settings)
    (row,) = rows_of(tmp_path / "corrections.csv")
    assert row["reason"] == (
        "replaces 3221 and settles the conflict about this text: only another adjudicated answer "
        "changes it"
    )
    later = tmp_path / "later.csv"
    later.write_text(header + "3221,nurse,ben,2025-11-27,,\n", encoding="utf-8")
    receipt = process_corrections(later, tmp_path, intake.lookup, settings)
    assert receipt.statuses["overruled"] == 1 and receipt.n_conflicts == 0
    (row,) = rows_of(tmp_path / "corrections.csv")
    assert row["status"] == "overruled" and "decided as 2221" in row["reason"]
    assert "kept and counts for the agreement of coders" in row["reason"]
    assert intake.lookup.decisions.get("nurse | unknown") == "2221"
    folder = settings.data.corrections_dir
    signed = [correction.signature.cells for _, correction in read_folder(folder, DataSettings())]
    assert signed == [
        ["anna", "2025-11-26T00:00:00", "wards", ""],
        ["ben", "", "", ""],
        ["chris", "", "", "yes"],
        ["ben", "2025-11-27T00:00:00", "", ""],
    ]
    later.write_text(header + "3221,nurse,,,,\n", encoding="utf-8")
    process_corrections(later, tmp_path, intake.lookup, settings)
    (row,) = rows_of(tmp_path / "corrections.csv")
    assert row["status"] == "overruled" and "the answer is kept, and" in row["reason"]


def test_the_list_of_what_became_of_answers_is_no_new_file_of_them(
    tmp_path: Path, settings: Settings
) -> None:
    """It has neither coder nor time nor comment, and old answers would become the latest."""
    answers = tmp_path / "answers.csv"
    answers.write_text("text,corrected_isco_code,coder\nnurse,2221,anna\n", encoding="utf-8")
    assert is_corrections_file(answers, settings)
    process_corrections(answers, tmp_path, Intake(settings, tmp_path).lookup, settings)
    with pytest.raises(InputError, match=r"the columns of corrections\.csv.*taken already"):
        is_corrections_file(tmp_path / "corrections.csv", settings)


@pytest.mark.parametrize("typed", ["chloe", "CHLOE", "Chloe ", "Chloe\u0301"])
def test_a_coder_of_the_settings_is_kept_as_they_spell_the_name(
    typed: str, tmp_path: Path, settings: Settings
) -> None:
    settings = settings.model_copy(update={"review": ReviewSettings(coders=("Chlo\u00e9", "Ben"))})
    answers = tmp_path / "answers.csv"
    answers.write_text(f"text,corrected_isco_code,coder\nnurse,2221,{typed}\n", encoding="utf-8")
    process_corrections(answers, tmp_path, Intake(settings, tmp_path).lookup, settings)
    ((_, kept),) = read_folder(settings.data.corrections_dir, settings.data)
    assert kept.signature.coder == "Chlo\u00e9"


def test_an_attempt_that_crashed_goes_on_with_its_place(tmp_path: Path, settings: Settings) -> None:
    """The first attempt kept its decisions and died; another file came before the second one."""
    intake = Intake(settings, tmp_path)
    first = intake.take(NURSE, claim_id="claim")
    assert intake.identify(NURSE, "claim")[1] == first.batch_id
    intake.take(ASSISTANT)
    again = intake.take(NURSE, claim_id="claim")
    assert (again.batch_id, again.n_conflicts) == (first.batch_id, 0)
    assert intake.lookup.decisions.get("nurse | unknown") == "3221" and intake.kept() == 2


def test_a_file_whose_decisions_were_removed_is_taken_again(
    tmp_path: Path, settings: Settings
) -> None:
    intake = Intake(settings, tmp_path)
    first = intake.take(NURSE)
    for path in settings.data.corrections_dir.iterdir():
        path.unlink()
    assert intake.take(NURSE).batch_id != first.batch_id
    assert intake.lookup.decisions.get("nurse | unknown") == "2221"


def test_only_new_files_are_read_again(tmp_path: Path, settings: Settings) -> None:
    intake = Intake(settings, tmp_path)
    intake.take(NURSE)
    earlier = intake.lookup
    folder = settings.data.corrections_dir
    (kept,) = folder.iterdir()
    stat = kept.stat()
    kept.write_bytes(b"x" * stat.st_size)  # would be noticed if it were read
    os.utime(kept, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    intake.take("cook | unknown,5120\n")
    later = CorrectionsLookup.load(folder, DataSettings(), previous=earlier)
    found = [later.decisions.get(text) for text in ("nurse | unknown", "cook | unknown")]
    assert found == ["2221", "5120"] and earlier.decisions.get("cook | unknown") is None
    assert intake.lookup.decisions.get("nurse | unknown") is None


def test_a_persons_decision_is_not_coded_against(bundle: Bundle, settings: Settings) -> None:
    coder = open_autocoder(bundle, settings)
    group, none = join("welder"), join("refused")
    coder.corrections_lookup = lookup_of({group: "721", none: "not codable"})
    welder, refused = coder.code([group, none])
    assert (welder.isco_code, welder.source, welder.needs_review) == ("721", "correction", False)
    assert (refused.isco_code, refused.source, refused.needs_review) == ("", "not_codable", False)
    total = counts([welder, refused])
    assert (total.n_corrected, total.n_not_codable, total.n_review, total.n_autocoded) == (
        1,
        1,
        0,
        0,
    )
    values = output_values(refused, "v")
    assert values["isco_title"] is None and values["candidate_1"] is None
    statistics = BatchStatistics(bundle.training_profile(), 0.9)
    statistics.add([group, none], [welder, refused])
    assert {row.n_review for row in statistics.what_ifs()} == {0}
    assert {row.n_autocoded for row in statistics.what_ifs()} == {0}


def _keep(folder: Path, n_rounds: int) -> None:
    for n in range(n_rounds):
        text = "text,corrected_isco_code\n" + f"nurse {n},2221\n" * 2000
        write_atomic(folder / "same.csv", text)


@pytest.mark.slow
def test_two_processes_that_keep_one_file_never_tear_it(tmp_path: Path) -> None:
    """One of them is killed in the middle: the file is whole, and the other one goes on."""
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_keep, args=(tmp_path, 4000)) for _ in range(2)]
    for worker in workers:
        worker.start()
    path = tmp_path / "same.csv"
    is_whole = []
    deadline = time.monotonic() + 120
    while len(is_whole) < 300 and time.monotonic() < deadline:
        if path.exists():
            is_whole.append(path.read_bytes().count(b"\n") == 2001)
        if len(is_whole) == 150:
            workers[0].kill()
    assert workers[1].is_alive() or workers[1].exitcode == 0
    workers[1].kill()
    for worker in workers:
        worker.join()
    assert len(is_whole) == 300 and all(is_whole)
    assert path.read_bytes().count(b"\n") == 2001


def test_what_is_in_doubt_is_noted_before_it_is_kept(
    tmp_path: Path, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    """It holds for its own text; dropped again it changes nothing, confirmed it teaches."""
    intake = Intake(settings, tmp_path)
    folder = settings.data.corrections_dir
    path, batch_id = intake.identify(NURSE + "cook | unknown,999\n", "claim")

    def find_doubts(rows: Iterable[Correction], name: str) -> list[Doubt]:
        assert [row.text for row in rows] == ["nurse | unknown", "cook | unknown"]
        assert not list(folder.glob("*.csv")), "nobody is believed before"
        return [Doubt("", name, reasons=("far",))]

    receipt = process_corrections(
        path, tmp_path, intake.lookup, settings, batch_id, find_doubts=find_doubts
    )
    assert (receipt.n_doubted, receipt.statuses["accepted"]) == (1, 1)
    (kept,) = folder.glob("*.csv")
    assert receipt.notes[-1].endswith(f"isco coders --confirm {kept.name}")
    assert "handed in as '1.csv'" in receipt.notes[-1] and "in doubt" in receipt.summary()
    assert receipt.notes[-1] in caplog.text
    assert "in doubt" in (tmp_path / "corrections.csv").read_text(encoding="utf-8-sig")
    assert intake.lookup.decisions.get("nurse | unknown") == "2221" and intake.lookup.teaching == {}
    taught = CorrectionSet(read_folder(folder, settings.data)).table(None)
    assert not len(taught), "nor does a night learn it"

    sha256 = sha256_of(path)
    assert batch_id == corrections_batch_id(path, sha256, intake.lookup, settings, "other claim")
    resumed = process_corrections(path, tmp_path, intake.lookup, settings, batch_id)
    assert resumed.n_doubted == 1, "the attempt after a crash doubts it, too"

    confirm(folder, kept.name)
    assert intake.lookup.teaching == {"nurse | unknown": "2221"}
    assert batch_id == corrections_batch_id(path, sha256, intake.lookup, settings, "third claim")
