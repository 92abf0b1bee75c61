"""``review.html`` in a real browser, from the first key to the file in the inbox."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from core.isco_titles.group_notes import DEFINITIONS, group_notes
from core.languages.page_language import page_languages
from core.settings import DataSettings, Settings
from core.settings_file.settings_reader import load_settings
from core.text import join
from inference.corrections_lookup import CorrectionsLookup
from results.corrections_file import process_corrections
from results.corrections_source import is_corrections_file
from results.review.page import REVIEW_PAGE, write_review_page
from results.review.presentation import Display, read_group_notes
from results.review.queue import ReviewQueue
from tests.support.external_programs import browser, needs_chromium
from tests.support.labelled_records import kept_corrections
from tests.support.review_fixtures import (
    BATCH,
    FORMULA,
    SCRIPT,
    SURE,
    UNCERTAIN,
    keep_list,
    prediction,
    review,
)
from tests.support.written_rows import rows_of
from training.evaluation.sampled_agreement import sampled_agreement

PATIENCE_S = 30


class Reviewer:
    """Somebody at the keyboard."""

    def __init__(self, driver: webdriver.Chrome, page: Path, downloads: Path) -> None:
        self.driver = driver
        self.page = page
        self.downloads = downloads
        driver.get(page.as_uri())

    def find(self, name: str) -> WebElement:
        return self.driver.find_element(By.ID, name)

    def press(self, *keys: str) -> None:
        """Press keys, each where the one before has led; several letters go into one field."""
        for key in keys:
            self.driver.switch_to.active_element.send_keys(key)

    def press_on_layout(self, key: str, code: str, shift: bool = False, **more: bool) -> None:
        """Press the key ``code`` where it writes ``key``: the driver has one layout alone."""
        event = {"key": key, "code": code, "shiftKey": shift, "bubbles": True, "cancelable": True}
        event |= more
        script = "document.activeElement.dispatchEvent(new KeyboardEvent('keydown', arguments[0]))"
        self.driver.execute_script(script, event)

    def show(self, which: str) -> None:
        self.find("filter").find_element(By.CSS_SELECTOR, f"option[value={which}]").click()

    @property
    def title(self) -> str:
        return self.find("title").text

    @property
    def progress(self) -> str:
        """How many texts are decided, without the random sample."""
        return self.find("progress-words").text.split(" · ")[0]

    def reload(self, progress: str) -> None:
        """Load the page again; on a busy machine it gets what it had stored after it is shown."""
        self.driver.refresh()
        wait = WebDriverWait(self.driver, PATIENCE_S)
        wait.until(lambda _: self.progress == progress, f"{progress!r} is not shown")

    def save(self, name: str = f"review-{BATCH}.csv") -> Path:
        return self.save_by(self.find("save").click, name)

    def save_by(self, act: Callable[[], None], name: str = f"review-{BATCH}.csv") -> Path:
        """Return the file that the browser has saved after ``act``."""
        target = self.downloads / name
        target.unlink(missing_ok=True)
        act()
        deadline = time.monotonic() + PATIENCE_S
        while not target.exists():
            assert time.monotonic() < deadline, "nothing was downloaded"
            time.sleep(0.05)
        return target


def page_of(folder: Path, n_uncertain: int = 11) -> Path:
    path = folder / REVIEW_PAGE
    write_review_page(
        review(n_uncertain).displayed_items(), path, f"{SCRIPT}.csv", BATCH, Display(["A note"])
    )
    return path


def data_in(page: Path) -> dict[str, Any]:
    """Return the data of a page; nothing in them can end their element."""
    source = page.read_text(encoding="utf-8")
    data = re.search(r'<script type="application/json" id="data">(.*?)</script>', source, re.DOTALL)
    assert data and "<" not in data[1]
    content: dict[str, Any] = json.loads(data[1])
    return content


def rows_in(page: Path) -> list[dict[str, Any]]:
    content = data_in(page)
    return [dict(zip(content["fields"], row, strict=True)) for row in content["rows"]]


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[webdriver.Chrome, Path]]:
    downloads = tmp_path_factory.mktemp("downloads")
    with browser(downloads) as driver:
        yield driver, downloads


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return page_of(tmp_path_factory.mktemp("page"))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings without a model: nothing is coded here, and making one takes longest."""
    config = tmp_path / "config.yaml"
    config.write_text("data: {}\n", encoding="utf-8")
    return load_settings(config)


@pytest.fixture
def reviewer(chromium: tuple[webdriver.Chrome, Path], page: Path) -> Iterator[Reviewer]:
    driver, downloads = chromium
    fresh = Reviewer(driver, page, downloads)
    # By this page and not by the one before: of two processes the writes may come in any order.
    driver.execute_script("localStorage.clear()")
    driver.refresh()
    yield fresh
    # Leaving a page with unsaved decisions that no key had made is an "intervention".
    log = [entry for entry in driver.get_log("browser") if entry["source"] != "intervention"]
    assert log == [], "the page complained"


def test_the_page_is_one_file_and_hostile_texts_stay_text(page: Path) -> None:
    source = page.read_text(encoding="utf-8")
    assert SCRIPT not in source and "&lt;script&gt;alert(1)" in source
    assert not re.search(r"""(?:src|href)\s*=\s*["']|@import|url\(|innerHTML""", source)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', source)
    assert policy and policy[1].startswith("default-src 'none'")
    assert "unsafe-inline'; script" in policy[1] and "script-src 'nonce-" in policy[1]
    assert [row["job_title"] for row in rows_in(page)][2:4] == [SCRIPT, FORMULA]
    assert len(data_in(page)["titles"]) == 436 + 130


def test_similar_corrections_are_named_but_not_those_of_the_random_sample(page: Path) -> None:
    rows = rows_in(page)
    assert rows[0]["similar"] == [[SCRIPT, "5414"], [f"{FORMULA} | at night", "0310"]]
    assert [row["similar"] for row in rows if row["sampled"]] == [[], []]
    assert not any(row["similar"] for row in rows[1:])


@pytest.mark.slow
@needs_chromium
def test_from_the_keyboard_to_the_memory(reviewer: Reviewer, settings: Settings) -> None:
    assert f"Coded like “{SCRIPT}”: 5414 Security Guards." in reviewer.find("similar").text
    assert reviewer.title == "soldier"
    reviewer.press("1")  # soldier: the first candidate
    assert reviewer.title == "worker" and reviewer.progress == "1 of 11 texts decided"
    reviewer.press("2", "u", "0")  # a slip, undone; no code fits
    assert reviewer.title == SCRIPT
    reviewer.press("7")  # the second group of 3 digits
    assert reviewer.title == FORMULA
    reviewer.press("/", "guards sec" + Keys.BACK_SPACE * 10 + "primary school teach", Keys.ENTER)
    reviewer.press("3", Keys.ARROW_LEFT)
    reviewer.find("clear").click()
    reviewer.show("sampled")
    assert reviewer.find("sampled").is_displayed()
    reviewer.press("1", "2")
    assert reviewer.find("progress-words").text == (
        "4 of 11 texts decided · random sample: 2 of 2 records"
    ), "as many as the log and the report say are to be reviewed, and are drawn"
    path = reviewer.save()

    written = [row["corrected_isco_code"] for row in rows_of(path)]
    assert written[:4] == ["0310", "not codable", "011", "2341"]
    out = path.parent / "out"
    out.mkdir()
    assert is_corrections_file(path, settings)
    keep_list(settings.data.corrections_dir)
    receipt = process_corrections(path, out, CorrectionsLookup(), settings)
    assert {status: n for status, n in receipt.statuses.items() if n} == {
        "accepted": 4,
        "not_codable": 1,
        "group_only": 1,
    }
    memory = CorrectionsLookup.load(settings.data.corrections_dir, DataSettings())
    assert memory.decisions.get(join("soldier", "soldier")) == "0310"
    assert memory.decisions.get(join(FORMULA, FORMULA)) == "2341"
    agreement = sampled_agreement(kept_corrections(settings), settings.data.corrections_dir)
    assert (agreement["n"], agreement["n_agreed"], agreement["n_shown"]) == (2, 1, 0)


@needs_chromium
def test_keys_of_an_arabic_keyboard(reviewer: Reviewer) -> None:
    reviewer.press_on_layout("١", "Digit1")
    assert reviewer.title == "worker" and reviewer.progress == "1 of 11 texts decided"
    reviewer.press_on_layout("۰", "Digit0")
    reviewer.press_on_layout("ع", "KeyU")  # undone
    assert reviewer.title == "worker" and reviewer.progress == "1 of 11 texts decided"
    reviewer.press_on_layout("ظ", "Slash")
    reviewer.press("٢٣٤١", Keys.ENTER)
    written = [row["corrected_isco_code"] for row in rows_of(reviewer.save())]
    assert written == ["0310", "2341"]


@needs_chromium
@pytest.mark.parametrize(
    ("one", "zero"), [("+", "é"), ("&", "à"), ("ą", "ū")], ids=["sk", "fr", "lt"]
)
def test_keys_where_digits_need_shift(one: str, zero: str, reviewer: Reviewer) -> None:
    """Of Slovak, Czech, French and Lithuanian keyboards no number key did anything."""
    reviewer.press_on_layout(one, "Digit1")
    reviewer.press_on_layout(zero, "Digit0")
    assert reviewer.progress == "2 of 11 texts decided"
    reviewer.press_on_layout("/", "Digit7", shift=True)  # of a German keyboard: the search
    reviewer.press("2341", Keys.ENTER)
    written = [row["corrected_isco_code"] for row in rows_of(reviewer.save())]
    assert written == ["0310", "not codable", "2341"]


@needs_chromium
def test_a_key_that_is_held_down_decides_one_text(reviewer: Reviewer) -> None:
    key = {"key": "1", "code": "Digit1", "text": "1", "windowsVirtualKeyCode": ord("1")}
    for is_repeated in (False, True, True):
        event = {"type": "keyDown", "autoRepeat": is_repeated, **key}
        reviewer.driver.execute_cdp_cmd("Input.dispatchKeyEvent", event)
    reviewer.driver.execute_cdp_cmd("Input.dispatchKeyEvent", {"type": "keyUp", **key})
    assert reviewer.progress == "1 of 11 texts decided" and reviewer.title == "worker"


@needs_chromium
def test_a_key_of_an_input_method_decides_nothing(reviewer: Reviewer) -> None:
    """Enter ends the letters that several keys make, as in Vietnamese; the next one is ours."""
    reviewer.press("/", "2341")
    reviewer.press_on_layout("Enter", "Enter", isComposing=True)
    assert reviewer.progress == "0 of 11 texts decided"
    reviewer.press_on_layout("Enter", "Enter")
    assert reviewer.progress == "1 of 11 texts decided"


@needs_chromium
def test_a_search_with_another_ending_finds_the_group(reviewer: Reviewer) -> None:
    found = []
    for words in ("primary school teaches", "teachings xyz"):
        reviewer.find("search").clear()
        reviewer.find("search").send_keys(words)
        found.append(reviewer.find("results").text)
    assert "2341" in found[0] and "Primary School Teachers" in found[0]
    assert "2341" not in found[1]
    reviewer.press(Keys.ESCAPE)
    assert reviewer.find("results").text == reviewer.find("search").get_attribute("value") == ""
    assert reviewer.driver.switch_to.active_element == reviewer.find("title")


@needs_chromium
@pytest.mark.parametrize("typed", ["lasser", "nurs", "22", "of lasser"])
def test_a_hit_without_a_word_of_the_search_is_shown_before_it_is_taken(
    typed: str, reviewer: Reviewer
) -> None:
    reviewer.press("/", typed, Keys.ENTER)
    first = reviewer.find("results").find_element(By.TAG_NAME, "button")
    assert reviewer.progress == "0 of 11 texts decided" and "↵" not in first.text
    assert reviewer.driver.switch_to.active_element == first
    reviewer.press(Keys.ENTER)
    assert reviewer.progress == "1 of 11 texts decided"
    reviewer.press("/", "222", Keys.ENTER)
    assert "222 Nursing and Midwifery" in reviewer.find("message").text


@needs_chromium
@pytest.mark.parametrize(
    ("language", "typed", "codes"),
    [
        ("en", "nurs", ["2221", "3221"]),
        ("fr", "infirmi", ["2221", "3221"]),
        ("fr", "cadres infir", ["2221"]),
        ("en", "222", ["222", "2221"]),
        ("de", "koch", ["5120"]),
        ("es", "enfermer", ["2221", "3221"]),
        ("el", "ΕΚΠΑΙΔΕΥΣ", ["1345", "2320", "2330", "2341"]),  # not the sigma of the end
    ],
)
def test_titles_with_the_start_of_a_word_come_first(
    language: str, typed: str, codes: list[str], reviewer: Reviewer, tmp_path: Path
) -> None:
    path = tmp_path / "searched.html"
    display = Display(language=language)
    write_review_page(review().displayed_items(), path, "a.csv", BATCH, display)
    reviewer.driver.get(path.as_uri())
    reviewer.press("/", typed)
    found = reviewer.driver.find_elements(By.CSS_SELECTOR, "#results .code")
    assert [code.text for code in found][: len(codes)] == codes


@needs_chromium
def test_who_answered_when_and_why(reviewer: Reviewer, tmp_path: Path) -> None:
    reviewer.press("1")
    assert "does not say whose decisions" in saved_message(reviewer)
    assert reviewer.driver.switch_to.active_element.get_attribute("id") == "coder"
    reviewer.press(" Anna", Keys.TAB)
    reviewer.find("comment").send_keys("=2 jobs", Keys.ENTER)
    before = datetime.now(UTC).replace(microsecond=0)
    reviewer.press("2")
    assert reviewer.find("comment").get_attribute("value") == "", "it is of the text before"
    assert "whose" not in saved_message(reviewer)
    first, second = rows_of(reviewer.downloads / f"review-{BATCH}.csv")
    assert (first["coder"], first["comment"]) == ("Anna", "")
    assert (second["coder"], second["comment"]) == ("Anna", "=2 jobs")
    assert before <= datetime.fromisoformat(second["coded_at"]) <= datetime.now(UTC)
    # Another page of the same browser does not ask again, and this one knows the comment.
    reviewer.driver.refresh()
    reviewer.press(Keys.ARROW_LEFT)
    assert reviewer.find("comment").get_attribute("value") == "=2 jobs"
    other = tmp_path / "other"
    other.mkdir()
    reviewer.driver.get(page_of(other, 3).as_uri())
    assert reviewer.find("coder").get_attribute("value") == "Anna"


@needs_chromium
def test_a_comment_without_a_decision_is_in_the_file(reviewer: Reviewer) -> None:
    text = reviewer.title
    reviewer.find("comment").send_keys("please use 2411")
    reviewer.find("next").click()
    reviewer.press("1")
    message = saved_message(reviewer)
    assert "1 decision saved" in message
    assert "1 text has a comment and no decision" in message
    first, second = rows_of(reviewer.downloads / f"review-{BATCH}.csv")
    assert first["text"].startswith(text) and second["corrected_isco_code"]
    assert (first["corrected_isco_code"], first["comment"]) == ("", "please use 2411")
    reviewer.find("previous").click()
    reviewer.find("previous").click()
    reviewer.press("1")
    assert "no decision" not in saved_message(reviewer)


@needs_chromium
def test_a_saved_decision_that_is_cleared_is_taken_back(
    reviewer: Reviewer, settings: Settings, tmp_path: Path
) -> None:
    soldier = join("soldier", "soldier")

    def answer_after(path: Path) -> str | None:
        out = Path(mkdtemp(dir=tmp_path))
        process_corrections(path, out, CorrectionsLookup(), settings)
        lookup = CorrectionsLookup.load(settings.data.corrections_dir, DataSettings())
        return lookup.decisions.get(soldier)

    keep_list(settings.data.corrections_dir)
    reviewer.press("1", "2")
    reviewer.find("previous").click()
    reviewer.find("clear").click()  # worker was never saved: there is nothing to take back
    assert "save again" not in reviewer.find("message").text
    assert answer_after(reviewer.save()) == "0310"
    reviewer.find("previous").click()
    reviewer.find("clear").click()
    assert "save again" in reviewer.find("message").text
    reviewer.driver.refresh()  # it is remembered; and nothing else is decided
    assert reviewer.progress == "0 of 11 texts decided"
    path = reviewer.save()
    assert "takes 1 answer back" in reviewer.find("message").text
    (row,) = rows_of(path)
    assert (row["text"], row["corrected_isco_code"]) == (soldier, "withdraw")
    assert answer_after(path) is None
    saved_s = int(time.time())
    WebDriverWait(reviewer.driver, PATIENCE_S).until(
        lambda _: int(time.time()) > saved_s
    )  # or it is the first file, byte for byte
    reviewer.find("candidates").find_element(By.TAG_NAME, "button").click()
    assert answer_after(reviewer.save()) == "0310"
    assert "back" not in reviewer.find("message").text
    reviewer.find("undo").click()
    assert "save again" in reviewer.find("message").text


def saved_message(reviewer: Reviewer) -> str:
    reviewer.save()
    return reviewer.find("message").text


@needs_chromium
def test_what_was_saved_is_said_where_it_is_seen(reviewer: Reviewer) -> None:
    reviewer.find("coder").send_keys("Ana")
    reviewer.find("title").click()
    reviewer.press("1")
    reviewer.driver.execute_script("scrollTo(0, document.body.scrollHeight)")
    reviewer.save_by(lambda: reviewer.press("s"))
    message = reviewer.find("message")
    top = reviewer.driver.execute_script("return arguments[0].getBoundingClientRect().top", message)
    assert "1 decision saved" in message.text and top >= 0


@needs_chromium
def test_the_sample_is_decided_blind(reviewer: Reviewer) -> None:
    reviewer.show("sampled")
    choices = reviewer.find("candidates").find_elements(By.TAG_NAME, "button")
    words = [choice.text.split() for choice in choices]
    assert [word[1] for word in words] == sorted(code for code, _ in SURE)
    shown = reviewer.find("one").text
    assert "%" not in shown and "code is not shown" in shown
    assert "7212" not in reviewer.find("prediction").text
    for row in rows_in(reviewer.page):
        is_blind = row["sampled"] != ""
        assert (row["predicted"] == "") == (row["minor_confidence"] is None) == is_blind
        assert all((share is None) == is_blind for _, share in row["candidates"])


@needs_chromium
def test_the_chosen_code_is_told_where_the_system_sets_the_colours(reviewer: Reviewer) -> None:
    colours = {"features": [{"name": "forced-colors", "value": "active"}]}
    reviewer.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", colours)
    reviewer.press("1", Keys.ARROW_LEFT)
    chosen, other = reviewer.find("candidates").find_elements(By.TAG_NAME, "button")[:2]
    widths = [node.value_of_css_property("border-top-width") for node in (chosen, other)]
    reviewer.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    assert widths == ["3px", "1px"]


@needs_chromium
def test_the_browser_remembers(reviewer: Reviewer) -> None:
    reviewer.press("1", "1", "l")
    assert "0310" in reviewer.find("lines").find_elements(By.TAG_NAME, "tr")[0].text
    reviewer.reload("2 of 11 texts decided")
    assert reviewer.title == SCRIPT
    assert not reviewer.find("clear").is_enabled()
    reviewer.press(Keys.ARROW_LEFT)
    assert reviewer.find("clear").is_enabled()
    choices = reviewer.find("candidates").find_elements(By.TAG_NAME, "button")
    pressed = [choice.get_attribute("aria-pressed") for choice in choices]
    assert pressed == ["true", *["false"] * 4]


@needs_chromium
def test_filters_and_the_list(reviewer: Reviewer) -> None:
    def listed(which: str) -> list[str]:
        reviewer.show(which)
        lines = reviewer.find("lines").find_elements(By.CSS_SELECTOR, "button")
        return [line.text for line in lines]

    reviewer.press("1", "l")
    assert len(listed("all")) == 13
    assert listed("vague") == ["worker"]
    assert listed("decided") == ["soldier"]
    assert listed("open")[0] == "worker" and len(listed("open")) == 12
    assert len(listed("sampled")) == 2
    assert listed("records")[9:] == ["guard 9", "welder 19", "guard 10", "welder 6"]
    reviewer.press("2")  # of no text in front of anybody
    assert reviewer.progress == "1 of 11 texts decided"
    reviewer.find("lines").find_elements(By.CSS_SELECTOR, "button")[2].click()
    assert reviewer.title == SCRIPT and reviewer.find("one").is_displayed()


@needs_chromium
def test_the_list_begins_with_the_text_that_was_shown(reviewer: Reviewer) -> None:
    """The focus was lost, so that whoever has no mouse began at the top of the page."""
    size = {"width": 360, "height": 400, "deviceScaleFactor": 1, "mobile": False}
    reviewer.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    reviewer.press(*[Keys.ARROW_RIGHT] * 9)
    shown = reviewer.title
    reviewer.press("l")
    in_list = reviewer.driver.switch_to.active_element
    assert in_list.text == shown
    assert reviewer.driver.execute_script(
        "const {top, bottom} = arguments[0].getBoundingClientRect();"
        "return 0 <= top && bottom <= innerHeight",
        in_list,
    )
    reviewer.press(Keys.ENTER)
    assert reviewer.title == shown and reviewer.find("one").is_displayed()


@needs_chromium
def test_whoever_comes_back_sees_all_texts_and_reads_so(reviewer: Reviewer) -> None:
    reviewer.show("sampled")
    reviewer.driver.get("about:blank")
    reviewer.driver.back()
    assert reviewer.title == "soldier"
    assert reviewer.find("filter").get_attribute("value") == "all"


@needs_chromium
def test_five_thousand_rows_answer_at_once(reviewer: Reviewer, tmp_path: Path) -> None:
    folder = tmp_path / "large"
    folder.mkdir()
    write_review_page(
        review(11).displayed_items() * 400, folder / REVIEW_PAGE, "large.csv", BATCH, Display()
    )
    reviewer.driver.get((folder / REVIEW_PAGE).as_uri())
    paint_ms = WebDriverWait(reviewer.driver, 60).until(
        lambda driver: driver.execute_script(
            "return performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
        )
    )
    key_ms = reviewer.driver.execute_script(
        "const start = performance.now();"
        "for (let n = 0; n < 20; n += 1)"
        " document.body.dispatchEvent(new KeyboardEvent('keydown', {key: '1', bubbles: true}));"
        "return (performance.now() - start) / 20"
    )
    # Promised are 1 s and 50 ms; a shared machine is now and then slow.
    assert paint_ms < 5_000 and key_ms < 250, f"{paint_ms:.0f} ms, {key_ms:.0f} ms"
    reviewer.press("l")
    reviewer.find("page-on").click()
    assert reviewer.find("page-words").text == "Page 2 of 104"
    assert not reviewer.find("page-back").get_attribute("disabled")


@needs_chromium
@pytest.mark.parametrize("n_pixels", [360, 1200])
def test_nothing_is_wider_than_the_window(reviewer: Reviewer, n_pixels: int) -> None:
    size = {"width": n_pixels, "height": 800, "deviceScaleFactor": 1, "mobile": False}
    reviewer.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    for _ in range(2):
        width = "return document.documentElement.scrollWidth"
        assert reviewer.driver.execute_script(width) <= n_pixels
        reviewer.press("l")


@needs_chromium
def test_the_next_text_is_in_sight(reviewer: Reviewer) -> None:
    """Where the choices are far below their text, as on a telephone, it was above the window."""
    size = {"width": 360, "height": 640, "deviceScaleFactor": 1, "mobile": False}
    reviewer.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    reviewer.find("groups").find_elements(By.TAG_NAME, "button")[-1].click()
    assert reviewer.title == "worker"
    edges = "const {top, bottom} = $('where').getBoundingClientRect(); return [top, bottom]"
    top, bottom = reviewer.driver.execute_script(edges)
    assert 0 <= top < bottom <= 640


@needs_chromium
def test_a_field_stands_beside_its_label(reviewer: Reviewer) -> None:
    size = {"width": 1200, "height": 800, "deviceScaleFactor": 1, "mobile": False}
    reviewer.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    for name in ("filter", "coder"):
        label = reviewer.driver.find_element(By.CSS_SELECTOR, f"label[for={name}]").rect
        field = reviewer.find(name).rect
        assert abs(label["y"] + label["height"] / 2 - field["y"] - field["height"] / 2) < 5, name


@needs_chromium
@pytest.mark.parametrize("language", page_languages())
def test_no_header_of_the_list_is_broken(language: str, reviewer: Reviewer, tmp_path: Path) -> None:
    path = tmp_path / language / REVIEW_PAGE
    path.parent.mkdir()
    write_review_page(review().displayed_items(), path, "a.csv", BATCH, Display(language=language))
    of_language = Reviewer(reviewer.driver, path, reviewer.downloads)
    size = {"width": 1200, "height": 800, "deviceScaleFactor": 1, "mobile": False}
    of_language.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    of_language.press("l")
    for header in of_language.driver.find_elements(By.CSS_SELECTOR, "#list th"):
        assert header.rect["height"] < 45, header.text


@needs_chromium
def test_two_tabs_merge_their_decisions(reviewer: Reviewer) -> None:
    driver = reviewer.driver
    first = driver.current_window_handle
    reviewer.press("1")  # soldier
    driver.switch_to.new_window("tab")
    second = driver.current_window_handle
    driver.get(reviewer.page.as_uri())
    try:
        assert reviewer.progress == "1 of 11 texts decided" and reviewer.title == "worker"
        reviewer.press("1")
        driver.switch_to.window(first)
        WebDriverWait(driver, PATIENCE_S).until(lambda _: reviewer.progress.startswith("2 of"))
        assert reviewer.title == "worker"  # the text in front of the coder does not change
        reviewer.press("0", "2")  # the later decision about worker; and the next text
        driver.switch_to.window(second)
        WebDriverWait(driver, PATIENCE_S).until(lambda _: reviewer.progress.startswith("3 of"))
        reviewer.press("7")
        # A tab that another one has not told anything merges when it saves.
        stored = "[[5, '0110', 9e15, ''], [6, '9999', 9e15, '']]"  # of which one is no code
        driver.execute_script(f"localStorage.setItem(KEY, JSON.stringify({stored}))")
        saved = reviewer.save()
        rows = {row["text"]: row["corrected_isco_code"] for row in rows_of(saved)}
        saved.unlink()
        assert rows[join("soldier", "soldier")] == "0310"
        assert rows[join("worker", "worker")] == "not codable"
        assert "0110" in rows.values() and len(rows) == 4
    finally:
        driver.switch_to.window(second)
        driver.close()
        driver.switch_to.window(first)


@needs_chromium
def test_a_storage_that_is_full_is_said_as_long_as_it_lasts(reviewer: Reviewer) -> None:
    driver, warning = reviewer.driver, reviewer.find("storage")
    assert not warning.is_displayed()
    driver.execute_script(
        "window.write = Storage.prototype.setItem;"
        "Storage.prototype.setItem ="
        " () => { throw new DOMException('full', 'QuotaExceededError'); }"
    )
    reviewer.press("1")
    assert warning.is_displayed()
    reviewer.press("1", "u")
    assert warning.is_displayed() and reviewer.progress == "1 of 11 texts decided"
    driver.execute_script("Storage.prototype.setItem = window.write")
    reviewer.press("1")
    assert not warning.is_displayed()
    reviewer.reload("2 of 11 texts decided")


@needs_chromium
def test_a_storage_that_is_refused_is_said_at_once(reviewer: Reviewer) -> None:
    driver = reviewer.driver
    refuse = "Object.defineProperty(window, 'localStorage', {get() { throw new Error('no'); }})"
    script = driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": refuse})
    try:
        driver.refresh()
        assert reviewer.find("storage").is_displayed()
        reviewer.press("1")
        assert reviewer.find("storage").is_displayed()
    finally:
        driver.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", script)
        driver.refresh()


@needs_chromium
def test_closing_with_unsaved_decisions_warns(reviewer: Reviewer) -> None:
    def warns() -> bool:
        event = "const event = new Event('beforeunload', {cancelable: true});"
        return bool(reviewer.driver.execute_script(f"{event} return !dispatchEvent(event)"))

    assert not warns()
    reviewer.press("1")
    assert warns()
    reviewer.save()
    assert not warns()
    reviewer.reload("1 of 11 texts decided")
    assert not warns()  # remembered, and saved
    reviewer.press("1")
    assert warns()
    reviewer.press("u")
    assert not warns()


@needs_chromium
def test_the_keys_of_other_programs_undo_and_save(reviewer: Reviewer) -> None:
    """The browser's Ctrl+S would save the page, with no decision in it."""
    undo, save = Keys.CONTROL + "z", Keys.CONTROL + "s"
    reviewer.press("1", "1", undo)
    assert reviewer.progress == "1 of 11 texts decided"
    reviewer.find("search").send_keys("nurse", undo)  # takes back what was typed
    assert reviewer.progress == "1 of 11 texts decided"
    path = reviewer.save_by(lambda: reviewer.find("comment").send_keys("or 2411", save))
    first, second = rows_of(path)
    assert (first["corrected_isco_code"], second["comment"]) == ("0310", "or 2411")


@needs_chromium
def test_the_saved_row_says_that_the_title_names_several_occupations(
    chromium: tuple[webdriver.Chrome, Path], tmp_path: Path
) -> None:
    item = review(1).displayed_items()[0]
    item.prediction = replace(item.prediction, occupations=("2221", "8322"))
    path = tmp_path / REVIEW_PAGE
    write_review_page([item], path, "jobs.csv", BATCH, Display([]))
    reviewer = Reviewer(chromium[0], path, chromium[1])
    reviewer.driver.get(path.as_uri())
    reviewer.press("1")
    (row,) = rows_of(reviewer.save())
    assert row["corrected_isco_code"] and row["several_occupations"] == "2221 8322"


@needs_chromium
def test_what_belongs_to_a_group_unfolds_and_is_searched(reviewer: Reviewer) -> None:
    first = reviewer.driver.find_element(By.CSS_SELECTOR, "#candidates details")
    note = group_notes()["0310"]
    assert first.find_element(By.TAG_NAME, "summary").text == note.description
    assert note.index_titles not in reviewer.find("candidates").text
    reviewer.press("d")
    assert note.index_titles in reviewer.find("candidates").text
    assert note.excluded in reviewer.find("candidates").text
    reviewer.press("1")  # the next text is unfolded as well; the keys choose as before
    assert reviewer.title == "worker" and note.excluded in reviewer.find("candidates").text
    reviewer.press("d")
    assert note.excluded not in reviewer.find("candidates").text
    assert "infantryman" in note.index_titles
    reviewer.press("/", "infantryman")
    assert reviewer.find("search-words").text == "1 group"
    assert note.index_titles in reviewer.find("results").text
    reviewer.press(Keys.ENTER)
    assert reviewer.progress == "2 of 11 texts decided"


@needs_chromium
def test_the_search_needs_no_accents(reviewer: Reviewer, tmp_path: Path) -> None:
    def found(language: str, words: str) -> str:
        path = tmp_path / language / REVIEW_PAGE
        path.parent.mkdir(exist_ok=True)
        display = Display(language=language)
        write_review_page(review().displayed_items(), path, "a.csv", BATCH, display)
        reviewer.driver.get(path.as_uri())
        reviewer.press("/", words)
        return reviewer.find("results").text

    assert "Médecins généralistes" in found("fr", "medecins general")
    assert "Médecins généralistes" in found("fr", "MÉDECINS")
    assert "Straßen" in found("de", "strassen")
    assert "Bäcker" in found("de", "baecker") and "Bäcker" in found("de", "backer")
    assert "Sågverksoperatörer" in found("sv", "saagverksoperatoerer")
    assert "Steuer" in found("de", "steuer")
    # Two such letters may also be two, where a compound has its parts.
    assert "Bauelektriker" in found("de", "elektriker")
    assert "Militært arbejde" in found("da", "militaert")
    assert "Żołnierze innych stopni" in found("pl", "zolnierze")

    def first_code(language: str, words: str) -> str:
        return re.findall(r"\d+", found(language, words))[0]

    # "Řidiči" are drivers, "řídící pracovníci" managers, and "řídící letového provozu" in the air.
    assert first_code("cs", "řidič").startswith("83")
    assert first_code("cs", "řídící") == "3154"
    assert first_code("hu", "ács") == "7115"


@needs_chromium
def test_a_decision_is_said_in_the_language_of_the_page(reviewer: Reviewer, tmp_path: Path) -> None:
    """The file has the code in English, as every reader of it expects."""
    path = tmp_path / "pt" / REVIEW_PAGE
    path.parent.mkdir()
    write_review_page(review().displayed_items(), path, "a.csv", BATCH, Display(language="pt"))
    in_portuguese = Reviewer(reviewer.driver, path, reviewer.downloads)
    in_portuguese.press("0")
    assert "não codificável" in in_portuguese.find("message").text
    assert [row["corrected_isco_code"] for row in rows_of(in_portuguese.save())] == ["not codable"]


@needs_chromium
def test_two_coders_with_one_browser_see_nothing_of_each_other(
    reviewer: Reviewer, tmp_path: Path
) -> None:
    """Each has all texts, as with review.double_share: 1; their files have two names."""
    pages = {name: tmp_path / f"review-{name}.html" for name in ("Anna", "Ben")}
    for name, path in pages.items():
        write_review_page(review().displayed_items(), path, "a.csv", BATCH, Display(coder=name))
    for name, path in pages.items():
        coder = Reviewer(reviewer.driver, path, reviewer.downloads)
        coder.press("1" if name == "Anna" else "2")
        (row,) = rows_of(coder.save(f"review-{BATCH}-{name}.csv"))
        assert row["coder"] == name
        assert row["corrected_isco_code"] == ("0310" if name == "Anna" else "0110")


@needs_chromium
@pytest.mark.parametrize(
    "title",
    ["بائع متجول", "ﺑﺎﺋﻊ ﻣﺘﺠﻮﻝ", "\u202eguard"],
    ids=["letters", "forms of a PDF", "turned around"],
)
def test_a_code_stands_behind_a_text_from_right_to_left(
    reviewer: Reviewer, tmp_path: Path, title: str
) -> None:
    queue = ReviewQueue(BATCH)
    queue.add(join(title), title, "", prediction(UNCERTAIN))
    path = tmp_path / "ar" / REVIEW_PAGE
    path.parent.mkdir()
    write_review_page(queue.displayed_items(), path, "a.csv", BATCH, Display())
    Reviewer(reviewer.driver, path, reviewer.downloads).press("1")
    place_of = """
        const node = document.getElementById("message").firstChild, range = new Range();
        const start = node.data.indexOf(arguments[0]);
        range.setStart(node, start);
        range.setEnd(node, start + arguments[0].length);
        const box = range.getBoundingClientRect();
        return [box.left, box.right];
    """
    text, code = (reviewer.driver.execute_script(place_of, words) for words in (title, "0310"))
    assert text[1] <= code[0]
    comment = reviewer.find("comment")
    comment.send_keys("بائع")
    assert comment.value_of_css_property("direction") == "rtl"


@needs_chromium
def test_context_and_a_likelier_group_stand_beside_the_text(
    reviewer: Reviewer, tmp_path: Path
) -> None:
    candidates = (("2221", 0.3), ("5322", 0.25), ("5321", 0.2), ("3221", 0.1), ("2222", 0.05))
    queue = ReviewQueue(BATCH)
    duties = "duties\n" * 40
    queue.add(join("carer"), "carer", duties, prediction(candidates, 0.35), 1, (SCRIPT, " "))
    folder = tmp_path / "context"
    folder.mkdir()
    display = Display(context=(f"industry {SCRIPT}", "employer"))
    write_review_page(queue.displayed_items(), folder / REVIEW_PAGE, "a.csv", BATCH, display)
    assert reviewer.find("duties").get_property("tabIndex") == -1
    reviewer.driver.get((folder / REVIEW_PAGE).as_uri())
    assert reviewer.find("duties").get_property("tabIndex") == 0, "no key scrolls them"
    assert reviewer.find("context").text.split("\n") == [f"industry {SCRIPT}", SCRIPT]
    assert reviewer.find("prediction").text == (
        "Predicted group: 222 Nursing and Midwifery Professionals, 35 %. Group 532 Personal Care "
        "Workers in Health Services is likelier than the group shown: 45 % or more."
    )


@needs_chromium
def test_a_long_text_leaves_room_for_its_choices(reviewer: Reviewer, tmp_path: Path) -> None:
    title = "a" * 159 + "🚜" * 1000
    queue = ReviewQueue(BATCH)
    queue.add(join(title), title, "", prediction(UNCERTAIN))
    path = tmp_path / "long.html"
    write_review_page(queue.displayed_items(), path, "a.csv", BATCH, Display())
    reviewer.driver.get(path.as_uri())
    assert reviewer.find("title").rect["height"] < 200
    reviewer.press("1")
    assert f"“{title[:160]} …”: 0310" in reviewer.find("message").text
    reviewer.press("l")
    assert reviewer.find("lines").find_element(By.TAG_NAME, "button").text == f"{title[:160]} …"


def test_the_words_of_an_office_are_in_the_page(tmp_path: Path) -> None:
    (tmp_path / DEFINITIONS).write_text(
        "isco_code,description,tasks\n0310,Soldats,</script><b>servir</b>\n", encoding="utf-8"
    )
    notes: list[str] = []
    display = Display(group_notes=read_group_notes(DataSettings(reference_dir=tmp_path), notes))
    path = tmp_path / REVIEW_PAGE
    write_review_page(review().displayed_items(), path, "a.csv", BATCH, display)
    assert data_in(path)["groups"]["0310"][:2] == ["Soldats", "</script><b>servir</b>"]
    assert "those of isco08_definitions.csv" in path.read_text(encoding="utf-8") and notes == []


def test_a_damaged_file_of_an_office_costs_no_review(tmp_path: Path) -> None:
    (tmp_path / DEFINITIONS).write_text("isco_code,description\n9998,x\n", encoding="utf-8")
    notes: list[str] = []
    groups = read_group_notes(DataSettings(reference_dir=tmp_path), notes)
    assert groups.by_code == group_notes() and not groups.are_of_office
    (note,) = notes
    assert DEFINITIONS in note and "line 2" in note and note.endswith("own words about a group")
