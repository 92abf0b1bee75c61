"""Agreement with what was autocoded, from reviews that came back."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

import pytest

from cli.commands.coders import run
from core.corrections.coded_texts import keep_text_list
from core.corrections.corrections_folder import read_folder
from core.corrections.doubts import Doubt, write_doubts
from core.corrections.text_list import ListHead, TextCollector
from core.review_contract import AGREEMENT_PAGE
from core.run_state import RunState
from core.settings import DataSettings, Settings
from inference.office.share_interval import wilson
from tests.support.page_reader import Page
from training.evaluation.sampled_agreement import sampled_agreement
from training.evaluation.training_report import write_report
from training.run_folder import RunKind, RunMetrics, record_metrics

HEADER = "text,corrected_isco_code,predicted_code,n_records,sampled\n"


def test_wilson_is_newcombes() -> None:
    # Newcombe, Statistics in Medicine 17 (1998), table I, method 3
    for n_hits, n, low, high in (
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ):
        assert [*wilson(n_hits, n)] == pytest.approx([low, high], abs=5e-5)
    assert wilson(20, 20)[1] == 1


def keep(folder: Path, batch_id: str, drawn: dict[str, int], version: str = "v1") -> None:
    """Keep the list of a batch in which each of these texts was autocoded as 7212."""
    texts = TextCollector()
    texts.add(dict.fromkeys([*drawn, "i | j"], "7212"), {})
    keep_text_list(folder, ListHead(batch_id, version), texts, drawn)


def test_decided_rows_count_once_by_records_drawn(tmp_path: Path) -> None:
    keep(tmp_path, "1", {"a | b": 3, "c | d": 1, "e | f": 1, "g | h": 1})
    keep(tmp_path, "2", {"c | d": 1})
    (tmp_path / "1.csv").write_text(
        HEADER + "a | b,7212,7212,3,batch 1\nc | d,721,7212,1,batch 1\n"
        "e | f,not codable,7212,1,batch 1\ng | h,,7212,1,batch 1\ni | j,2221,,5,\n",
        encoding="utf-8",
    )
    os.utime(tmp_path / "1.csv", (1, 1))
    found = sampled_agreement(read_folder(tmp_path, DataSettings()), tmp_path)
    assert (found["n"], found["n_agreed"], found["rate"]) == (5, 3, 0.6)
    assert found["interval"] == [*wilson(3, 5)]
    (tmp_path / "2.csv").write_text(
        HEADER + "c | d,7212,7212,1,batch 1\nc | d,7212,7212,1,batch 2\n", encoding="utf-8"
    )
    assert sampled_agreement(read_folder(tmp_path, DataSettings()), tmp_path)["n_agreed"] == 5


def test_a_column_that_names_no_samples_fills_no_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    rows = "".join(f"guard {n} | a,5414,5414,1,remark {n}\n" for n in range(50))
    (tmp_path / "1.csv").write_text(HEADER + rows, encoding="utf-8")
    assert sampled_agreement(read_folder(tmp_path, DataSettings()), tmp_path) == {}
    assert caplog.messages[-1] == "47 more rows were of samples without a list: left out"
    assert len(caplog.messages) == 4


def test_only_what_was_drawn_counts(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Neither another text, nor another sample, nor the numbers and codes of the file itself."""
    keep(tmp_path, "1", {"a | b": 3, "c | d": 1})
    (tmp_path / "1.csv").write_text(
        HEADER + "a | b,2221,2221,9999,batch 1\nc | d,7212,2221,1,batch 1\n"
        "i | j,7212,7212,9999,batch 1\nx | y,7212,7212,9999,batch 1\nc | d,7212,7212,9,batch 3\n",
        encoding="utf-8",
    )
    found = sampled_agreement(read_folder(tmp_path, DataSettings()), tmp_path)
    assert (found["n"], found["n_agreed"]) == (4, 1)
    assert "2 rows of a random sample were not drawn" in caplog.text
    assert "the list of batch 3 is missing or damaged: 1 row of" in caplog.text
    (other := tmp_path / "other").mkdir()
    (tmp_path / "1.csv").rename(other / "1.csv")
    assert sampled_agreement(read_folder(other, DataSettings()), other) == {}
    assert sampled_agreement(read_folder(other, DataSettings()), tmp_path) == found


def test_versions_are_never_pooled_without_their_names(tmp_path: Path) -> None:
    keep(tmp_path, "1", {"a | b": 3, "c | d": 1})
    keep(tmp_path, "2", {"a | b": 1, "e | f": 2}, version="v2")
    (tmp_path / "1.csv").write_text(
        "text,corrected_isco_code,predicted_code,n_records,sampled,coder,coded_at,sequence,received\n"
        "a | b,7212,,3,batch 1,Anna,2025-10-31T23:59,1,2025-11-02\n"
        "c | d,7211,7212,1,batch 1,ben,,1,2025-11-02\n"
        "a | b,7212,,1,batch 2,anna,2025-11-01,1,2025-11-02\n"
        "e | f,2221,,2,batch 2,anna,2025-11-01,1,2025-11-02\n"
        "e | f,7212,,2,batch 2,ben,2025-11-02,1,2025-11-02\n",
        encoding="utf-8",
    )
    found = sampled_agreement(read_folder(tmp_path, DataSettings()), tmp_path)
    assert (found["n"], found["n_agreed"], found["n_shown"]) == (7, 6, 1)
    first, second = found["versions"]

    def counts(parts: list[dict[str, Any]]) -> dict[str, tuple[int, int]]:
        return {part["name"]: (part["n"], part["n_agreed"]) for part in parts}

    assert counts([first, second]) == {"v1": (4, 3), "v2": (3, 3)}
    assert first["interval"] == [*wilson(3, 4)]
    assert counts(first["months"]) == {"2025-10": (3, 3), "2025-11": (1, 0)}
    assert counts(first["coders"]) == {"Anna": (3, 3), "ben": (1, 0)}
    assert counts(first["major_groups"]) == {"7": (4, 3)}
    # Each coder's own answer counts for that coder; the later one counts for the text.
    assert counts(second["coders"]) == {"anna": (3, 1), "ben": (2, 2)}


@pytest.mark.parametrize("counts", [("", ""), ("3.0", "1.0"), ("3,00", "x")])
def test_a_row_is_in_the_sample_whatever_the_file_says_of_its_records(
    tmp_path: Path, counts: tuple[str, str]
) -> None:
    keep(tmp_path, "1", {"a | b": 3, "c | d": 1})
    first, second = counts
    (tmp_path / "1.csv").write_text(
        "text;corrected_isco_code;n_records;sampled\n"
        f"a | b;7212;{first};batch 1\nc | d;7211;{second};batch 1\n",
        encoding="utf-8",
    )
    found = sampled_agreement(read_folder(tmp_path, DataSettings()), tmp_path)
    assert (found["n"], found["n_agreed"]) == (4, 3)


def test_answers_in_doubt_count_and_the_share_without_them_stands_beside(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keep(tmp_path, "1", {"a | b": 3, "c | d": 1, "e | f": 2})
    path = tmp_path / "1.csv"
    path.write_text(
        "text,corrected_isco_code,n_records,sampled,coder\na | b,7212,3,batch 1,Anna\n"
        "c | d,7211,1,batch 1,Anna\ne | f,2221,2,batch 1,Max\n",
        encoding="utf-8",
    )
    data = DataSettings(corrections_dir=tmp_path)
    found = sampled_agreement(read_folder(tmp_path, data), data.corrections_dir)
    assert (found["n"], found["n_agreed"], found["n_doubted"]) == (6, 3, 0)
    assert found["believed"] == {name: found[name] for name in found["believed"]}
    write_doubts(path, [Doubt("Max", "1.csv", reasons=("all are far off",))])
    found = sampled_agreement(read_folder(tmp_path, data), data.corrections_dir)
    assert (found["n"], found["n_agreed"], found["n_doubted"]) == (6, 3, 2)
    assert (found["believed"]["n"], found["believed"]["n_agreed"]) == (4, 3)
    assert found["believed"]["interval"] == [*wilson(3, 4)]
    (version,) = found["versions"]
    assert (version["n_doubted"], version["believed"]) == (2, found["believed"])
    out = tmp_path / "out"
    run(argparse.Namespace(confirm=None, doubt=None, out=out, json=False), Settings(data=data))
    printed = capsys.readouterr().out
    assert "3 of 6 sampled records the same code: 50.0%" in printed
    assert "; without the 2 of answers in doubt 3 of 4: 75.0% (30.1% to 95.4%)" in printed
    assert "without answers in doubt 4 3 75.0 %" in Page(out / AGREEMENT_PAGE).words


@pytest.mark.parametrize("order", [("Anna", "Max"), ("Max", "Anna")])
def test_an_answer_in_doubt_does_not_count_beside_one_that_is_believed(
    tmp_path: Path, order: tuple[str, str]
) -> None:
    """So it is in the decision about the text; the coder in doubt has an own figure."""
    keep(tmp_path, "1", {"a | b": 3, "c | d": 1})
    codes = {"Anna": "7212", "Max": "2221"}
    rows = [
        f"{text},{codes[name]},1,batch 1,{name}" for name in order for text in ("a | b", "c | d")
    ]
    path = tmp_path / "1.csv"
    path.write_text(
        "\n".join(["text,corrected_isco_code,n_records,sampled,coder", *rows, ""]), encoding="utf-8"
    )
    write_doubts(path, [Doubt("Max", "1.csv", reasons=("all are far off",))])
    found = sampled_agreement(read_folder(tmp_path, DataSettings()), tmp_path)
    assert (found["n"], found["n_agreed"], found["n_doubted"]) == (4, 4, 0)
    shares = {part["name"]: part["n_agreed"] for part in found["versions"][0]["coders"]}
    assert shares == {"Anna": 4, "Max": 0}


def test_an_adjudicated_answer_counts_before_later_ones(tmp_path: Path) -> None:
    keep(tmp_path, "1", {"a | b": 1})
    (tmp_path / "1.csv").write_text(
        "text,corrected_isco_code,n_records,sampled,coder,adjudicated\n"
        "a | b,7212,1,batch 1,chris,yes\na | b,7211,1,batch 1,ben,\n",
        encoding="utf-8",
    )
    assert sampled_agreement(read_folder(tmp_path, DataSettings()), tmp_path)["n_agreed"] == 1


def test_a_text_that_was_adjudicated_apart_from_the_sample_counts_as_decided(
    tmp_path: Path,
) -> None:
    """``conflicts.csv`` names no sample; what it decides overrules the rows that do."""
    keep(tmp_path, "1", {"a | b": 1, "c | d": 1})
    (tmp_path / "1.csv").write_text(
        "text,corrected_isco_code,n_records,sampled,coder,adjudicated\n"
        "a | b,7212,1,batch 1,anna,\na | b,7211,,,chris,yes\n"
        "a | b,7212,1,batch 1,ben,\nc | d,7212,1,batch 1,ben,\n",
        encoding="utf-8",
    )
    found = sampled_agreement(read_folder(tmp_path, DataSettings()), tmp_path)
    assert (found["n"], found["n_agreed"]) == (2, 1)
    shares = {part["name"]: part["n_agreed"] for part in found["versions"][0]["coders"]}
    assert shares == {"anna": 1, "ben": 2}, "each coder's own answer counts for that coder"


def test_what_is_said_of_a_text_holds_for_its_other_spellings(tmp_path: Path) -> None:
    """Duties that say nothing make no other text: it is withdrawn, and adjudicated, with them."""
    keep(tmp_path, "1", {"nurse | keine angabe": 1, "cook | unknown": 1, "baker | na": 1})
    (tmp_path / "1.csv").write_text(
        "text,corrected_isco_code,sampled,coder,adjudicated,sequence\n"
        "nurse | keine angabe,7212,batch 1,anna,,1\ncook | unknown,7212,batch 1,anna,,1\n"
        "baker | na,7211,batch 1,anna,,1\n",
        encoding="utf-8",
    )
    (tmp_path / "2.csv").write_text(
        "text,corrected_isco_code,sampled,coder,adjudicated,sequence\n"
        "nurse | unknown,withdraw,,anna,,2\nbaker | unknown,7212,,chris,yes,2\n",
        encoding="utf-8",
    )
    found = sampled_agreement(read_folder(tmp_path, DataSettings()), tmp_path)
    assert (found["n"], found["n_agreed"]) == (2, 2)
    assert [part["n"] for part in found["versions"][0]["coders"]] == [2]
    (tmp_path / "3.csv").write_text(
        "text,corrected_isco_code,sampled,coder,adjudicated,sequence\n"
        "nurse | keine angabe,7211,batch 1,anna,,3\nbaker | unknown,withdraw,,anna,,3\n",
        encoding="utf-8",
    )
    found = sampled_agreement(read_folder(tmp_path, DataSettings()), tmp_path)
    assert (found["n"], found["n_agreed"]) == (3, 2), "an adjudicated answer stays"
    (tmp_path / "4.csv").write_text(
        "text,corrected_isco_code,sampled,coder,adjudicated,sequence\n"
        "baker | unknown,withdraw,,chris,yes,4\nbaker | na,7211,batch 1,anna,,4\n",
        encoding="utf-8",
    )
    found = sampled_agreement(read_folder(tmp_path, DataSettings()), tmp_path)
    assert (found["n"], found["n_agreed"]) == (3, 1), "until another one takes it back"


def test_nothing_came_back(tmp_path: Path) -> None:
    assert sampled_agreement(read_folder(tmp_path / "none", DataSettings()), tmp_path) == {}


def test_the_report_states_it_with_its_interval(tmp_path: Path) -> None:
    share = {"n": 40, "n_agreed": 38, "rate": 0.95, "interval": [*wilson(38, 40)]}
    versions = [{"name": "v1", **share}, {"name": "v2", **share}]
    sample = {**share, "n_shown": 3, "versions": versions}
    metrics = RunMetrics(RunKind.FINE_TUNE, RunState.SKIPPED, sampled_agreement=sample)
    record_metrics(tmp_path, metrics)
    page = write_report(tmp_path).read_text(encoding="utf-8")
    assert "Of 40 autocoded records" in page and "0.950 (95 % interval 0.835 to 0.986)" in page
    assert (
        "This figure pools 2 versions of the model" in page
        and "3 of these records came back" in page
    )
    assert ">v1</th>" in page
