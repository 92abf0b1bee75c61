"""All corrections as one table."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest

from core.corrections.corrections_folder import answered_texts
from core.corrections.doubts import Doubt, write_doubts
from core.review_contract import SEVERAL
from core.settings import Settings
from inference.bundle import LEARNED_FILES, Bundle
from inference.training_profile import TrainingProfile
from tests.support.labelled_records import kept_corrections, write_corrections
from training.dataset.correction_set import (
    CorrectionSet,
    count_rejected,
    count_removed_files,
    learned_files,
    taken_back_in_words,
)
from training.dataset.splits import is_held_out_correction


def test_of_two_corrections_the_later_teaches_and_learned_files_are_not_new(
    user_project: Settings,
) -> None:
    write_corrections(user_project, "b.csv", [("cook | unknown", "5120")])
    write_corrections(user_project, "a.csv", [("cook | unknown", "9411")])
    found = CorrectionSet(kept_corrections(user_project)).table(None)
    assert found[["label", "file", "is_new"]].values.tolist() == [["9411", "a.csv", True]]


def test_duties_that_say_nothing_make_no_other_text(user_project: Settings) -> None:
    """The model reads "nurse" of each: what measures with one must not teach with another."""
    texts = ["nurse | keine angabe", "nurse | unknown", "nurse | na"]
    for name, text in zip("abc", texts, strict=True):
        write_corrections(user_project, f"{name}.csv", [(text, "2221")])
    found = CorrectionSet(kept_corrections(user_project)).table(None)
    assert found[["text", "label", "file"]].values.tolist() == [
        ["nurse | unknown", "2221", "a.csv"]
    ]
    assert answered_texts(kept_corrections(user_project))[0] == {"nurse | unknown"}


def test_greek_with_and_without_accents_is_one_text(user_project: Settings) -> None:
    accented, plain = "εργοδηγός | unknown", "εργοδηγος | unknown"
    write_corrections(user_project, "a.csv", [(accented, "3122")])
    write_corrections(user_project, "b.csv", [(plain, "7411")])
    taught = CorrectionSet(kept_corrections(user_project)).table(None)
    assert taught[["text", "label", "file"]].values.tolist() == [[accented, "7411", "b.csv"]]
    write_corrections(user_project, "c.csv", [(accented, "not codable"), ("cook | unknown", "512")])
    left_out = CorrectionSet(kept_corrections(user_project)).count_left_out()
    assert left_out == {"of_3_digits_or_not_codable": 2}


def test_what_measured_is_taught_after_its_first_training(
    user_project: Settings, bundle: Bundle
) -> None:
    texts = [f"word {i} | unknown" for i in range(40)]
    write_corrections(user_project, "first.csv", [(text, "5120") for text in texts])
    first = CorrectionSet(kept_corrections(user_project)).table(bundle)
    assert set(first.loc[first["is_held_out"], "text"]) == set(
        filter(is_held_out_correction, texts)
    )
    assert first["is_held_out"].any()
    learned = replace(bundle.manifest, training={LEARNED_FILES: ["first.csv"]})
    again = CorrectionSet(kept_corrections(user_project)).table(replace(bundle, manifest=learned))
    assert len(again) == 40 and not again["is_held_out"].any()
    assert again["is_first"].all()  # no training has taught any of them


def test_an_answer_that_is_handed_in_again_is_no_new_one(
    user_project: Settings, bundle: Bundle
) -> None:
    texts = [f"word {i} | unknown" for i in range(40)]
    write_corrections(user_project, "first.csv", [(text, "5120") for text in texts])
    changed = dict.fromkeys(texts, "5120") | {texts[0]: "9411"}
    write_corrections(user_project, "second.csv", list(changed.items()))
    learned = replace(bundle.manifest, training={LEARNED_FILES: ["first.csv"]})
    found = CorrectionSet(kept_corrections(user_project)).table(replace(bundle, manifest=learned))
    assert found.loc[found["is_new"], ["text", "label"]].values.tolist() == [[texts[0], "9411"]]
    assert not found.loc[1:, "is_held_out"].any()  # what measured once is taught now
    assert learned_files(found, None) == ["first.csv", "second.csv"]


def test_an_answer_in_doubt_that_another_coder_gives_too_is_new(
    user_project: Settings, bundle: Bundle
) -> None:
    write_corrections(user_project, "first.csv", [("cook | unknown", "5120")])
    folder = user_project.data.corrections_dir
    write_doubts(folder / "first.csv", [Doubt("", "first.csv", reasons=("why",))])
    learned = replace(bundle.manifest, training={LEARNED_FILES: ["first.csv"]})
    champion = replace(bundle, manifest=learned)
    assert not len(CorrectionSet(kept_corrections(user_project)).table(champion))
    write_corrections(user_project, "second.csv", [("cook | unknown", "5120")])
    (row,) = CorrectionSet(kept_corrections(user_project)).table(champion).to_dict("records")
    assert row["is_new"] and row["file"] == "second.csv" and not row["is_confirmed"]
    # What a person has confirmed is so in every file that says it, and is no more new for that.
    write_corrections(user_project, "third.csv", [("cook | unknown", "5120")])
    write_doubts(folder / "third.csv", [Doubt("", "third.csv", confirmed="2026-11-30")])
    (again,) = CorrectionSet(kept_corrections(user_project)).table(champion).to_dict("records")
    assert again == row | {"is_confirmed": True}


def test_a_text_that_was_ever_taught_measures_nothing(
    user_project: Settings, bundle: Bundle, training_profile: TrainingProfile, texts: list[str]
) -> None:
    known = next(
        text
        for text in texts
        if is_held_out_correction(text) and training_profile.has_seen([text]).all()
    )
    write_corrections(user_project, "again.csv", [(known, "5120")])
    (row,) = CorrectionSet(kept_corrections(user_project)).table(bundle).to_dict("records")
    assert row["is_new"] and row["is_first"] and not row["is_held_out"]
    learned = replace(bundle.manifest, training={LEARNED_FILES: ["again.csv"]})
    later = CorrectionSet(kept_corrections(user_project)).table(replace(bundle, manifest=learned))
    assert later[["is_new", "is_first"]].values.tolist() == [[False, False]]


def test_no_model_is_held_to_its_answer_on_a_text_that_anybody_decided(
    user_project: Settings,
) -> None:
    rows = [
        ("cook | unknown", "512"),
        ("odd | unknown", "not codable"),
        ("clerk | unknown", "nonsense"),
    ]
    write_corrections(user_project, "a.csv", rows)
    assert not len(CorrectionSet(kept_corrections(user_project)).table(None))
    assert answered_texts(kept_corrections(user_project))[0] == {
        "cook | unknown",
        "odd | unknown",
    }
    write_corrections(user_project, "b.csv", [("odd | unknown", "withdraw")])
    decided, withdrawn = answered_texts(kept_corrections(user_project))
    assert (decided, withdrawn) == ({"cook | unknown"}, {"odd | unknown"})


def test_what_the_model_has_learned_and_holds_no_more_is_named(
    user_project: Settings, bundle: Bundle, training_profile: TrainingProfile, texts: list[str]
) -> None:
    words = [text for text in texts if text.replace(" | ", " ").replace(" ", "").isalpha()]
    known = [text for text in words if training_profile.has_seen([text]).all()][:5]
    write_corrections(
        user_project, "first.csv", [(text, "2221") for text in [*known, "new | unknown"]]
    )
    learned = replace(bundle.manifest, training={LEARNED_FILES: ["first.csv"]})
    champion = replace(bundle, manifest=learned)
    assert CorrectionSet(kept_corrections(user_project)).taken_back(champion) == {}
    assert taken_back_in_words(0) == []
    answers = ["withdraw", "222", "512", "not codable", "7212"]
    later = [*zip(known, answers, strict=True), ("new | unknown", "withdraw")]
    write_corrections(user_project, "second.csv", later)
    # 222 confirms 2221, and 7212 is taught; of the new text the model has learned nothing.
    taken_back = CorrectionSet(kept_corrections(user_project)).taken_back(champion)
    assert taken_back == dict.fromkeys([known[0], known[2], known[3]], "2221")
    assert CorrectionSet(kept_corrections(user_project)).count_left_out() == {
        "of_3_digits_or_not_codable": 2
    }
    (note,) = taken_back_in_words(len(taken_back))
    assert "has learned 3 answers that teach nothing any more" in note


def test_no_answer_about_one_of_several_occupations_was_learned(
    user_project: Settings, bundle: Bundle, training_profile: TrainingProfile, texts: list[str]
) -> None:
    """Not even where the model knows its text from the reference answers."""
    words = [text for text in texts if text.replace(" | ", " ").replace(" ", "").isalpha()]
    first, second = [text for text in words if training_profile.has_seen([text]).all()][:2]
    folder = user_project.data.corrections_dir
    folder.mkdir(parents=True)
    lines = [f"text,corrected_isco_code,{SEVERAL}", f"{first},2221,yes", f"{second},2221,"]
    (folder / "first.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    write_corrections(user_project, "second.csv", [(second, "withdraw")])
    learned = replace(bundle.manifest, training={LEARNED_FILES: ["first.csv"]})
    found = CorrectionSet(kept_corrections(user_project))
    assert found.count_left_out() == {"of_several_occupations": 1}
    assert found.taken_back(replace(bundle, manifest=learned)) == {second: "2221"}


def test_a_model_still_knows_what_its_parent_learned(
    user_project: Settings, bundle: Bundle
) -> None:
    """Also once the file is deleted, or the next night finds nothing in it that teaches."""
    write_corrections(user_project, "first.csv", [("cook | unknown", "5120")])
    write_corrections(user_project, "second.csv", [("cook | unknown", "withdraw")])
    write_corrections(user_project, "third.csv", [("welder | unknown", "7212")])
    folder = user_project.data.corrections_dir
    has_learned = ["deleted.csv", "deleted.csv, confirmed: Ana", "first.csv"]
    learned = replace(bundle.manifest, training={LEARNED_FILES: has_learned})
    champion = replace(bundle, manifest=learned)
    corrections = CorrectionSet(kept_corrections(user_project)).table(champion)
    assert learned_files(corrections, champion) == [*has_learned, "third.csv"]
    assert learned_files(corrections, None) == ["third.csv"]  # a full training begins anew
    assert count_removed_files(folder, champion) == 1
    (folder / "first.csv").unlink()
    assert count_removed_files(folder, champion) == 2


def test_rejected_rows_of_a_file_put_into_the_folder_are_counted_and_named(
    user_project: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    write_corrections(user_project, "good.csv", [("cook | unknown", "5120")])
    rows = [("welder | unknown", "7212"), ("clerk | unknown", "nonsense"), ("x | unknown", "1234")]
    write_corrections(user_project, "own.csv", rows)
    assert count_rejected(kept_corrections(user_project)) == {"own.csv": 2}
    (record,) = caplog.records
    assert "corrections file 'own.csv': 2 rows rejected" in record.message
    assert "line 3" in record.message
