"""The programs that people open the results with; a test that lacks one says what to install."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from selenium import webdriver

CHROMIUM = shutil.which("chromium")
DRIVER = shutil.which("chromedriver")
OFFICE = shutil.which("soffice")
needs_chromium = pytest.mark.skipif(
    not (CHROMIUM and DRIVER), reason="needs a browser: apt-get install chromium chromium-driver"
)
needs_office = pytest.mark.skipif(
    not OFFICE, reason="needs LibreOffice: apt-get install libreoffice-calc"
)
# The defaults of LibreOffice's dialog: comma, quotes where needed, UTF-8.
AS_CSV = "csv:Text - txt - csv (StarCalc):44,34,76"


def save_as(path: Path, form: str, out_dir: Path) -> Path:
    """Open ``path`` in LibreOffice and save it as ``form``: a suffix, perhaps with a filter."""
    (saved,) = save_all_as([path], form, out_dir)
    return saved


def save_all_as(paths: Sequence[Path], form: str, out_dir: Path) -> list[Path]:
    """Do the same with several files: LibreOffice starts once, which takes longest."""
    assert OFFICE
    profile = f"-env:UserInstallation={(out_dir / 'profile').as_uri()}"
    command = [OFFICE, profile, "--headless", "--convert-to", form, "--outdir", str(out_dir)]
    subprocess.run(
        [*command, *map(str, paths)],
        check=True,
        capture_output=True,
        timeout=100,
    )
    return [out_dir / f"{path.stem}.{form.partition(':')[0]}" for path in paths]


@contextmanager
def browser(downloads: Path) -> Iterator[webdriver.Chrome]:
    """Open Chromium without a window; its downloads go to ``downloads``."""
    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for flag in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"):
        options.add_argument(flag)
    options.add_experimental_option("prefs", {"download.default_directory": str(downloads)})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(str(DRIVER)))
    try:
        yield driver
    finally:
        driver.quit()
