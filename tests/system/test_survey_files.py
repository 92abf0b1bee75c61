"""Files as people and survey programs make them, through a daemon with the model that ships.

Each is a kind of file that was once read wrongly, coded without being an answer, or ignored. The
values that are right stand here; the modules that make them so have tests of their own.
"""

from __future__ import annotations

import csv
import gzip
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from core.settings_file.settings_reader import load_settings
from tests.conftest import ROOT
from tests.support.daemon_harness import DaemonHarness
from tests.support.written_rows import rows_of

pytestmark = pytest.mark.slow
TURNS = 14
NURSE, DRIVER, PLUMBER, COOK = "2221", "8331", "7126", "5120"


@dataclass
class Answer:
    """The tables of a batch, or the reason of a rejected file."""

    reason: str = ""
    receipt: dict[str, Any] = field(default_factory=dict)
    rows: list[dict[str, str]] = field(default_factory=list)
    report: str = ""

    def column(self, name: str) -> list[str]:
        return [row[name] for row in self.rows]

    @property
    def codes(self) -> list[str]:
        return self.column("isco_code")

    @property
    def sources(self) -> list[str]:
        return self.column("source")

    @property
    def notes(self) -> str:
        return " ".join(self.receipt["notes"])


class Desk:
    """Drops one file after the other into the inbox of one daemon."""

    def __init__(self, root: Path) -> None:
        config = root / "config.yaml"
        config.write_text(
            f"output: {{best_model_dir: {ROOT / 'models' / 'bundled'}}}\n"
            "watcher: {poll_s: 0.1, quiet_s: 0.2}\nexplainability: {sample_size: 0}\n",
            encoding="utf-8",
        )
        self.harness = DaemonHarness(load_settings(config))

    def answer(self, name: str, content: str | bytes) -> Answer:
        before = set(self.harness.batches())
        self.harness.drop(name, content if isinstance(content, bytes) else content.encode())
        self.harness.tick(TURNS)
        if name in self.harness.rejected():
            return Answer(self.harness.rejected()[name])
        (batch,) = set(self.harness.batches()) - before
        receipt = json.loads((batch / "receipt.json").read_text(encoding="utf-8"))
        report = batch / "report.html"
        return Answer(
            receipt=receipt,
            rows=_rows(batch),
            report=report.read_text(encoding="utf-8") if report.exists() else "",
        )


def _rows(batch: Path) -> list[dict[str, str]]:
    path = next(batch / n for n in ("predictions.csv", "corrections.csv") if (batch / n).exists())
    return rows_of(path)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return Desk(tmp_path_factory.mktemp("desk"))


TWO_JOBS = (
    "nr{0}job_title{0}duties\r\n7{0}Registered nurse{0}dressings on a ward\r\n8{0}Bus driver{0}\r\n"
)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("line-of-excel.csv", "sep=;\r\n" + TWO_JOBS.format(";")),
        ("pipes.csv", TWO_JOBS.format("|")),
        ("tabs.tsv", TWO_JOBS.format("\t")),
        ("packed.csv.gz", gzip.compress(TWO_JOBS.format(",").encode(), mtime=0)),
        ("wide.txt", TWO_JOBS.format("\t").encode("utf-16")),
        ("empty-columns.csv", TWO_JOBS.format(",").replace("\r\n", ",,,\r\n")),
        (
            "qualtrics.csv",
            TWO_JOBS.format(",").replace(
                "\r\n7",
                '\r\nNumber,Which job do you have?,What is done there?\r\n"{""ImportId"":""nr""}",'
                '"{""ImportId"":""QID1""}","{""ImportId"":""QID2""}"\r\n7',
            ),
        ),
    ],
)
def test_layouts_and_formats(desk: Desk, name: str, content: str | bytes) -> None:
    answer = desk.answer(name, content)
    # Three digits: a layout does not decide how sure the model is.
    assert [code[:3] for code in answer.codes] == [NURSE[:3], DRIVER[:3]]
    assert answer.column("nr") == ["7", "8"]
    assert answer.column("duties") == ["dressings on a ward", ""]


def test_what_a_mac_keeps_beside_a_file(desk: Desk) -> None:
    twin = b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X        " + bytes(90)
    assert "AppleDouble" in desk.answer("of-a-mac.csv", twin).reason


@pytest.mark.parametrize(
    ("encoding", "names"),
    [
        ("cp1250", ["Šťastný Jiří", "Żółkiewska Łucja"]),
        ("cp1251", ["Щербаков Юрий", "Жукова Мария"]),
        ("cp1253", ["Παπαδόπουλος Γιώργος", "Ελένη Νικολάου"]),
        ("mac_roman", ["Zoé Lefèvre", "François Gérôme"]),
    ],
)
def test_letters_come_back_as_they_were_meant(desk: Desk, encoding: str, names: list[str]) -> None:
    lines = [
        f"{name};{job};" for name, job in zip(names, ["Registered nurse", "Cook"], strict=True)
    ]
    content = "who;job_title;duties\r\n" + "\r\n".join(lines)
    answer = desk.answer(f"{encoding}.csv", content.encode(encoding))
    assert answer.column("who") == names
    assert "was read as" in answer.notes and "data.encoding" in answer.notes


def test_two_plausible_encodings_are_refused_with_both(desk: Desk) -> None:
    answer = desk.answer("doubt.csv", "id;job_title\n4;riaditeľ\n".encode("cp1250"))
    assert "riaditeľ" in answer.reason and "riaditež" in answer.reason


def test_lost_letters_are_counted(desk: Desk) -> None:
    answer = desk.answer("lost.csv", "id,job_title\n1,Cr\ufffdche nurse\n2,cook\n")
    assert answer.receipt["n_lost_letters"] == 1 and "lost letters" in answer.report
    assert answer.column("job_title")[0] == "Cr\ufffdche nurse"


WRITTEN_CODES = {
    "7126": ("7126", "accepted"),
    "7126.0": ("7126", "restored"),
    "7126,0": ("7126", "restored"),
    '="7126"': ("7126", "accepted"),
    "7126 plumbers and pipe fitters": ("7126", "accepted"),
    "7126 - PLUMBERS": ("7126", "accepted"),
    "Isco 7126": ("7126", "accepted"),
    "c7126": ("7126", "accepted"),
    "7126.2": ("7126", "restored"),
    "210.0": ("0210", "restored"),
    "0310": ("0310", "accepted"),
    "712": ("712", "group_only"),
    "7120": ("712", "group_only"),
    "Not Codable": ("not codable", "not_codable"),
    "9999": ("", "skipped"),
    "x": ("", "skipped"),
    "7126/7127": ("", "rejected"),
    "71260": ("", "rejected"),
    "plumber": ("", "rejected"),
    "8324": ("", "rejected"),
}


def test_codes_as_people_write_them(desk: Desk) -> None:
    codes = [code.replace('"', '""') for code in WRITTEN_CODES]
    lines = "\n".join(f'job number {n},"{code}"' for n, code in enumerate(codes))
    answer = desk.answer("codes.csv", "job_title,corrected_isco_code\n" + lines)
    read = zip(answer.codes, answer.column("status"), strict=True)
    assert dict(zip(WRITTEN_CODES, read, strict=True)) == WRITTEN_CODES
    assert "ISCO-88" in answer.column("reason")[-1]


def test_a_review_that_pandas_has_saved(desk: Desk) -> None:
    desk.answer("asked.csv", "job_title\nkeeper of the lamps\nmender of kites\n")
    (batch,) = desk.harness.settings.watcher.outbox.glob("asked.*")
    with (batch / "review.csv").open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file)
    assert len(rows) == 2
    rows[0][header.index("corrected_isco_code")] = "9629.0"
    lines = [",".join(f'"{cell}"' for cell in row) for row in [header, *rows]]
    answer = desk.answer("asked-back.csv", "\n".join(lines))
    assert answer.codes == ["9629", ""]
    assert answer.column("status") == ["restored", "skipped"]


@pytest.mark.parametrize(
    ("codes", "counted", "note"),
    [
        # missing codes of surveys, groups filled with zeros
        (["5120", "99", "-9", "X"], "3 records had a mark for a missing code.", ""),
        (["5120", "7200", "7120", "8000"], "4 records had a code in <code>isco_code</code>.", ""),
        (["5122", "8324", "2230", "7136"], "3 of these codes cannot be", "are of ISCO-88, not"),
    ],
)
def test_codes_that_the_file_has(desk: Desk, codes: list[str], counted: str, note: str) -> None:
    jobs = ["cook in a canteen", "lorry driver", "registered nurse", "plumber"]
    lines = [f"{job},{code}" for job, code in zip(jobs, codes, strict=True)]
    answer = desk.answer(f"with-{codes[1]}.csv", "job_title,isco_code\n" + "\n".join(lines))
    assert answer.column("isco_code") == codes
    assert answer.column("predicted_isco_code")[0] == COOK
    assert note in answer.notes and ("ISCO-88" in answer.notes) == bool(note)
    assert counted in answer.report


@pytest.mark.parametrize(
    ("name", "content", "title"),
    [
        (
            "salutations.csv",
            "title,occupation\nMr,bus driver\nDr.,registered nurse\nMs,cook\n",
            "occupation",
        ),
        (
            "ranks.csv",
            "position,name of job\n1,bus driver\n2,registered nurse\n3,cook\n",
            "name of job",
        ),
        (
            "yes-or-no.csv",
            "job,occupation\nyes,bus driver\nno,registered nurse\nyes,cook\n",
            "occupation",
        ),
        ("Anrede.csv", "Titel;Beruf\nHerr;bus driver\nFrau;registered nurse\nFrau;cook\n", "Beruf"),
    ],
)
def test_the_column_of_titles(desk: Desk, name: str, content: str, title: str) -> None:
    answer = desk.answer(name, content)
    assert answer.codes[:2] == [DRIVER, NURSE] and answer.codes[2][:3] == COOK[:3]
    assert answer.receipt["columns"]["job_title"] == title
    (other,) = answer.receipt["other_columns"]["job_title"]
    assert other in answer.notes and other in answer.report


def test_two_columns_of_titles_are_refused_with_both(desk: Desk) -> None:
    answer = desk.answer("twins.csv", "occupation,profession\ncook,bus driver\nnurse,clerk\n")
    assert "'occupation' and 'profession'" in answer.reason


NON_ANSWERS = {
    "not_stated": "REFUSED|prefer not to answer|N/A|nil|999|-8|#REF!|dk|XX|keine Angabe|-|?|...",
    "not_working": "Retired|OAP|student|housewife|unemployed|long term sick|Rentnerin|ama de casa",
}


def test_what_is_no_answer(desk: Desk) -> None:
    wanted = [(text, kind) for kind, texts in NON_ANSWERS.items() for text in texts.split("|")]
    wanted += [("retired plumber", "model"), ("plumber", "model")]
    lines = "\n".join(f'{n},"{text}"' for n, (text, _) in enumerate(wanted))
    answer = desk.answer("silent.csv", "n,job_title\n" + lines)
    assert answer.sources == [kind for _, kind in wanted]
    assert [bool(code) for code in answer.codes] == [kind == "model" for _, kind in wanted]
    assert answer.codes[-1] == PLUMBER
    counts = {f"n_{kind}": len(texts.split("|")) for kind, texts in NON_ANSWERS.items()}
    assert counts.items() <= answer.receipt.items()
    assert answer.receipt["n_autocoded"] + answer.receipt["n_fallback"] == 2


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("Bar &amp; kitchen manager", "Bar & kitchen manager"),
        ("Bar &amp;amp; kitchen manager", "Bar & kitchen manager"),
        ("Ship&#39;s cook", "Ship's cook"),
        ("<p>Bus <b>driver</b></p>", "Bus driver"),
        ("Cr&egrave;che&nbsp;nurse", "Crèche nurse"),
        ("cook_x000D_", "cook"),
        ("cook ❤️", "cook"),
        ("pl\u00adumber", "plumber"),
        ("\u202ecook", "cook"),
        ("ｃｏｏｋ", "cook"),
        ("𝓬𝓸𝓸𝓴", "cook"),
        ("c\u0332o\u0332o\u0332k\u0332", "cook"),
        ("bus\u2028driver", "bus driver"),
    ],
)
def test_markup_and_decoration_end_as_the_plain_text(desk: Desk, written: str, plain: str) -> None:
    content = f'n,job_title\n1,"{written}"\n2,"{plain}"\n'
    first, second = desk.answer(f"{abs(hash(written))}.csv", content).rows
    assert first["job_title"] == written  # as it was typed
    same = ("isco_code", "confidence", "candidate_2", "candidate_3_confidence", "source")
    assert [first[name] for name in same] == [second[name] for name in same]


def test_signs_without_a_letter_are_empty(desk: Desk) -> None:
    signs = ["👷🏽‍♀️", "2️⃣", "\u2063", "\u3164", "\u2800", "\u00a0", "\u200b", "\u0640", "\ufe0e"]
    answer = desk.answer("signs.csv", "job_title,n\n" + "\n".join(f"{s},1" for s in signs))
    assert answer.sources == ["empty"] * len(signs) and answer.codes == [""] * len(signs)


def test_decisions_of_a_coder_hold_in_the_next_file(desk: Desk) -> None:
    asked = "id,job_title,duties\n1,declined to say,\n2,bakery kid,\n3,fixer,of small things\n"
    desk.answer("wave-1.csv", asked)
    decided = "job_title,duties,corrected_isco_code\ndeclined to say,,not codable\n"
    decided += "bakery kid,,not codable\nfixer,of small things,742\n"
    statuses = desk.answer("wave-1-coded.csv", decided).column("status")
    assert statuses == ["not_codable", "not_codable", "group_only"]
    answer = desk.answer("wave-2.csv", asked + "4,plumber,\n")
    assert answer.sources == ["not_codable", "not_codable", "correction", "model"]
    assert answer.codes == ["", "", "742", PLUMBER]
    assert answer.receipt["n_review_texts"] == 0


def test_the_later_of_two_corrections_holds_though_its_file_is_older(desk: Desk) -> None:
    desk.answer("lathes.csv", "job_title\nminder of lathes\n")
    lines = "job_title,corrected_isco_code\nminder of lathes,"
    assert desk.answer("z-first.csv", lines + "7223\n").column("status") == ["accepted"]
    (second,) = desk.answer("a-second.csv", lines + "8122\n").rows
    assert "replaces 7223" in second["reason"]
    assert desk.answer("lathes-again.csv", "job_title,x\nminder of lathes,1\n").codes == ["8122"]


def test_predictions_that_come_back_edited_are_corrections(desk: Desk) -> None:
    desk.answer("wave.csv", "id,job_title\n1,reader of meters\n2,plumber\n")
    (batch,) = desk.harness.settings.watcher.outbox.glob("wave.*")
    text = (batch / "predictions.csv").read_text(encoding="utf-8")
    header, first, second = text.splitlines()
    cells = first.split(",")
    cells[header.split(",").index("isco_code")] = "9629"
    answer = desk.answer("wave-edited.csv", "\n".join([header, ",".join(cells), second]) + "\n")
    assert answer.receipt["n_rows"] == 2 and "9629" in answer.codes
    assert desk.answer("meters.csv", "job_title\nreader of meters\n").codes == ["9629"]
    same = desk.answer("wave-unchanged.csv", text)
    assert same.reason or not any(same.codes)


def test_long_duties_are_counted_and_come_back_whole(desk: Desk) -> None:
    duties = "we are a friendly team and we offer a good place to work " * 40
    answer = desk.answer("long.csv", f"job_title,duties\nhelper,{duties}\ncook,soups\n")
    assert answer.receipt["n_truncated"] == 1 and "longer than the model reads" in answer.report
    assert answer.column("duties")[0] == duties
