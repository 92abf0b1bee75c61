"""Every page in a browser: no axe violation, not wider than a telephone, and no text is run."""

from __future__ import annotations

import csv
import json
import shutil
import unicodedata
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import pytest
from axe_core_python.selenium import Axe
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from core.corrections.doubts import Doubt
from core.errors import BundleError
from core.files.own_files import SENTINEL
from core.html import write_page
from core.isco_titles.group_titles import ENGLISH
from core.languages.page_language import page_languages
from core.review_contract import AGREEMENT_PAGE
from core.settings import Settings
from core.taxonomy import isco08
from inference.autocoder import open_autocoder
from inference.bundle import Bundle
from inference.classifier import Classifier
from results.code_file import code_file
from results.explanations.pages import explain_batch
from results.explanations.requests import EXPLANATIONS_DIR
from tests.conftest import ROOT
from tests.support.external_programs import browser, needs_chromium
from tests.support.review_fixtures import FORMULA, SCRIPT
from tests.training.evaluation.test_agreement_page import CODERS, sampled
from tests.training.evaluation.test_training_report import analysed, metrics
from tests.watcher.delivery.test_index_page import a_batch, a_night
from training.evaluation.agreement_page import write_agreement
from training.evaluation.analysis_files import ERROR_ANALYSIS
from training.evaluation.training_report import write_report
from watcher.delivery.index_page import Index
from watcher.status.status import FileResult, Status, Waiting

pytestmark = needs_chromium
HOSTILE = f"{SCRIPT} \"'><img src=x onerror=alert(1)>"
MOMENT = datetime(2026, 11, 23, 4, 15, tzinfo=UTC)
PAGES = ("index", "report", "review", "explanations", "explanation", "failed", "night", "agreement")


@pytest.fixture(scope="module")
def outbox(bundle: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An outbox in which every name and every field is hostile."""
    folder = tmp_path_factory.mktemp("outbox")
    settings = Settings()
    autocoder = open_autocoder(bundle, settings)
    source = folder / f"{HOSTILE.replace('/', '-')}.csv"
    with source.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["job_title", "duties", "isco_code", HOSTILE])
        writer.writerows([HOSTILE, FORMULA, "222", FORMULA] for _ in range(3))
        writer.writerows([FORMULA, HOSTILE, HOSTILE, ""] for _ in range(2))
        titles = (isco08().title(code) for code in isco08().units[::20])
        writer.writerows([title, "", "2221", ""] for title in titles)
    (folder / "batch").mkdir()
    code_file(source, folder / "batch", autocoder, settings, n_explained=4)
    (folder / "batch" / "receipt.json").touch()  # the outbox writes it last
    shutil.copytree(folder / "batch", folder / "failed")
    for name in ("batch", "failed"):

        def opened(version: str, name: str = name) -> Classifier:
            if name == "failed":
                raise BundleError(f"{version} is gone: {HOSTILE}")
            return autocoder.classifier

        explain_batch(folder / name, opened)
    for number in range(12):
        a_batch(folder, number, HOSTILE)
    a_batch(folder, 20, "filled.csv", statuses={"accepted": 3}, n_rows=3)
    a_night(folder, "2026-11-21", "promoted", 0.9)
    a_night(folder, "2026-11-22", HOSTILE, 0.8)
    night = folder / "nightly" / "2026-11-22"
    analysed(night / ERROR_ANALYSIS)
    values = metrics(reasons=[HOSTILE], base=HOSTILE)
    (night / "metrics.json").write_text(json.dumps(values), encoding="utf-8")
    write_report(night)
    write_agreement(night, sampled(), CODERS, ENGLISH)
    (folder / SENTINEL).touch()
    waiting = Waiting(name=HOSTILE, since=MOMENT, reason=HOSTILE)
    rejected = FileResult(name=HOSTILE, at=MOMENT, text=HOSTILE)
    Index(folder).refresh(
        Status(
            host=HOSTILE,
            pid=7,
            started=MOMENT,
            poll_s=1,
            model_version="v1",
            waiting=(waiting,),
            n_waiting=1,
            rejected=(rejected,),
            next_training=MOMENT,
        )
    )
    return folder


def page(outbox: Path, name: str) -> Path:
    return {
        "index": outbox / "index.html",
        "report": outbox / "batch" / "report.html",
        "review": outbox / "batch" / "review.html",
        "explanations": outbox / "batch" / EXPLANATIONS_DIR / "index.html",
        "explanation": outbox / "batch" / EXPLANATIONS_DIR / "1.html",
        "failed": outbox / "failed" / EXPLANATIONS_DIR / "index.html",
        "night": outbox / "nightly" / "2026-11-22" / "report.html",
        "agreement": outbox / "nightly" / "2026-11-22" / AGREEMENT_PAGE,
    }[name]


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    with browser(tmp_path_factory.mktemp("downloads")) as chromium:
        chromium.set_script_timeout(110)  # axe has much to look at
        yield chromium


def shown(driver: webdriver.Chrome, path: Path, width: int, scheme: str = "light") -> None:
    """Open a page in a window of so many pixels, all of its parts unfolded."""
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    driver.get(path.as_uri())
    driver.execute_script("document.querySelectorAll('details').forEach((d) => { d.open = true; })")


def n_scrolled(driver: webdriver.Chrome) -> int:
    """Return how many tables of the page do not fit, so that they have a scroll bar."""
    n: int = driver.execute_script(
        "return [...document.querySelectorAll('.wide')]"
        ".filter((part) => part.scrollWidth > part.clientWidth).length"
    )
    return n


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(driver: webdriver.Chrome, outbox: Path, name: str, scheme: str) -> None:
    shown(driver, page(outbox, name), 1000, scheme)
    violations = [
        (v["impact"], v["id"], [node["html"][:200] for node in v["nodes"][:3]])
        for v in Axe().run(driver)["violations"]
    ]
    assert violations == []


@pytest.mark.parametrize("language", page_languages())
def test_no_table_of_the_index_is_wider_than_its_page(
    driver: webdriver.Chrome, tmp_path: Path, language: str
) -> None:
    for number in range(3):
        a_batch(tmp_path, number, "labour-force-survey-2026-quarter-3.csv")
    a_batch(tmp_path, 20, "filled.csv", statuses={"accepted": 3, "changed": 2}, n_rows=3)
    a_night(tmp_path, "2026-11-21", "promoted", 0.9)
    (tmp_path / SENTINEL).touch()
    Index(tmp_path, language).refresh()
    for width in (360, 600, 1000, 1300):
        shown(driver, tmp_path / "index.html", width)
        assert n_scrolled(driver) == 0, width


@pytest.mark.parametrize("language", page_languages())
def test_no_table_of_the_agreement_is_wider_than_its_page(
    driver: webdriver.Chrome, tmp_path: Path, language: str
) -> None:
    write_agreement(tmp_path, sampled(), CODERS, language)
    for width in (360, 600, 1000):
        shown(driver, tmp_path / AGREEMENT_PAGE, width)
        assert n_scrolled(driver) == 0, width


@pytest.mark.parametrize("language", page_languages())
def test_a_short_name_of_a_file_stays_in_one_line(
    driver: webdriver.Chrome, tmp_path: Path, language: str
) -> None:
    """Beside a row of corrections, whose words are long, its column was four letters wide."""
    a_batch(tmp_path, 1, "survey.csv")
    statuses = {"accepted": 73, "overruled": 11}
    a_batch(tmp_path, 20, "filled.csv", statuses=statuses, n_rows=84, n_conflicts=11)
    (tmp_path / SENTINEL).touch()
    Index(tmp_path, language).refresh()
    shown(driver, tmp_path / "index.html", 360)
    names = "document.querySelectorAll('tbody th a')"
    n_lines = driver.execute_script(f"return [...{names}].map((a) => a.getClientRects().length)")
    assert n_lines == [1, 1]
    assert n_scrolled(driver) == 0


@pytest.mark.slow
@pytest.mark.parametrize("language", page_languages())
def test_the_share_of_a_group_stands_beside_its_bar(
    driver: webdriver.Chrome, bundle: Bundle, tmp_path: Path, language: str
) -> None:
    values = {"output": {"language": language}, "inference": {"floor": 0}}  # each has a code
    settings = Settings.model_validate(values)
    source, out = tmp_path / "survey.csv", tmp_path / "batch"
    source.write_text("job_title\nRegistered nurse\n", "utf-8")  # 100 %, the longest label
    out.mkdir()
    code_file(source, out, open_autocoder(bundle, settings), settings)
    for width in (360, 600, 1000):
        shown(driver, out / "report.html", width)
        heights = driver.execute_script(
            "return [...document.querySelectorAll('.bars')].map((bars) => bars.offsetHeight)"
        )
        assert len(heights) == 10 and len(set(heights)) == 1, (width, heights)


@pytest.mark.parametrize("name", PAGES)
def test_it_fits_a_telephone_and_nothing_ran(
    driver: webdriver.Chrome, outbox: Path, name: str
) -> None:
    shown(driver, page(outbox, name), 360)
    assert driver.execute_script("return document.documentElement.scrollWidth") <= 360
    assert name == "night" or n_scrolled(driver) == 0
    assert driver.get_log("browser") == []  # nothing was loaded, refused or thrown
    shown_text = driver.execute_script("return document.body.innerText")
    assert "<script>" in shown_text  # as text; an alert would have stopped the test


def test_no_word_of_an_explained_record_is_broken(driver: webdriver.Chrome, tmp_path: Path) -> None:
    row = {
        "n": 1,
        "job_title": "Controller",
        "isco_code": "241",
        "isco_title": "Finance Professionals",
        "confidence": 0.768,
        "rival_code": "132",
        "rival_title": "Manufacturing, Mining, Construction and Distribution Managers",
        "rival_confidence": 0.065,
        "top_words": [{"word": "controller", "score": 6.6}, {"word": "budget", "score": -0.4}],
    }
    path = tmp_path / "index.html"
    values = {"name": "a.csv", "batch_id": "b", "version": "v", "failure": ""}
    write_page(path, "explanations.html", "en", rows=[row], **values)
    shown(driver, path, 360)
    broken = driver.execute_script(
        "return [...document.querySelectorAll('td, th')].flatMap((cell) => {"
        " const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT), found = [];"
        " while (texts.nextNode()) {"
        "  for (const word of texts.currentNode.data.matchAll(/[^\\s,]+/g)) {"
        "   const range = document.createRange();"
        "   range.setStart(texts.currentNode, word.index);"
        "   range.setEnd(texts.currentNode, word.index + word[0].length);"
        "   if (new Set([...range.getClientRects()].map((box) => box.top)).size > 1)"
        "    found.push(word[0]);"
        " }}"
        " return found;"
        "})"
    )
    assert broken == []
    assert n_scrolled(driver) == 0


def test_numbers_stay_behind_the_text_from_right_to_left_that_they_are_of(
    driver: webdriver.Chrome, tmp_path: Path
) -> None:
    """Between two Arabic words a score stood behind the wrong one, and codes changed places."""
    words = [{"word": "مرور", "score": 5.6}, {"word": "مهندس", "score": -1.9}]
    row = {"n": 1, "job_title": "a", "isco_code": "2", "isco_title": "b", "confidence": 0.5}
    row |= {"rival_code": "3", "rival_title": "c", "rival_confidence": 0.4, "top_words": words}
    values = {"name": "a.csv", "batch_id": "b", "version": "v", "failure": ""}
    write_page(tmp_path / "words.html", "explanations.html", "en", rows=[row], **values)
    doubt = Doubt("Ana", "a.csv", examples=(("بائع متجول", "2221", "5120"),))
    night = {"kind": "fine_tune", "state": "skipped", "doubts": [asdict(doubt)]}
    (tmp_path / "metrics.json").write_text(json.dumps(night), encoding="utf-8")
    for path, parts in (
        (tmp_path / "words.html", ["مرور", "5.6", "مهندس", "1.9"]),
        (write_report(tmp_path), ["بائع متجول", "2221", "5120"]),
    ):
        shown(driver, path, 1000)
        lefts = driver.execute_script(
            "return arguments[0].map((part) => {"
            " const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);"
            " while (!texts.nextNode().data.includes(part));"
            " const range = new Range(), start = texts.currentNode.data.indexOf(part);"
            " range.setStart(texts.currentNode, start);"
            " range.setEnd(texts.currentNode, start + part.length);"
            " return range.getBoundingClientRect().left;"
            "})",
            parts,
        )
        assert lefts == sorted(lefts), path.name


def test_links_lead_somewhere(driver: webdriver.Chrome, outbox: Path) -> None:
    for name in ("report", "explanations", "explanation", "agreement"):
        path = page(outbox, name)
        driver.get(path.as_uri())
        links = driver.execute_script("return [...document.links].map((link) => link.href)")
        assert links
        for link in links:
            assert Path(link.removeprefix("file://")).exists(), link


@pytest.mark.slow
def test_a_thousand_batches_open_at_once(driver: webdriver.Chrome, tmp_path: Path) -> None:
    for number in range(999):
        a_batch(tmp_path, number)
    name = unicodedata.normalize("NFD", "Förderung.csv")  # as a Mac writes it
    a_batch(tmp_path, 28_800, name)  # in December
    Index(tmp_path).refresh()
    driver.get((tmp_path / "index.html").as_uri())
    paint_ms = WebDriverWait(driver, 60).until(
        lambda chromium: chromium.execute_script(
            "return performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
        )
    )
    assert paint_ms < 5_000, f"{paint_ms:.0f} ms"  # 1 s, on a machine that does nothing else

    def search(words: str) -> tuple[float, str, list[bool]]:
        """Return the time, what was found, and of each month that is shown whether it is open."""
        ms = driver.execute_script(
            "const box = document.getElementById('search'), start = performance.now();"
            "box.value = arguments[0];"
            "box.dispatchEvent(new Event('input'));"
            "return performance.now() - start",
            words,
        )
        months = driver.find_elements(By.CLASS_NAME, "month")
        are_open = [bool(month.get_property("open")) for month in months if month.is_displayed()]
        return ms, driver.find_element(By.ID, "found").text, are_open

    search_ms, *found = search("FÖRDER 2026")
    assert found == ["1 batch found", [True]]
    assert search_ms < 500, f"{search_ms:.0f} ms"
    assert search("survey")[1:] == ("999 batches found", [True])
    assert search("")[1:] == ("", [True, False])


def test_the_docs_show_each_page() -> None:
    pages = [ROOT / "README.md", ROOT / "docs" / "results.md"]
    shown = "".join(page.read_text(encoding="utf-8") for page in pages)
    for name in ("index", "report", "review", "explanation", "night"):
        picture = ROOT / "docs" / "images" / f"{name}.png"
        assert f"images/{name}.png" in shown
        assert picture.stat().st_size < 150_000
