"""``data.encoding`` takes the codecs that read a file which is not Unicode, and no others."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import SettingsError
from core.settings_file.settings_reader import load_settings

NO_LEGACY_TEXT = (
    *("utf8mb4", "klingon", "", "a\\0b", "hex", "rot13", "base64", "zlib", "undefined"),
    *("utf-16", "utf_16_le", "utf-32", "utf-7", "utf-8-sig", "hz", "iso2022_jp"),
    *("idna", "punycode", "unicode_escape", "raw_unicode_escape"),
)
LEGACY_TEXT = ("auto", "utf-8", "cp1250", "ISO-8859-2", "mac_roman", "cp850", "cp932", "big5")


@pytest.mark.parametrize("name", NO_LEGACY_TEXT)
def test_what_reads_no_legacy_text_is_no_setting(tmp_path: Path, name: str) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(f'data: {{encoding: "{name}"}}\n', encoding="utf-8")
    with pytest.raises(SettingsError, match=r"data\.encoding"):
        load_settings(config)


@pytest.mark.parametrize("name", LEGACY_TEXT)
def test_what_reads_legacy_text_is_a_setting(tmp_path: Path, name: str) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(f"data: {{encoding: {name}}}\n", encoding="utf-8")
    assert load_settings(config).data.encoding == name
