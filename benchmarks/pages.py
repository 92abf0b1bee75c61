"""Measure how fast the pages open and react, in headless Chromium; save their pictures.

``python -m benchmarks.pages [--nights DIR…] [--pictures docs/images]`` codes
``examples/survey.csv`` with the model in service, and a generated file of 5,232 titles ("junior",
"retired", … before each of the 436) of which every text is a question, so that the page of its
review has the maximum of 5,000 rows. ``--nights``: folders with ``metrics.json`` and
``report.html`` of nightly runs or trainings, oldest first, for the index.
"""

from __future__ import annotations

import argparse
import csv
import json
import shutil
import statistics
import tempfile
import time
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

from PIL import Image
from selenium import webdriver
from selenium.webdriver.support.ui import WebDriverWait

from core.settings import Settings
from core.settings_file.settings_reader import load_settings
from core.taxonomy import isco08
from inference.autocoder import Autocoder, open_autocoder
from inference.model_registry import ModelRegistry
from results.code_file import code_file
from results.explanations.pages import explain_batch
from results.explanations.requests import EXPLANATIONS_DIR
from tests.support.external_programs import browser
from watcher.delivery.index_page import INDEX, Index
from watcher.delivery.publish import complete
from watcher.filesystem import Filesystem
from watcher.processes.scheduler import NIGHTLY

_PREFIXES = (
    "junior senior retired assistant chief part-time former trainee deputy freelance seasonal head"
)
_N_BATCHES = 1_000
_N_OPENED = 5
_WIDTH, _HEIGHT, _COLOURS = 1000, 1250, 64


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", type=Path, default=Path("config.yaml"))
    parser.add_argument("--nights", type=Path, nargs="*", default=[], metavar="DIR")
    parser.add_argument("--pictures", type=Path, metavar="DIR")
    arguments = parser.parse_args()
    settings = load_settings(arguments.config)
    with tempfile.TemporaryDirectory() as scratch, browser(Path(scratch)) as driver:
        outbox = Path(scratch, "outbox")
        pages = write_pages(outbox, arguments.nights, settings)
        if arguments.pictures:
            arguments.pictures.mkdir(exist_ok=True)
            for name in pages.keys() - {"index"}:  # its picture shows a daemon at work
                save_picture(driver, pages[name], arguments.pictures / f"{name}.png")
        pages["review of 5,000"] = outbox / "large.0" / "review.html"
        event_ms = index_refresh_ms(outbox)
        pages["index of 1,000"] = outbox / INDEX
        print("| page | kB | first paint, ms |\n|---|---|---|")
        for name, page in pages.items():
            size = page.stat().st_size / 1000
            print(
                f"| {name} | {size:,.0f} | {statistics.median(first_paints_ms(driver, page)):.0f} |"
            )
        print(f"\nkey press on the review of 5,000 rows: {key_ms(driver, outbox):.1f} ms")
        print(f"index after one more batch beside 1,000: {event_ms:.0f} ms")


def write_pages(outbox: Path, nights: Sequence[Path], settings: Settings) -> dict[str, Path]:
    """Write the pages of two batches and of the given nightly runs; return their paths by name."""
    bundle = ModelRegistry(settings.output).served()
    autocoder = open_autocoder(bundle, settings)
    batch = code_batch(outbox, "survey", Path("examples/survey.csv"), autocoder, settings, 10)
    explain_batch(batch, lambda version: autocoder.classifier)
    large = outbox.parent / "large.csv"
    with large.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["job_title", "isco_code"])
        for prefix in _PREFIXES.split():
            writer.writerows([f"{prefix} {isco08().title(unit)}", unit] for unit in isco08().units)
    unsure = settings.with_values("model", confidence_threshold=1.0)
    code_batch(outbox, "large", large, open_autocoder(bundle, unsure), unsure, 0)
    nights = [night for night in nights if (night / "metrics.json").exists()]
    first = date.today() - timedelta(days=len(nights))
    for number, night in enumerate(nights):
        target = outbox / NIGHTLY / f"{first + timedelta(days=number)}"
        target.mkdir(parents=True)
        for name in ("metrics.json", "report.html"):
            shutil.copy(night / name, target)
    Index(outbox).refresh()
    explanation = next((batch / EXPLANATIONS_DIR).glob("[0-9]*.html"))
    pages = {
        "index": outbox / INDEX,
        "report": batch / "report.html",
        "review": batch / "review.html",
        "explanations": batch / EXPLANATIONS_DIR / "index.html",
        "explanation": explanation,
    }
    if nights:
        pages["night"] = target / "report.html"
    return pages


def code_batch(
    outbox: Path, name: str, source: Path, autocoder: Autocoder, settings: Settings, n: int
) -> Path:
    batch = outbox / f"{name}.0"
    batch.mkdir(parents=True)
    complete(Filesystem(), batch, code_file(source, batch, autocoder, settings, n_explained=n))
    return batch


def index_refresh_ms(outbox: Path) -> float:
    """Return the median milliseconds to refresh the index of 1,000 batches after one more."""
    receipt = json.loads((outbox / "large.0" / "receipt.json").read_text(encoding="utf-8"))
    index, seconds = Index(outbox), []
    for number in range(_N_BATCHES + _N_OPENED):
        folder = outbox / f"survey {number}.{number:012x}"
        folder.mkdir()
        (folder / "receipt.json").write_text(json.dumps(receipt), encoding="utf-8")
        if number >= _N_BATCHES - 1:
            started_s = time.perf_counter()
            index.refresh()
            seconds.append(time.perf_counter() - started_s)
    return 1000 * statistics.median(seconds[1:])  # the first reads all of them


def first_paints_ms(driver: webdriver.Chrome, page: Path) -> list[float]:
    """Return the milliseconds to the first contentful paint, for each time the page is opened."""
    paint_ms = []
    for _ in range(_N_OPENED):
        driver.get(page.as_uri())
        paint_ms.append(
            WebDriverWait(driver, 60).until(
                lambda chromium: chromium.execute_script(
                    "return performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
                )
            )
        )
    return paint_ms


def key_ms(driver: webdriver.Chrome, outbox: Path) -> float:
    """Return the milliseconds from a key to the next text on the screen, over 50 decisions."""
    driver.get((outbox / "large.0" / "review.html").as_uri())
    return float(
        driver.execute_async_script(
            "const done = arguments[0], start = performance.now(); let n = 0;"
            "const press = () => {"
            " document.body.dispatchEvent(new KeyboardEvent('keydown', {key: '1', bubbles: true}));"
            " n += 1; document.body.offsetHeight;"
            " if (n < 50) press(); else done((performance.now() - start) / 50); };"
            "press();"
        )
    )


def save_picture(driver: webdriver.Chrome, page: Path, target: Path) -> None:
    """Save the first screen of a page, in few colours and without scroll bars."""
    size = {"width": _WIDTH, "height": _HEIGHT, "deviceScaleFactor": 1, "mobile": False}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    driver.execute_cdp_cmd("Emulation.setScrollbarsHidden", {"hidden": True})
    driver.get(page.as_uri())
    # What the page's script wrote is on the screen from the frame after the next one on.
    driver.execute_async_script("requestAnimationFrame(() => requestAnimationFrame(arguments[0]))")
    driver.save_screenshot(str(target))
    with Image.open(target) as image:
        image.convert("RGB").quantize(_COLOURS).save(target, optimize=True)


if __name__ == "__main__":
    main()
