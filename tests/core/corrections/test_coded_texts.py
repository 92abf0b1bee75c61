"""The lists of batches: which texts were coded, with which code, and what was drawn."""

from __future__ import annotations

import os
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from core.corrections import coded_texts
from core.corrections.coded_texts import (
    CodedTexts,
    Drawn,
    keep_text_list,
    mark_incomplete,
    sample_name,
)
from core.corrections.text_list import ListHead, TextCollector
from core.files.own_files import TEXTS_DIR
from core.taxonomy import isco08

ID = "0123456789ab"


def keep(folder: Path, codes: dict[str, str], drawn: dict[str, int], batch_id: str = ID) -> Path:
    texts = TextCollector()
    texts.add(codes, {})
    keep_text_list(folder, ListHead(batch_id, "v1"), texts, drawn)
    return folder / TEXTS_DIR / f"{batch_id}.texts"


def test_what_is_kept_is_found(tmp_path: Path) -> None:
    codes = {f"text {n} | unknown": code for n, code in enumerate([*isco08().titles, ""])}
    keep(tmp_path, codes, {"text 5 | unknown": 3, "text 7 | unknown": 1000})
    found = CodedTexts(tmp_path)
    is_coded, has_all = found.were_coded([*codes, "never | unknown"])
    assert is_coded.tolist() == [True] * len(codes) + [False] and has_all
    assert found.codes_of(list(codes), "v1") == [frozenset({code}) for code in codes.values()]
    assert found.codes_of(["text 5 | unknown"], "v2") == [frozenset()]
    sample = sample_name(ID)
    assert found.drawn(sample, "text 5 | unknown") == Drawn(3, codes["text 5 | unknown"], "v1")
    code = codes["text 7 | unknown"]
    assert found.drawn(sample, "text 7 | unknown") == Drawn(1000, code, "v1")
    assert found.drawn(sample, "text 6 | unknown") is None
    assert found.has_sample(sample) and not found.has_sample("batch 1")
    assert not found.has_sample("batch ../../etc") and not found.has_sample("")


def test_without_a_list_nothing_is_known(tmp_path: Path) -> None:
    is_coded, has_all = CodedTexts(tmp_path).were_coded(["a | b"])
    assert (is_coded.tolist(), has_all) == ([False], False)
    keep(tmp_path, {"c | d": "7212"}, {})
    assert CodedTexts(tmp_path).were_coded(["a | b"])[1]
    mark_incomplete(tmp_path, "distributed")
    is_coded, has_all = CodedTexts(tmp_path).were_coded(["a | b", "c | d"])
    assert (is_coded.tolist(), has_all) == ([False, True], False)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def changed(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))


def no_list(path: Path) -> None:
    path.write_bytes(b"[" * 5000)


def another_format(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b'"format": 1', b'"format": 2'))


def a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def a_link(path: Path) -> None:
    path.unlink()
    path.symlink_to("/dev/zero")


@pytest.mark.timeout(20)
@pytest.mark.parametrize("damage", [cut, changed, no_list, another_format, a_pipe, a_link])
def test_a_damaged_list_is_named_and_costs_itself(
    tmp_path: Path, damage: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    path = keep(tmp_path, {"a | b": "7212", "c | d": "2221"}, {"a | b": 1})
    keep(tmp_path, {"e | f": "7212"}, {}, batch_id="aaaaaaaaaaaa")
    damage(path)
    lists = CodedTexts(tmp_path)
    is_coded, has_all = lists.were_coded(["a | b", "e | f"])
    assert (is_coded.tolist(), has_all) == ([False, True], False)
    assert lists.drawn(sample_name(ID), "a | b") is None and not lists.has_sample(sample_name(ID))
    assert caplog.text.count(str(path)) == 1


def test_the_oldest_lists_keep_what_was_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = {f"{n} | x": "7212" for n in range(100)}
    old = keep(tmp_path, many, {"3 | x": 2})
    os.utime(old, (1, 1))
    monkeypatch.setattr(coded_texts, "_MAX_BYTES", 2_000)
    keep(tmp_path, {f"{n} | y": "7212" for n in range(100)}, {}, batch_id="bbbbbbbbbbbb")
    lists = CodedTexts(tmp_path)
    is_coded, has_all = lists.were_coded(["3 | x", "4 | x", "4 | y"])
    assert (is_coded.tolist(), has_all) == ([True, False, True], False)
    assert lists.drawn(sample_name(ID), "3 | x") == Drawn(2, "7212", "v1")


@pytest.mark.slow
def test_many_texts_need_little_memory(tmp_path: Path) -> None:
    texts = TextCollector()
    tracemalloc.start()
    for start in range(0, 300_000, 10_000):
        texts.add({f"text number {n} | unknown": "7212" for n in range(start, start + 10_000)}, {})
    keep_text_list(tmp_path, ListHead(ID, "v1"), texts, {})
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 40_000_000
    is_coded, _ = CodedTexts(tmp_path).were_coded(
        [f"text number {n} | unknown" for n in range(299_990, 300_010)]
    )
    assert is_coded.sum() == 10
