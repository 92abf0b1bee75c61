"""The programs that people open our files with; without one, its tests say what to install."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from selenium import webdriver

CHROMIUM, DRIVER, OFFICE = (
    shutil.which(name) for name in ("chromium", "chromedriver", "soffice")
)  # fmt: skip
needs_chromium = pytest.mark.skipif(
    not (CHROMIUM and DRIVER), reason="needs a browser: apt-get install chromium chromium-driver"
)
needs_office = pytest.mark.skipif(
    not OFFICE, reason="needs LibreOffice: apt-get install libreoffice-calc"
)
# What LibreOffice's dialog offers: comma, quotes where needed, UTF-8.
AS_CSV = "csv:Text - txt - csv (StarCalc):44,34,76"


def save_as(path: Path, form: str, out_dir: Path) -> Path:
    """Open ``path`` in LibreOffice and save it as ``form``: an extension, perhaps with a filter."""
    assert OFFICE
    profile = f"-env:UserInstallation={(out_dir / 'profile').as_uri()}"
    subprocess.run(
        [OFFICE, profile, "--headless", "--convert-to", form, "--outdir", str(out_dir), str(path)],
        check=True,
        capture_output=True,
        timeout=100,
    )
    return out_dir / f"{path.stem}.{form.partition(':')[0]}"


@contextmanager
def browser(downloads: Path) -> Iterator[webdriver.Chrome]:
    """Chromium without a window; what it downloads lands in ``downloads``."""
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
