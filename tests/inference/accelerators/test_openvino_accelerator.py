"""OpenVINO computes the checkpoint, gives a text the same logits in any company, and may fail."""

from __future__ import annotations

import json
import logging
import random
import shutil
import sys
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from tokenizers import Tokenizer
from transformers import AutoTokenizer, RobertaForSequenceClassification

from core.errors import SettingsError
from core.settings import InferenceSettings
from exporters.parity import check_values, checkpoint_logits
from inference.accelerators.onnx_accelerator import accelerated_dir
from inference.accelerators.openvino_accelerator import OpenVinoAccelerator, batches, padded_length
from inference.bundle import MANIFEST, Bundle
from inference.onnx_session import OnnxSession
from inference.provider_selection import forget_choices
from inference.providers import CPU, OPENVINO, Runtime
from tests.inference.test_provider_selection import SlowServing, messages

AUTO, ON_CPU = InferenceSettings(), InferenceSettings(provider="cpu")
ON_OPENVINO = InferenceSettings(provider="openvino", threads=2)


@cache
def real_openvino() -> ModuleType:
    with pytest.MonkeyPatch.context() as patch:
        patch.delitem(sys.modules, "openvino", raising=False)
        module: ModuleType = pytest.importorskip("openvino", reason="no wheel for this platform")
        return module


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """OpenVINO, which is hidden from other tests, and a cache of the test's own."""
    monkeypatch.setitem(sys.modules, "openvino", real_openvino())
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def damaged(bundle: Bundle, tmp_path: Path) -> Bundle:
    """The bundle with a checkpoint that is cut off."""
    copy = Path(shutil.copytree(bundle.path, tmp_path / "damaged", symlinks=True))
    weights = copy / "checkpoint" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-5])
    return Bundle.open(copy)


def token_ids(bundle: Bundle, texts: Sequence[str]) -> list[list[int]]:
    tokenizer = Tokenizer.from_file(str(bundle.tokenizer_path))
    tokenizer.enable_truncation(bundle.manifest.max_tokens)
    tokenizer.no_padding()
    return [encoding.ids for encoding in tokenizer.encode_batch(list(texts))]


def test_it_computes_what_the_checkpoint_does(bundle: Bundle, texts: list[str]) -> None:
    few = [*texts[:40], *texts[-20:], "plumber <pad> nurse", "<pad>"]
    checkpoint = bundle.checkpoint_dir()
    model = RobertaForSequenceClassification.from_pretrained(checkpoint).float()
    tokenizer = AutoTokenizer.from_pretrained(checkpoint)
    expected = checkpoint_logits(model, tokenizer, few, bundle.manifest.max_tokens)
    exact = OpenVinoAccelerator(bundle, 1, is_exact=True)
    check_values("OpenVINO", expected, exact.logits(token_ids(bundle, few)))
    served = OpenVinoAccelerator(bundle, 1).logits(token_ids(bundle, few))
    # bf16 has 8 bits: two layers, each of which adds to what came before, lose a few of them.
    assert np.abs(served - expected).max() < 2**-5 * np.abs(expected).max()


@pytest.mark.parametrize("provider", ["cpu", "openvino"])
def test_a_text_has_the_same_logits_in_any_company(
    provider: str, bundle: Bundle, texts: list[str]
) -> None:
    session = OnnxSession(bundle, InferenceSettings(provider=provider, threads=2))
    company = texts[:80] + texts[-64:]
    together = session.logits(company)
    order = random.Random(0).sample(range(len(company)), len(company))
    np.testing.assert_array_equal(session.logits([company[row] for row in order]), together[order])
    for size in (1, 2, 3, 7, 16, 61):
        found = [session.logits(company[row : row + size]) for row in range(0, len(company), size)]
        np.testing.assert_array_equal(np.concatenate(found), together)
    same = session.logits(company[:1] * 100)
    np.testing.assert_array_equal(same, np.repeat(together[:1], 100, axis=0))
    assert session.logits([]).shape == (0, 436)
    assert session.provider == provider


def test_a_batch_has_one_of_few_shapes() -> None:
    lengths = [random.Random(0).randint(1, 512) for _ in range(500)] + [9] * 1000
    rows = [row for _, batch in batches(lengths) for row in batch]
    assert sorted(rows) == list(range(len(lengths)))
    for length, batch in batches(lengths):
        assert all(padded_length(lengths[row]) == length for row in batch)
        assert len(batch).bit_count() == 1 and len(batch) * length <= 1024
    padded = [padded_length(n) for n in range(1, 513)]
    assert all(n <= length < n + max(4, n / 4) for n, length in enumerate(padded, 1))
    assert padded == sorted(padded) and len(set(padded)) < 30


def test_it_computes_where_it_decides_the_same_and_faster(
    bundle: Bundle, texts: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="inference")
    first = SlowServing(bundle, AUTO, OpenVinoAlone())
    assert first.provider == OPENVINO
    (line,) = messages(caplog)
    assert line.startswith("OpenVINO computes: decides as the CPU does, in ")
    np.testing.assert_array_equal(
        first.logits(texts), OnnxSession(bundle, ON_OPENVINO, OpenVinoAlone()).logits(texts)
    )
    # The choice is saved: a start reads it instead of trying again.
    (saved,) = accelerated_dir(bundle).glob("choice-*.json")
    saved.write_text(json.dumps({"provider": OPENVINO, "reason": "says the file"}))
    assert OnnxSession(bundle, AUTO, OpenVinoAlone()).provider == OPENVINO
    assert messages(caplog)[-1] == "OpenVINO computes: says the file"
    forget_choices(bundle)
    assert SlowServing(bundle, AUTO, OpenVinoAlone()).provider == OPENVINO
    assert messages(caplog)[-1].startswith("OpenVINO computes: decides as the CPU does, in ")
    assert json.loads(saved.read_text())["reason"] in messages(caplog)[-1]


class OpenVinoAlone(Runtime):
    """This machine without CoreML and CUDA."""

    def accelerators(self) -> list[str]:
        assert OPENVINO in super().accelerators()
        return [OPENVINO]


def test_failing_it_leaves_the_batch_to_the_cpu(
    damaged: Bundle, texts: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    session = OnnxSession(damaged, ON_OPENVINO)
    np.testing.assert_array_equal(session.logits(texts), OnnxSession(damaged, ON_CPU).logits(texts))
    assert session.provider == CPU
    assert "CPU computes: OpenVINO failed on a batch ('checkpoint/model.safetensors'" in caplog.text


def test_a_checkpoint_of_another_kind_is_refused(
    bundle: Bundle, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="inference")
    copy = Path(shutil.copytree(bundle.path, tmp_path / "other", symlinks=True))
    _change(copy / "checkpoint" / "config.json", lambda config: config | {"hidden_act": "relu"})
    _change(copy / MANIFEST, _without_hash_of_config)
    assert OnnxSession(Bundle.open(copy), AUTO, OpenVinoAlone()).provider == CPU
    (line,) = messages(caplog)
    assert line == (
        "CPU computes: OpenVINO fails on this machine "
        "(hidden_act of the checkpoint is 'relu', not 'gelu')"
    )


def test_without_checkpoint_or_package_it_is_no_provider(
    bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = Path(shutil.copytree(bundle.path, tmp_path / "served", symlinks=True))
    shutil.rmtree(copy / "checkpoint")
    assert OnnxSession(Bundle.open(copy), AUTO, OpenVinoAlone()).provider == CPU
    with pytest.raises(SettingsError, match=r"'openvino', and this copy of model .* no checkpoint"):
        OnnxSession(Bundle.open(copy), ON_OPENVINO, OpenVinoAlone())
    monkeypatch.setitem(sys.modules, "openvino", None)
    assert OPENVINO not in Runtime().accelerators()
    with pytest.raises(SettingsError, match="install the extra openvino"):
        OnnxSession(bundle, ON_OPENVINO)


def _change(path: Path, change: Callable[[dict], dict]) -> None:
    path.write_text(json.dumps(change(json.loads(path.read_text(encoding="utf-8")))))


def _without_hash_of_config(manifest: dict) -> dict:
    del manifest["files"]["checkpoint/config.json"]
    return manifest
