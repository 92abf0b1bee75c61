"""Six letters are Icelandic in cp1252 and Turkish in cp1254: the rest of the words must tell."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.encoding import sniff
from core.errors import InputError

TURKISH = ["hemşire;İzmir", "şoför;Iğdır", "öğretmen;İstanbul", "aşçı;Muş", "doktor;Bursa"]
ICELANDIC = ["smiður", "hjúkrunarfræðingur", "þýðandi", "bílstjóri", "sjómaður"]


def write(tmp_path: Path, lines: list[str], encoding: str) -> Path:
    path = tmp_path / "in.csv"
    path.write_bytes("\n".join([*lines, ""]).encode(encoding))
    return path


@pytest.mark.parametrize("n_rows", range(1, len(TURKISH) + 1))
def test_a_short_turkish_file_is_never_read_as_icelandic(tmp_path: Path, n_rows: int) -> None:
    path = write(tmp_path, ["meslek;il", *TURKISH[:n_rows]], "cp1254")
    if n_rows >= 3:
        assert sniff(path).name == "cp1254"
    else:
        with pytest.raises(InputError, match=r"cp125[24].*cp125[24]"):
            sniff(path)


@pytest.mark.parametrize("n_rows", range(1, len(ICELANDIC) + 1))
def test_a_short_icelandic_file_is_read(tmp_path: Path, n_rows: int) -> None:
    assert sniff(write(tmp_path, ["starf", *ICELANDIC[:n_rows]], "cp1252")).name == "cp1252"


@pytest.mark.parametrize(
    ("word", "encoding"), [("þerna", "cp1252"), ("şerit", "cp1254"), ("iðnaður", "cp1252")]
)
def test_the_six_letters_alone_are_no_sure_sign(tmp_path: Path, word: str, encoding: str) -> None:
    path = write(tmp_path, ["id;job title", f"1;{word}"], encoding)
    with pytest.raises(InputError, match=r"cp125[24].*cp125[24]") as raised:
        sniff(path)
    assert word in raised.value.found
