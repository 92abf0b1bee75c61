"""A withdrawn text has no answer any more: not for coding, teaching, agreement or samples."""

from __future__ import annotations

from pathlib import Path

from core.corrections.coded_texts import keep_text_list
from core.corrections.correction import Correction, CorrectionStatus
from core.corrections.corrections_folder import read_folder
from core.corrections.decisions import NO_CONFLICT, Decisions, Outcome
from core.corrections.signature import Signature
from core.corrections.text_list import ListHead, TextCollector
from core.settings import DataSettings
from inference.corrections_lookup import CorrectionsLookup
from tests.core.corrections.test_decisions import TEXT, answer, decided
from training.evaluation.coder_agreement import coder_agreement
from training.evaluation.sampled_agreement import sampled_agreement


def withdrawal(coder: str = "", *, is_adjudicated: bool = False) -> Correction:
    signature = Signature(coder, is_adjudicated=is_adjudicated)
    status = CorrectionStatus.WITHDRAWN
    return Correction(1, TEXT, "withdraw", "withdraw", status, signature=signature)


def test_it_takes_the_answers_of_all_coders_back() -> None:
    decisions = decided(answer("2221", "anna"), answer("3221", "ben"))
    assert decisions.is_disputed(TEXT)
    both = Outcome(replaced="3221", withdrawn=(("anna", "2221"), ("ben", "3221")))
    assert decisions.apply(withdrawal("anna")) == both
    assert decisions.get(TEXT) is None and decisions.coder_of(TEXT) == ""
    assert not decisions.is_disputed(TEXT) and not decisions.teaches_others(TEXT)
    assert not list(decisions.answers_of_two())
    assert decisions.apply(withdrawal("ben")) == NO_CONFLICT
    assert decisions.apply(answer("7212", "ben")) == NO_CONFLICT
    assert decisions.get(TEXT) == "7212" and decisions.teaches_others(TEXT)
    assert not list(decisions.answers_of_two())


def test_nothing_to_withdraw_changes_nothing() -> None:
    decisions = Decisions()
    assert decisions.apply(withdrawal()) == NO_CONFLICT
    assert decisions.version() == ""


def test_only_an_adjudicated_one_takes_an_adjudicated_answer_back() -> None:
    decisions = decided(answer("2221", is_adjudicated=True))
    assert decisions.apply(withdrawal("ben")) == Outcome(overruled_by="2221")
    assert decisions.get(TEXT) == "2221"
    assert decisions.apply(withdrawal(is_adjudicated=True)) == Outcome(replaced="2221")
    assert decisions.apply(answer("3221", "ben")) == NO_CONFLICT
    assert decisions.get(TEXT) == "3221"


def test_a_withdrawn_answer_of_a_sample_does_not_count(tmp_path: Path) -> None:
    texts = TextCollector()
    texts.add({TEXT: "7212", "a | b": "7212"}, {TEXT: 1, "a | b": 1})
    keep_text_list(tmp_path, ListHead("1", "v1"), texts, {TEXT: 1, "a | b": 1})
    header = "text,corrected_isco_code,predicted_code,n_records,sampled,coder,sequence,received\n"

    def keep(number: int, *rows: str) -> None:
        lines = "".join(f"{row},{number},\n" for row in rows)
        (tmp_path / f"{number}.csv").write_text(header + lines, encoding="utf-8")

    keep(1, f"{TEXT},2221,,1,batch 1,anna", "a | b,7212,,1,batch 1,anna")
    keep(2, f"{TEXT},7212,,1,batch 1,ben")
    assert sampled_agreement(read_folder(tmp_path, DataSettings()), tmp_path)["n"] == 2
    assert coder_agreement(read_folder(tmp_path, DataSettings())).n_texts == 1
    keep(3, f"{TEXT},withdraw,,,,anna")
    found = sampled_agreement(read_folder(tmp_path, DataSettings()), tmp_path)
    assert (found["n"], found["n_agreed"]) == (1, 1)
    assert [part["name"] for part in found["versions"][0]["coders"]] == ["anna"]
    assert coder_agreement(read_folder(tmp_path, DataSettings())).n_texts == 0
    lookup = CorrectionsLookup.load(tmp_path, DataSettings(corrections_dir=tmp_path))
    assert lookup.decisions.get(TEXT) is None and lookup.find(TEXT) is None
    assert list(lookup.teaching) == ["a | b"] and lookup.answers.texts == ("a | b",)
    keep(4, f"{TEXT},7212,,1,batch 1,ben")
    assert sampled_agreement(read_folder(tmp_path, DataSettings()), tmp_path)["n"] == 2
