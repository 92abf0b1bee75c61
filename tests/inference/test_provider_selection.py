"""Who computes: an accelerator that has shown that it may, else the CPU.

Neither CoreML nor CUDA runs here. What stands in for them is a runtime that opens the same real
graph with ONNX Runtime on the CPU, and is as fast, as wrong or as broken as a test wants it.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

import main
from core.errors import ParityError, SettingsError
from core.settings import InferenceSettings, Settings
from exporters.accelerator_graph import write_accelerated
from inference.accelerators.onnx_accelerator import MODEL, AcceleratorModel, accelerated_dir
from inference.bundle import Bundle
from inference.classifier import Classifier
from inference.onnx_session import OnnxSession
from inference.providers import (
    CPU,
    DISPLAY_NAMES,
    ONNX_PROVIDERS,
    OPENVINO,
    Runner,
    Runtime,
    provider_options,
)
from results.code_file import code_file
from results.receipt import Receipt
from tests.support.bare_autocoder import bare_autocoder

Answer = Callable[[np.ndarray], np.ndarray]
AUTO, COREML = InferenceSettings(), InferenceSettings(provider="coreml")
ON_CPU = InferenceSettings(provider="cpu")


def as_it_is(logits: np.ndarray) -> np.ndarray:
    return logits


def slowly(logits: np.ndarray) -> np.ndarray:
    time.sleep(0.05)
    return logits


class Hasty:
    """Answers that are a little larger each time."""

    n_calls = 0

    def __call__(self, logits: np.ndarray) -> np.ndarray:
        self.n_calls += 1
        return logits + np.float32(self.n_calls * 1e-4)


class StandIn(Runtime):
    """CoreML that answers what ``answer`` makes of the right logits.

    ``started`` has the axes and the cache of each graph that was opened for it.
    """

    def __init__(self, answer: Answer = as_it_is, names: Sequence[str] = ("coreml",)) -> None:
        self.answer, self.names = answer, list(names)
        self.started: list[tuple[Mapping[str, int], Path]] = []
        self.n_runs = 0

    def accelerators(self) -> list[str]:
        return self.names

    def start(self, model: Path, name: str, axes: Mapping[str, int], cache_dir: Path) -> Runner:
        right = super().start(model, CPU, axes, cache_dir)
        if name == CPU:
            return right
        self.started.append((axes, cache_dir))
        return _Altered(right, self)


class _Altered:
    def __init__(self, right: Runner, runtime: StandIn) -> None:
        self._right, self._runtime = right, runtime

    def run(
        self, outputs: Sequence[str] | None, feed: Mapping[str, np.ndarray]
    ) -> Sequence[np.ndarray]:
        self._runtime.n_runs += 1
        return [self._runtime.answer(self._right.run(outputs, feed)[0])]


class SlowServing(OnnxSession):
    """The served graph where the accelerator is worth it: it takes longer, however fast that is.

    The accelerator computes between two calls, so each call takes twice that, of the clock and of
    the processor.
    """

    _ended_s = (float("inf"), float("inf"))  # there is none before the first call

    def _cpu_logits(self, ids: Sequence[Sequence[int]]) -> np.ndarray:
        until_s = [
            now + 2 * max(0.0, now - ended)
            for now, ended in zip(clocks_s(), self._ended_s, strict=True)
        ]
        logits = super()._cpu_logits(ids)
        while any(now < until for now, until in zip(clocks_s(), until_s, strict=True)):
            pass
        self._ended_s = clocks_s()
        return logits


def clocks_s() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


@pytest.fixture(scope="module")
def made(bundle: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What ``isco models accelerate`` makes, once for all tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("made")))
        return write_accelerated(bundle)


@pytest.fixture
def no_folder(tmp_path: Path, bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where it would be, in a cache of the test's own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return accelerated_dir(bundle)


@pytest.fixture
def folder(made: Path, no_folder: Path) -> Path:
    """The same with all that was made."""
    return Path(shutil.copytree(made, no_folder))


def messages(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [
        record.getMessage()
        for record in caplog.records
        if record.name == "inference.provider_selection"
    ]


@pytest.fixture(autouse=True)
def listening(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="inference")


class CudaIsBroken(StandIn):
    def start(self, model: Path, name: str, axes: Mapping[str, int], cache_dir: Path) -> Runner:
        if name == "cuda":
            raise RuntimeError("no CUDA device")
        return super().start(model, name, axes, cache_dir)


@pytest.mark.slow
def test_of_two_the_one_that_decides_the_same_and_faster_computes(
    bundle: Bundle, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    both = ["cuda", "coreml"]
    runtime = CudaIsBroken(names=both)
    assert SlowServing(bundle, AUTO, runtime).provider == "coreml"
    (line,) = messages(caplog)
    assert line.startswith("CoreML computes: decides as the CPU does, in ")
    assert runtime.n_runs

    later = CudaIsBroken(names=both)  # another process
    assert OnnxSession(bundle, AUTO, later).provider == "coreml"
    assert later.n_runs == 0 and messages(caplog) == [line, line]

    newer = CudaIsBroken(lambda logits: -logits, both)
    newer.version = "99.0"
    assert OnnxSession(bundle, AUTO, newer).provider == CPU
    assert newer.n_runs


@pytest.mark.slow
@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (lambda logits: np.roll(logits, 1, axis=1), "CoreML chooses other codes for "),
        (lambda logits: logits + 0.2, "CoreML computes other logits, which differ by up to 0.2"),
        (
            lambda logits: logits * np.nan,
            "CoreML fails on this machine (its logits are not finite)",
        ),
        (lambda logits: logits[:, :9], "CoreML fails on this machine ("),
        (
            Hasty(),
            "CoreML computes other logits for a text alone than among others",
        ),
        (slowly, "CoreML chooses the same codes but is no faster, "),
    ],
)
def test_one_that_may_not_leaves_it_to_the_cpu_which_says_why(
    answer: Answer,
    reason: str,
    bundle: Bundle,
    folder: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    runtime = StandIn(answer)
    assert OnnxSession(bundle, AUTO, runtime).provider == CPU
    (line,) = messages(caplog)
    assert line.startswith(f"CPU computes: {reason}")
    n_probing = runtime.n_runs
    assert OnnxSession(bundle, AUTO, runtime).provider == CPU
    assert runtime.n_runs == n_probing and messages(caplog) == [line, line]


@pytest.mark.slow
def test_another_model_is_not_taken_for_this_one(
    bundle: Bundle, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    class AnotherModel(StandIn):
        def start(self, model: Path, name: str, axes: Mapping[str, int], cache_dir: Path) -> Runner:
            return _Altered(super().start(model, CPU, axes, cache_dir), self)

    other = AnotherModel(lambda logits: np.roll(logits, 1, axis=1))
    assert OnnxSession(bundle, AUTO, other).provider == CPU
    (line,) = messages(caplog)
    assert line.startswith("CPU computes: CoreML computes another model: ")


def test_one_that_cannot_be_opened_fails(
    bundle: Bundle, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert OnnxSession(bundle, AUTO, CudaIsBroken(names=["cuda"])).provider == CPU
    assert messages(caplog) == ["CPU computes: CUDA fails on this machine (no CUDA device)"]


def test_one_that_ends_the_process_is_not_tried_again(
    bundle: Bundle, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def end(logits: np.ndarray) -> np.ndarray:
        raise SystemExit

    runtime = StandIn(end)
    with pytest.raises(SystemExit):
        OnnxSession(bundle, AUTO, runtime)
    assert OnnxSession(bundle, AUTO, runtime).provider == CPU
    assert runtime.n_runs == 1
    assert messages(caplog) == ["CPU computes: the process ended while an accelerator was tried"]


def test_without_an_accelerator_or_its_file_it_says_so(
    bundle: Bundle, no_folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert OnnxSession(bundle, AUTO, StandIn(names=[])).provider == CPU
    assert OnnxSession(bundle, AUTO, StandIn()).provider == CPU
    assert OnnxSession(bundle, ON_CPU, StandIn()).provider == CPU
    assert messages(caplog) == [
        "CPU computes: no accelerator is installed",
        f"CPU computes: there is no fp32 file of model {bundle.manifest.version} for CoreML; "
        "create it with 'isco models accelerate'",
        "CPU computes: inference.provider says so",
    ]
    with pytest.raises(SettingsError, match="isco models accelerate"):
        OnnxSession(bundle, COREML, StandIn())


@pytest.mark.parametrize("name", [MODEL, "about.json"])
def test_a_damaged_file_is_none(bundle: Bundle, folder: Path, name: str) -> None:
    assert AcceleratorModel.find(bundle) is not None
    (folder / name).write_bytes((folder / name).read_bytes()[:-5])
    assert AcceleratorModel.find(bundle) is None
    assert OnnxSession(bundle, AUTO, StandIn()).provider == CPU


def test_failing_on_a_batch_it_is_dropped_and_the_batch_repeated(
    bundle: Bundle, folder: Path, texts: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    runtime = StandIn()

    def fail_at_third(logits: np.ndarray) -> np.ndarray:
        if runtime.n_runs >= 3:
            raise RuntimeError("the neural engine\nis gone")
        return logits

    runtime.answer = fail_at_third
    session = OnnxSession(bundle, COREML, runtime)
    found = session.logits(texts)
    np.testing.assert_array_equal(found, OnnxSession(bundle, ON_CPU).logits(texts))
    assert (runtime.n_runs, session.provider) == (3, CPU)
    assert "CPU computes: CoreML failed on a batch (the neural engine is gone)" in caplog.text
    session.logits(texts)
    assert OnnxSession(bundle, AUTO, runtime).provider == CPU  # nor at the next start
    assert runtime.n_runs == 3


@pytest.mark.slow
def test_the_receipt_says_who_computed(
    bundle: Bundle, folder: Path, settings: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "a.csv"
    file.write_text("job_title\nplumber\nnurse\n", encoding="utf-8")
    runtime = StandIn()

    def receipt(chosen: InferenceSettings) -> Receipt:
        session = OnnxSession(bundle, chosen, runtime)
        classifier = Classifier(session, bundle.ngram_model(), bundle.spelling(), bundle.manifest)
        out_dir = Path(tempfile.mkdtemp(dir=tmp_path))
        autocoder = bare_autocoder(classifier, bundle, cache_texts=0)
        return code_file(file, out_dir, autocoder, settings)

    by_coreml = receipt(COREML)
    assert "computed by coreml" in by_coreml.notes
    assert by_coreml.batch_id != receipt(ON_CPU).batch_id  # its numbers are slightly others
    runtime.answer = lambda logits: logits * np.nan
    assert "computed by coreml and cpu" in receipt(COREML).notes


def test_the_same_numbers_in_any_company_as_the_checkpoint(
    bundle: Bundle, folder: Path, texts: list[str]
) -> None:
    few = texts[:40:3] + texts[-9:]
    session = OnnxSession(bundle, COREML, StandIn())
    together = session.logits(few)
    alone = np.concatenate([session.logits([text]) for text in few])
    np.testing.assert_array_equal(together, alone)
    assert session.logits([]).shape == (0, 436)


def test_each_shape_is_opened_once_with_a_cache_of_its_own(
    bundle: Bundle, folder: Path, texts: list[str]
) -> None:
    runtime = StandIn()
    session = OnnxSession(bundle, COREML, runtime)
    session.logits(texts)
    session.logits(texts[::2])
    shapes = [(axes["batch_size"], axes["sequence_length"]) for axes, _ in runtime.started]
    assert len(set(shapes)) == len(shapes) > 1
    assert all(n_texts * n_tokens <= 1024 for n_texts, n_tokens in shapes)
    caches = {cache_dir for _, cache_dir in runtime.started}
    assert len(caches) == len(shapes)
    assert all(path.is_relative_to(folder) and runtime.version in str(path) for path in caches)


def test_each_provider_can_be_set_and_has_a_name_for_people() -> None:
    assert {CPU, OPENVINO, *ONNX_PROVIDERS} == set(DISPLAY_NAMES)
    assert {"auto", *DISPLAY_NAMES} == {
        *get_args(InferenceSettings.model_fields["provider"].annotation)
    }


def test_what_coreml_and_cuda_are_asked_for(tmp_path: Path) -> None:
    assert provider_options("coreml", tmp_path / "compiled") == {
        "ModelFormat": "MLProgram",
        "RequireStaticInputShapes": "1",
        "ModelCacheDirectory": str(tmp_path / "compiled"),
    }
    assert (tmp_path / "compiled").is_dir()
    assert provider_options("cuda", tmp_path) == {"use_tf32": "0"}


def test_a_provider_whose_libraries_are_missing_is_no_provider(
    bundle: Bundle, folder: Path, tmp_path: Path
) -> None:
    if Runtime().accelerators():
        pytest.skip("this onnxruntime has one")
    axes = {"batch_size": 1, "sequence_length": 16}
    with (
        pytest.warns(UserWarning, match="CUDAExecutionProvider"),
        pytest.raises(RuntimeError, match="CUDAExecutionProvider was not loaded"),
    ):
        Runtime().start(folder / MODEL, "cuda", axes, tmp_path)


@pytest.mark.slow
def test_a_wrong_graph_is_not_kept(
    bundle: Bundle, no_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("exporters.parity.MAX_LOGIT_DIFFERENCE", -1.0)
    with pytest.raises(ParityError):
        write_accelerated(bundle)
    assert not no_folder.exists() and not list(no_folder.parent.iterdir())


def test_where_there_is_nothing_to_try_the_command_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if Runtime().accelerators():
        pytest.skip("this onnxruntime has one")
    config = tmp_path / "config.yaml"
    config.write_text("", encoding="utf-8")
    assert main.main(["models", "accelerate", "--config", str(config)]) == 1
    assert "no accelerator is installed" in capsys.readouterr().err
