"""The review items: the order, and the random sample of what was autocoded."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from core.corrections.correction import CorrectionStatus
from core.corrections.correction_table import open_corrections, read_corrections
from core.settings import DataSettings, Settings
from core.text import join
from inference.autocoder import open_autocoder
from inference.bundle import Bundle
from results.code_file import code_file
from results.review import queue
from results.review.queue import ReviewQueue
from tests.support.review_fixtures import BATCH, SURE, UNCERTAIN, prediction, review
from tests.support.written_rows import rows_of


def test_one_in_ten_questions_is_a_sampled_record() -> None:
    queued = review(n_uncertain=90, n_autocoded=400)
    items = list(queued.items())
    sampled = [item for item in items if item.sampled]
    assert len(queued) == 90 and len(items) - len(sampled) == 90
    assert sum(item.n_records for item in sampled) == queued.n_sampled == 10
    assert items[9].sampled == f"batch {BATCH}" and not any(item.sampled for item in items[:9])
    assert all(item.prediction.isco_code == "7212" for item in sampled)
    assert items == list(queued.items()), "the same each time"


def test_a_title_of_spaces_is_none() -> None:
    """Pages showed a heading and a button without a word, not the duties and "(no title)"."""
    queued = ReviewQueue(BATCH)
    queued.add(join("", "bakes"), "   ", " bakes\n", prediction(UNCERTAIN))
    (item,) = queued.items()
    assert (item.job_title, item.duties_description) == ("", "bakes")


def test_texts_that_one_answer_decides_are_asked_once() -> None:
    queued = ReviewQueue(BATCH)
    for title, duties in (("clerk", "NA"), ("clerk", ""), ("Εργάτης", ""), ("ΕΡΓΑΤΗΣ", "-")):
        queued.add(join(title, duties), title, duties, prediction(UNCERTAIN))
    asked = [(item.text, item.job_title, item.n_records) for item in queued.items()]
    assert asked == [("clerk | na", "clerk", 2), ("εργάτης | unknown", "Εργάτης", 2)]


def test_the_random_sample_asks_a_question_once() -> None:
    """The list of drawn texts says the same: what comes back is compared with it."""
    queued = ReviewQueue(BATCH)
    for number in range(36):
        title = chr(ord("a") + number % 26) * (4 + number // 26)
        queued.add(join(title), title, "", prediction(UNCERTAIN))
    for title, duties in (("nurse", ""), ("nurse", "NA")):
        queued.add(join(title, duties), title, duties, prediction(SURE))
    for title, code in (("técnico", "3119"), ("tecnico", "7412")):
        queued.add(join(title), title, "", prediction(((code, 0.99), ("2221", 0.01))))
    sampled = {item.text: item.n_records for item in queued.items() if item.sampled}
    assert sorted(sampled.values()) == [1, 1, 2] and "técnico | unknown" in sampled
    assert queued.drawn() == sampled


def test_the_batch_seeds_the_sample() -> None:
    drawn = [
        [(q.text, q.n_records) for q in review(90, 400, name).items() if q.sampled]
        for name in ("a", "a", "b")
    ]
    assert drawn[0] == drawn[1] != drawn[2]


def test_every_autocoded_record_is_drawn_as_often() -> None:
    counts: Counter[str] = Counter()
    for seed in range(400):
        queued = ReviewQueue(str(seed))
        for n in range(18):
            queued.add(join(f"guard {n}"), "", "", prediction(UNCERTAIN))
        for n in range(40):  # the first text has half of the records
            title = "often" if n % 2 else f"once {n}"
            queued.add(join(title), title, "", prediction(SURE))
        counts.update({q.job_title: q.n_records for q in queued.items() if q.sampled})
    assert sum(counts.values()) == 800
    assert abs(counts["often"] - 400) < 60  # four standard deviations


def test_no_question_no_sample_and_few_autocoded_are_all_drawn() -> None:
    assert list(review(n_uncertain=0).items()) == []
    queued = review(n_uncertain=40, n_autocoded=2)
    assert queued.n_sampled == 2


def test_the_sample_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "_MAX_SAMPLED", 3)
    assert review(n_uncertain=90, n_autocoded=400).n_sampled == 3


def test_what_a_workbook_can_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    queued = review()
    everything = list(queued.items())
    monkeypatch.setattr(queue, "_MAX_DISPLAYED", 4)
    assert queued.displayed_items() == everything[:4]
    monkeypatch.setattr(queue, "_MAX_CELL_CHARS", len(everything[0].text) - 1)
    assert everything[0] not in queued.displayed_items()


def test_a_batch_counts_the_sample_apart(
    tmp_path: Path, bundle: Bundle, settings: Settings
) -> None:
    titles = [f"cook {n}" for n in range(40)]
    coder = open_autocoder(bundle, settings)
    confidences = sorted(c.confidence for c in coder.code([join(title) for title in titles]))
    settings = settings.with_values("model", confidence_threshold=confidences[20])
    path = tmp_path / "survey.csv"
    path.write_text("job_title\n" + "\n".join(titles) + "\n", encoding="utf-8")
    receipt = code_file(path, tmp_path, open_autocoder(bundle, settings), settings)
    assert (receipt.n_autocoded, receipt.n_review, receipt.n_review_texts) == (20, 20, 20)
    assert receipt.n_sampled == 3
    rows = rows_of(tmp_path / "review.csv")
    sampled = [row for row in rows if row["sampled"]]
    assert len(rows) == 23 and len(sampled) == 3
    assert {row["sampled"] for row in sampled} == {f"batch {receipt.batch_id}"}
    candidates = [[row[f"candidate_{k}"] for k in range(1, 6)] for row in sampled]
    assert candidates == [sorted(codes) for codes in candidates] and all(candidates[0])
    shown = "predicted_code", "predicted_title", "confidence", "candidate_1_confidence"
    assert {row[name] for row in sampled for name in shown} == {""}
    assert (tmp_path / "review.xlsx").exists() and (tmp_path / "review.html").exists()
    assert not any("review.csv" in note for note in receipt.notes)


def test_what_does_not_fit_is_noted(
    tmp_path: Path, bundle: Bundle, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "_MAX_DISPLAYED", 2)
    path = tmp_path / "survey.csv"
    path.write_text("job_title\ncook\nbaker\nguard\n", encoding="utf-8")
    receipt = code_file(path, tmp_path, open_autocoder(bundle, settings), settings)
    assert receipt.notes[0].startswith("1 of 3 texts for review")
    assert receipt.notes[0] in (tmp_path / "review.html").read_text(encoding="utf-8")


def test_new_words_of_a_corrections_file(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text(
        "text,corrected_isco_code,predicted_code,n_records,sampled\n"
        'a | b,"0310 Armed Forces Occupations, Other Ranks",310,2,batch 1\n'
        "c | d,Not-Codable,7212,1,batch 1\n"
        'e | f,"0310 Bakers, Pastry-cooks and Confectionery Makers",7212,many,batch 1\n'
        "g | h,7212,721,1,batch 1\n",
        encoding="utf-8",
    )
    corrections = list(read_corrections(open_corrections(path, DataSettings())))
    assert [(c.status, c.code) for c in corrections] == [
        (CorrectionStatus.ACCEPTED, "0310"),
        (CorrectionStatus.NOT_CODABLE, "not codable"),
        (CorrectionStatus.REJECTED, ""),
        (CorrectionStatus.ACCEPTED, "7212"),
    ]
    assert [(c.sampled, c.predicted, c.n_drawn) for c in corrections] == [
        ("batch 1", "0310", 2),
        ("batch 1", "7212", 1),
        ("batch 1", "7212", 0),  # nor how often it was drawn
        ("batch 1", "721", 1),  # the list of the batch tells the code, not the file
    ]
