"""``isco evaluate``: figures for somebody's own coded records."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import main
from benchmarks.accuracy import as_table
from core.columns.shown_names import shown_name
from core.errors import InputError
from core.settings import Columns, Settings
from core.taxonomy import isco08
from core.text import join
from inference.bundle import Bundle
from inference.classifier import open_classifier
from training.evaluation.evaluate_file import (
    evaluate_records,
    intervals_in_words,
    read_coded_records,
    table_rows,
)
from training.evaluation.intervals import interval, interval_of_repeats, interval_of_share
from training.evaluation.metrics import measure


def coded_file(folder: Path, extra: str = "") -> Path:
    path = folder / "coded.csv"
    lines = [f'"{isco08().title(code)}",,{code},census' for code in isco08().units[:50]]
    lines += ["plumber,fits pipes,7126,panel", "plumber,fits pipes,7126,panel", "nobody,,,panel"]
    text = "\n".join(["title,duties,isco08,source", *lines]) + "\n" + extra
    path.write_text(text, encoding="utf-8")
    return path


def test_the_parts_add_up_and_repeats_count(
    settings: Settings, bundle: Bundle, tmp_path: Path
) -> None:
    coded = read_coded_records(coded_file(tmp_path), settings)
    assert coded.n_left_out == {"no code": 1}
    assert coded.notes()[0] == (
        "read: job_title from 'title', duties_description from 'duties', isco_code from 'isco08', "
        "source from 'source'"
    )
    assert coded.notes()[1] == "left out: 1 with no code (line 54)"
    figures = evaluate_records(coded.records, open_classifier(bundle, settings.inference), 0.9)
    n = {name: values["n"] for name, values in figures.items()}
    assert n["all"] == 52 and n["source census"] == 50 and n["source panel"] == 2
    assert n["title alone"] == 50 and n["with duties"] == 2
    assert sum(n[name] for name in n if name[0].isdigit()) == 52
    table = as_table(figures)
    assert table.count("\n") == len(figures) + 1
    assert "| source panel | 2 |" in table


def test_duties_that_say_nothing_are_none(
    settings: Settings, bundle: Bundle, tmp_path: Path
) -> None:
    """They make no other text, either: their records are right or wrong together."""
    extra = "plumber,,7126,panel\nplumber,keine Angabe,7126,panel\nplumber,99,7126,panel\n"
    coded = read_coded_records(coded_file(tmp_path, extra), settings)
    figures = evaluate_records(coded.records, open_classifier(bundle, settings.inference), 0.9)
    assert figures["title alone"]["n"] == 53 and figures["with duties"]["n"] == 2
    assert figures["source panel"]["n_texts"] == 2


def test_a_column_of_languages_divides_the_figures(
    settings: Settings, bundle: Bundle, tmp_path: Path
) -> None:
    path = tmp_path / "coded.csv"
    path.write_text(
        "title,isco08,language\nKöchin,5120,de\ncook,5120,en\ncook,5120,EN\nkok,5120,\n", "utf-8"
    )
    coded = read_coded_records(path, settings)
    figures = evaluate_records(coded.records, open_classifier(bundle, settings.inference), 0.9)
    n = {name: values["n"] for name, values in figures.items() if name.startswith("language")}
    assert n == {"language de": 1, "language en": 2}


def test_without_an_autocoded_record_the_share_right_is_a_dash(
    settings: Settings, bundle: Bundle, tmp_path: Path
) -> None:
    coded = read_coded_records(coded_file(tmp_path), settings)
    classifier = open_classifier(bundle, settings.inference)
    figures = evaluate_records(coded.records, classifier, threshold=1.1)
    header, everything, *_ = table_rows(figures)
    shown = dict(zip(header, everything, strict=True))
    assert (shown["right when autocoded"], shown["3-digit fallback"]) == ("–", "1.000")
    assert shown["n"] == "52"


def test_kappa_of_one_code_is_a_dash(settings: Settings, bundle: Bundle, tmp_path: Path) -> None:
    path = tmp_path / "coded.csv"
    path.write_text("title,isco08\nnurse,2221\n", "utf-8")
    classifier = open_classifier(bundle, settings.inference)
    probabilities = classifier.probabilities(["nurse | unknown"])
    best = isco08().units[probabilities[0].argmax()]
    path.write_text(f"title,isco08\nnurse,{best}\n", "utf-8")
    figures = evaluate_records(read_coded_records(path, settings).records, classifier, 1.1)
    header, everything, *_ = table_rows(figures)
    row = dict(zip(header, everything, strict=True))
    assert (row["n"], row["top-1"], row["κ"]) == ("1", "1.000", "–")
    assert as_table({"of a benchmark": measure(probabilities, [best], 1.1)}).count("–") == 2
    words = intervals_in_words(figures)
    # One text that is right tells little: Wilson's interval of 1 in 1.
    assert "records, of 1 text: top-1 0.207 to 1.000; right when autocoded – to –;" in words
    assert "production rate at 95 % – to –;" in words
    assert words.endswith("; 0 of 1 autocoded")


@pytest.mark.slow
def test_what_the_coding_leaves_to_people_is_not_autocoded(
    settings: Settings, bundle: Bundle, tmp_path: Path
) -> None:
    classifier = open_classifier(bundle, settings.inference)

    def best(title: str) -> str:
        return isco08().units[classifier.probabilities([join(title, "")])[0].argmax()]

    one, *others = "nurse", "cook", "welder", "pilot", "teacher", "baker", "plumber"
    other = next(title for title in others if best(title)[:3] != best(one)[:3])
    titles = [one, other, f"{one} / {other}", "my husband is a plumber"]
    path = tmp_path / "coded.csv"
    lines = [f"{title},{best(title)}" for title in titles]  # the model is right about each
    path.write_text("\n".join(["title,isco08", *lines]) + "\n", "utf-8")
    figures = evaluate_records(read_coded_records(path, settings).records, classifier, 0.0)
    values = figures["all"]
    assert (values["accuracy_4"], values["autocoded_agreement"]) == (1.0, 1.0)
    assert (values["fallback_rate"], values["production_rate_95"]) == (0.5, 0.5)
    assert (values["n_autocoded"], values["n_left_to_people"]) == (2, 2)
    assert "; 2 of 4 autocoded; 2 at no threshold: " in intervals_in_words(figures)


def test_intervals_hold_where_a_few_titles_have_most_records() -> None:
    rng = np.random.default_rng(3)
    n_texts, n_records, rate, inside = 200, 1500, 0.8, []
    shares = np.arange(1, n_texts + 1) ** -0.4
    for _ in range(60):
        texts = rng.choice(n_texts, n_records, p=shares / shares.sum())
        hit = (rng.random(n_texts) < rate)[texts]
        low, high = interval_of_share(hit, texts)
        narrow = interval(lambda rows, hit=hit: hit[rows].mean(), n_records)
        drawn = interval_of_repeats(lambda rows, hit=hit: hit[rows].mean(), texts)
        assert drawn[1] - drawn[0] > 1.5 * (narrow[1] - narrow[0])
        inside.append((low <= rate <= high, narrow[0] <= rate <= narrow[1]))
    held, held_by_records = np.mean(inside, axis=0)
    assert 0.9 <= held <= 0.99 and held_by_records < 0.7


def test_what_cannot_measure_is_counted_and_the_rest_is_measured(
    settings: Settings, tmp_path: Path
) -> None:
    extra = "welder,,712,panel\nwelder,,7212.0,panel\nwelder,,9999,panel\nwelder,,8324,panel\n"
    coded = read_coded_records(coded_file(tmp_path, extra), settings)
    assert list(coded.records["label"][-1:]) == ["7212"] and len(coded.records) == 53
    assert coded.n_left_out == {
        "no code": 1,
        "a group of fewer than four digits": 1,
        "a mark for a missing code": 1,
        "a code of ISCO-88": 1,
    }
    assert "1 code is of ISCO-88, not of ISCO-08" in coded.notes()
    empty = tmp_path / "empty.csv"
    empty.write_text("title,isco08\ncook,\n", encoding="utf-8")
    with pytest.raises(InputError, match="1 of 1 record cannot be used"):
        read_coded_records(empty, settings)


def test_how_the_file_was_read_is_said(settings: Settings, tmp_path: Path) -> None:
    data = settings.data.model_copy(update={"columns": Columns(job_title=("lst_job",))})
    coded = read_coded_records(coded_file(tmp_path, ""), settings.model_copy(update={"data": data}))
    assert "there is no column 'lst_job', which data.columns.job_title names" in coded.notes()


def test_any_version_by_name(
    user_project: Settings, bundle: Bundle, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["evaluate", "--on", str(coded_file(tmp_path))]
    arguments += ["--config", str(tmp_path / "config.yaml"), "--model"]
    assert main.main([*arguments, bundle.manifest.version, "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["model"] == bundle.manifest.version
    assert printed["all"]["n"] == 52 and printed["n_left_out"] == {"no code": 1}
    assert main.main([*arguments, "v9"]) == 1
    assert "v9" in capsys.readouterr().err


def test_further_codes_and_columns_without_a_name_are_told(
    settings: Settings, tmp_path: Path
) -> None:
    path = tmp_path / "coded.csv"
    rows = [f"cook,,prepares meals in the canteen no. {n},5120,5120" for n in range(9)]
    path.write_text("\n".join(["title,id,duties,isco08,isco_final", *rows]), encoding="utf-8")
    coded = read_coded_records(path, settings)
    assert coded.notes()[1] == (
        "columns with ISCO codes that were not compared: 'isco_final'; 'isco08' was"
    )
    assert shown_name(" ") == "a column without a name" and shown_name(" duties ") == "'duties'"


def test_a_table_below_its_title_is_read_and_each_note_is_told_once(
    settings: Settings, tmp_path: Path
) -> None:
    path = tmp_path / "coded.csv"
    rows = ["Survey 2026;;", "As of 1 March;;", "Nr;Occupation;ISCO-08"]
    rows += ["1;nurse;2221", "2;cook;5120", "Total;;2"]
    path.write_text("\n".join(rows), encoding="utf-8")
    notes = read_coded_records(path, settings).notes()
    assert notes[:2] == [
        "read: job_title from 'Occupation', isco_code from 'ISCO-08'",
        "2 lines above the header were left out",
    ]
    assert notes[2].startswith("1 row at the end has text in the first column")
    assert notes[3:] == ["left out: 1 with no title and no duties (line 6)"]


def test_a_column_of_codes_under_another_name_is_said_below_a_title(
    settings: Settings, tmp_path: Path
) -> None:
    """The lines above the header are no fault: without them the codes have no name either."""
    path = tmp_path / "coded.csv"
    rows = ["Survey 2026;;", "As of 1 March;;", "Nr;Beruf;Code CITP-08"]
    path.write_text("\n".join([*rows, "1;Koch;5120", "2;Maurer;7112"]), encoding="utf-8")
    with pytest.raises(InputError, match="expected a column 'isco_code'") as raised:
        read_coded_records(path, settings)
    assert raised.value.line == 3 and "lines above" not in str(raised.value)
    assert raised.value.remedy.endswith(
        "Codes of ISCO seem to be in 'Code CITP-08': call the column with the right ones "
        "'isco_code'."
    )


def test_only_the_columns_that_are_used_are_named(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "coded.csv"
    rows = ["title,isco08,weight,language,source,group", "cook,5120,0.5,en,panel,g1"]
    path.write_text("\n".join(rows), encoding="utf-8")
    coded = read_coded_records(path, settings)
    assert coded.notes() == [
        "read: job_title from 'title', isco_code from 'isco08', language from 'language', "
        "source from 'source'"
    ]


def test_what_is_no_answer_is_left_out_as_in_the_coding(settings: Settings, tmp_path: Path) -> None:
    non_answers = settings.data.non_answers.model_copy(update={"not_stated": ("interview broken",)})
    extra = "retired,,2221,panel\nrefused,,5120,panel\nInterview broken,,5120,panel\n"
    coded = read_coded_records(
        coded_file(tmp_path, extra), settings.with_values("data", non_answers=non_answers)
    )
    assert len(coded.records) == 52
    assert coded.n_left_out == {"no code": 1, "a text that is no answer": 3}
    assert "3 with a text that is no answer (lines 55, 56, 57)" in coded.notes()[1]
    alone = tmp_path / "alone.csv"
    alone.write_text("title,isco08\nretired,5120\n", encoding="utf-8")
    with pytest.raises(InputError, match="1 with a text that is no answer") as error:
        read_coded_records(alone, settings)
    assert "valid code" not in str(error.value)


def test_that_corrections_are_not_used_is_said(
    user_project: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["evaluate", "--on", str(coded_file(tmp_path))]
    assert main.main([*arguments, "--config", str(tmp_path / "config.yaml")]) == 0
    said = "the model alone, without corrections"
    assert said in capsys.readouterr().out.splitlines()
    assert main.main(["evaluate", "--help"]) == 0
    assert "without corrections" in capsys.readouterr().out
