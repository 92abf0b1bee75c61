"""Every word of every page goes through the catalogues; long words fit a telephone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver

from core import html
from core.corrections.correction import CorrectionStatus
from core.isco_titles.group_titles import ENGLISH, titles_in
from core.review_contract import AGREEMENT_PAGE
from core.settings import Settings
from inference.autocoder import open_autocoder
from inference.bundle import Bundle
from results.code_file import code_file
from results.explanations.pages import explain_batch
from results.explanations.requests import EXPLANATIONS_DIR
from results.review import page as review_page
from results.review.page import REVIEW_PAGE, write_review_page
from results.review.presentation import Display
from tests.support.external_programs import browser, needs_chromium
from tests.support.pseudo_language import english_words, pseudo_language, words_in
from tests.support.review_fixtures import BATCH, review
from tests.training.evaluation.test_agreement_page import CODERS, sampled
from tests.training.evaluation.test_training_report import analysed, metrics
from tests.watcher.delivery.test_index_page import a_batch, a_night, a_status
from training.evaluation import training_report
from training.evaluation.agreement_page import write_agreement
from training.evaluation.analysis_files import ERROR_ANALYSIS
from watcher.delivery import index_page
from watcher.delivery.index_page import Index

LINES = """\
job_title,duties,isco_code
worker,zzq,9329
guard,zzq,5414
nurse,zzq,2221
welder,zzq,88
,,
refused,,
"""
# Names of files, columns and settings, and abbreviations: the same in every language.
NAMES = """
    predictions.csv review.html review.xlsx review.csv disagreements.csv receipt.json survey.csv
    explanations.json job_title duties_description isco_code confidence_threshold SHA SHAP UTC ISCO
    CSV utf corrected_isco_code comma
"""


@pytest.fixture(autouse=True)
def pseudo(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every page is in a language that the test knows by its letters."""
    spoken = pseudo_language()
    for module in (html, review_page, training_report, index_page):
        monkeypatch.setattr(module, "page_language", lambda language: spoken)


def batch(folder: Path, bundle: Bundle) -> Path:
    """Code a file with something to say about it, and explain it."""
    autocoder = open_autocoder(bundle, Settings())
    source, out = folder / "survey.csv", folder / "batch"
    source.write_text(LINES, encoding="utf-8")
    out.mkdir()
    receipt = code_file(source, out, autocoder, Settings(), n_explained=2)
    (out / "receipt.json").write_text(json.dumps(vars(receipt), default=str), encoding="utf-8")
    explain_batch(out, lambda version: autocoder.classifier)
    return out


def data_of(out: Path) -> str:
    """What a page may show as it is: the input, its ids, the settings, and titles of groups."""
    receipt = json.loads((out / "receipt.json").read_text(encoding="utf-8"))
    assert receipt.pop("notes")  # English in the receipt, and said in the language by the page
    titles = " ".join(titles_in("en").values())
    # It is asked in the language of the titles.
    question = "What are the main tasks? Is zzq rather one of the or the"
    return " ".join([NAMES, LINES, titles, question, json.dumps(receipt, ensure_ascii=False)])


@pytest.mark.slow
def test_the_pages_of_a_batch(bundle: Bundle, tmp_path: Path) -> None:
    out = batch(tmp_path, bundle)
    assert "ａ" in (out / "report.html").read_text(encoding="utf-8")
    pages = [out / "report.html", out / REVIEW_PAGE, *(out / EXPLANATIONS_DIR).glob("*.html")]
    assert len(pages) == 5
    for page in pages:
        assert english_words(page, data_of(out)) == set(), page.name


def test_the_index(tmp_path: Path) -> None:
    for number in range(3):
        a_batch(tmp_path, number)
    statuses = {str(status): 1 for status in CorrectionStatus}
    a_batch(tmp_path, 9, "survey.csv", statuses=statuses, n_rows=9, n_not_drawn=2, n_never_asked=1)
    a_night(tmp_path, "2026-11-21", "promoted", 0.9)
    a_night(tmp_path, "2026-11-22", "refused", 0.8)
    for status in (None, a_status(n_waiting=2, ignored=("x1",), n_ignored=2)):
        Index(tmp_path).refresh(status)
        page = tmp_path / "index.html"
        assert english_words(page, f"{NAMES} vm cea2849c November") == set()


def test_the_report_of_a_training(tmp_path: Path) -> None:
    analysed(tmp_path / ERROR_ANALYSIS)
    (tmp_path / "metrics.json").write_text(json.dumps(metrics()), encoding="utf-8")
    page = training_report.write_report(tmp_path)
    # Names of settings and files, and texts of respondents.
    data = """
        test train own hold out set outliers roberta base confidence threshold learning rate vague
        fp max logit difference texts kappa AURC ECE Brier csv error_analysis confused_pairs
        confusion script alert img src onerror cmd nurse ward lieutenant cea abcd
    """
    titles = " ".join(titles_in("en").values())
    assert english_words(page, f"{NAMES} {data} {titles} {tmp_path.name}") == set()


def test_the_agreement_of_coders(tmp_path: Path) -> None:
    write_agreement(tmp_path, sampled(), CODERS, ENGLISH)
    titles = " ".join(titles_in(ENGLISH).values())
    data = "conflicts.csv Anna ben nurse script alert Wilson Cohen Krippendorff"
    assert english_words(tmp_path / AGREEMENT_PAGE, f"{NAMES} {data} {titles}") == set()


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    with browser(tmp_path_factory.mktemp("downloads")) as chromium:
        yield chromium


@pytest.mark.slow
@needs_chromium
def test_what_the_script_of_a_review_says(driver: webdriver.Chrome, tmp_path: Path) -> None:
    page = tmp_path / REVIEW_PAGE
    write_review_page(review().displayed_items(), page, "survey.csv", BATCH, Display())
    driver.get(page.as_uri())
    # A line is what a person does. Texts and chosen codes are shown again.
    seen = ""
    for action in (
        "",
        "$('candidates').firstChild.click()",
        "$('groups').firstChild.click()",
        "undo()",
        "decide(undefined)",
        "decide(data.not_codable)",
        "choose('sampled')",
        "turn()",
        "turn(); $('search').value = 'workers'; search()",
        "$('search').value = '721'; search()",
        "choose('vague'); decide('9329'); save()",
        "choose('vague'); order = []; show()",
    ):
        driver.execute_script(action)
        script = "document.querySelectorAll('kbd, [lang=en]').forEach((node) => node.remove());"
        seen += driver.execute_script(f"{script} return document.body.innerText") + " "
    titles = " ".join(titles_in("en").values())
    texts = "soldier worker guard at night welder script alert HYPERLINK Bäcker zweite nachts"
    # "not codable" as a decision is what the corrections file has.
    assert words_in(seen) - words_in(f"{NAMES} {titles} {texts} not codable {BATCH}") == set()
