"""Select what computes on this machine: the CPU, or an accelerator that passed a trial here.

An accelerator is used only if it chooses the same unit groups for 99 of 100 golden texts as the CPU
does with the same weights in fp32, with nearly the same logits; if it gives a text the same logits
alone and among others; and if it takes a tenth less time than the CPU takes with the file that it
serves.
The trial runs once for a bundle, a processor and the versions of the runtimes; its outcome is saved
in this user's cache.
"""

from __future__ import annotations

import json
import logging
import platform
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np

from core.errors import SettingsError
from core.files.whole_file import write_atomic
from inference.accelerators.golden_texts import golden_texts
from inference.accelerators.instruction_sets import instruction_sets
from inference.accelerators.onnx_accelerator import (
    AcceleratorModel,
    OnnxAccelerator,
    accelerated_dir,
)
from inference.accelerators.openvino_accelerator import OpenVinoAccelerator
from inference.bundle import CHECKPOINT, Bundle
from inference.providers import CPU, DISPLAY_NAMES, OPENVINO, Accelerator, Runtime

_LOG = logging.getLogger(__name__)

# Half precision, which a neural engine computes in, moves logits by some hundredths.
_MAX_LOGIT_DIFFERENCE = 0.1
# As of int8 (exporters/mixed_precision.py): codes that are nearly as likely may change places.
_MIN_SAME = 0.99
# int8 and fp32 of one model agree on more; another model's decisions agree on fewer.
_MIN_AGREEMENT = 0.9
_ALONE_STEP = 8  # every so many golden texts are computed alone, too
_N_ROUNDS = 3
# A gain that is smaller changes digits for little, and may be chance.
_MIN_SPEEDUP = 1.1
# So many times the golden texts are as many as a small file: their batches are as large as there.
_N_COPIES = 4

TokenIds = Sequence[Sequence[int]]


@dataclass(frozen=True)
class ServedModel:
    """A bundle as the CPU serves it.

    ``tokenize`` turns N texts into their token ids, ``logits`` these into (N, 436) logits. An
    accelerator may compute with ``n_threads`` threads.
    """

    bundle: Bundle
    n_threads: int
    tokenize: Callable[[Sequence[str]], TokenIds]
    logits: Callable[[TokenIds], np.ndarray]


@dataclass(frozen=True)
class ProviderChoice:
    """The provider that computes, by its name in the settings, and the reason, in words."""

    provider: str
    reason: str

    def __str__(self) -> str:
        return f"{DISPLAY_NAMES[self.provider]} computes: {self.reason}"


class _MissingSourceError(Exception):
    """There is nothing that the accelerator could compute the model from; says what is missing."""


def select_accelerator(served: ServedModel, provider: str, runtime: Runtime) -> Accelerator | None:
    """Return the accelerator to compute with, or None for the CPU, and log which and why.

    ``provider`` is the setting ``inference.provider``. Raises SettingsError where it asks for an
    accelerator that this machine does not have or that cannot compute this model.
    """
    if provider == "auto":
        choice = _choose(runtime.accelerators(), served, runtime)
    else:
        _require_installed(provider, runtime)
        choice = ProviderChoice(provider, "inference.provider says so")
    accelerator = None
    if choice.provider != CPU:
        try:
            accelerator = _open(choice.provider, served, runtime)
        except _MissingSourceError as error:
            if provider != "auto":
                raise SettingsError(f"inference.provider is {provider!r}, and {error}") from None
            choice = ProviderChoice(CPU, str(error))
    _LOG.info("%s", choice)
    return accelerator


def forget_choices(bundle: Bundle) -> None:
    """Remove the outcomes of earlier trials: the next start tries the accelerators again."""
    for path in accelerated_dir(bundle).glob("choice-*.json"):
        path.unlink(missing_ok=True)


def record_failure(
    bundle: Bundle, accelerator: Accelerator, error: Exception, runtime: Runtime
) -> None:
    """Log that ``accelerator`` failed on a batch, and save that it is not to be used again."""
    reason = f"{DISPLAY_NAMES[accelerator.name]} failed on a batch ({_one_line(error)})"
    choice = ProviderChoice(CPU, reason)
    _save_choice(bundle, choice, runtime)
    _LOG.warning("%s; the batch is repeated. 'isco models accelerate' tries it again", choice)


def _require_installed(name: str, runtime: Runtime) -> None:
    """Raise SettingsError where the provider ``name`` is not installed."""
    if name == CPU or name in runtime.accelerators():
        return
    if name == OPENVINO:
        raise SettingsError(
            f"inference.provider is {name!r}, and the package openvino is not installed: install "
            "the extra openvino (Linux on x86-64), or use 'auto' or 'cpu'"
        )
    raise SettingsError(
        f"inference.provider is {name!r}, which the onnxruntime of this machine does not "
        "have; use 'auto' or 'cpu'"
    )


def _open(
    name: str, served: ServedModel, runtime: Runtime, *, is_exact: bool = False
) -> Accelerator:
    """Return the accelerator ``name``, or what it is compared with: the same weights in fp32."""
    bundle = served.bundle
    if name == OPENVINO:
        if not (bundle.path / CHECKPOINT).is_dir():
            raise _MissingSourceError(
                f"this copy of model {bundle.manifest.version} has no checkpoint, from which "
                "OpenVINO computes"
            )
        return OpenVinoAccelerator(bundle, served.n_threads, is_exact=is_exact)
    model = AcceleratorModel.find(bundle)
    if model is None:
        raise _MissingSourceError(
            f"there is no fp32 file of model {bundle.manifest.version} for {DISPLAY_NAMES[name]}; "
            "create it with 'isco models accelerate'"
        )
    return OnnxAccelerator(CPU if is_exact else name, model, bundle, runtime)


def _choose(names: Sequence[str], served: ServedModel, runtime: Runtime) -> ProviderChoice:
    """Return the saved choice, or the outcome of a trial of the accelerators ``names``."""
    if not names:
        return ProviderChoice(CPU, "no accelerator is installed")
    saved = _saved_choice(served.bundle, runtime)
    if saved is not None:
        return saved
    outcomes, trials = [], []
    for name in names:
        try:
            exact = _open(name, served, runtime, is_exact=True)
            trials.append(_Trial(_open(name, served, runtime), exact, served))
        except _MissingSourceError as error:
            outcomes.append(ProviderChoice(CPU, str(error)))
    if trials:
        # An accelerator that ends the process during its trial is not tried again.
        crashed = ProviderChoice(CPU, "the process ended while an accelerator was tried")
        _save_choice(served.bundle, crashed, runtime)
        ids = served.tokenize(golden_texts())
        outcomes += [trial.run(ids) for trial in trials]
    passed = [outcome for outcome in outcomes if outcome.provider != CPU]
    all_reasons = "; ".join(outcome.reason for outcome in outcomes)
    choice = passed[0] if passed else ProviderChoice(CPU, all_reasons)
    if trials:
        _save_choice(served.bundle, choice, runtime)
    return choice


@dataclass(frozen=True)
class _Trial:
    """An accelerator, what computes the same weights in fp32, and the model that the CPU serves."""

    accelerator: Accelerator
    exact: Accelerator
    served: ServedModel

    def run(self, ids: TokenIds) -> ProviderChoice:
        """Return the accelerator where it may compute, else the CPU; each with the reason.

        ``ids`` are the token ids of the golden texts.
        """
        name = self.accelerator.name
        try:
            logits = self.accelerator.logits(ids)
            objection = self._objection(ids, logits)
            if objection:
                return ProviderChoice(CPU, f"{DISPLAY_NAMES[name]} {objection}")
            timed = [*ids] * _N_COPIES
            # On the same cores the time of the processor, which other work does not change.
            clock = time.process_time if name == OPENVINO else time.perf_counter
            accelerator_s, cpu_s = _best_times_s(
                self.accelerator.logits, self.served.logits, timed, clock
            )
        except Exception as error:  # what a provider raises is its own
            reason = f"{DISPLAY_NAMES[name]} fails on this machine ({_one_line(error)})"
            return ProviderChoice(CPU, reason)
        times = f"{accelerator_s:.2f} s against {cpu_s:.2f} s for {len(timed)} texts"
        if accelerator_s * _MIN_SPEEDUP > cpu_s:
            reason = f"{DISPLAY_NAMES[name]} chooses the same codes but is no faster, {times}"
            return ProviderChoice(CPU, reason)
        return ProviderChoice(name, f"decides as the CPU does, in {times}")

    def _objection(self, ids: TokenIds, logits: np.ndarray) -> str | None:
        """Return what is wrong with the accelerator's ``logits`` (N, 436) of N texts, or None."""
        reference = self.exact.logits(ids)
        n_other = int((logits.argmax(axis=1) != reference.argmax(axis=1)).sum())
        if n_other > (1 - _MIN_SAME) * len(ids):
            return f"chooses other codes for {n_other} of {len(ids)} golden texts"
        difference = float(np.abs(logits - reference).max())
        if difference > _MAX_LOGIT_DIFFERENCE:
            return f"computes other logits, which differ by up to {difference:.2g}"
        is_same = reference.argmax(axis=1) == self.served.logits(ids).argmax(axis=1)
        if is_same.mean() < _MIN_AGREEMENT:
            return f"computes another model: {is_same.mean():.0%} of its codes are those served"
        for row in range(0, len(ids), _ALONE_STEP):
            if not np.array_equal(self.accelerator.logits([ids[row]])[0], logits[row]):
                return "computes other logits for a text alone than among others"
        return None


def _best_times_s(
    accelerated: Callable[[TokenIds], np.ndarray],
    served: Callable[[TokenIds], np.ndarray],
    ids: TokenIds,
    clock: Callable[[], float],
) -> tuple[float, float]:
    """Return the shortest time of each by ``clock``, measured in turn.

    Both have run before, so that what they compile or reserve at their first call is there.
    """
    best = [float("inf"), float("inf")]
    for _ in range(_N_ROUNDS):
        for position, compute in enumerate((accelerated, served)):
            started_s = clock()
            compute(ids)
            best[position] = min(best[position], clock() - started_s)
    return best[0], best[1]


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def _choice_path(bundle: Bundle, runtime: Runtime) -> Path:
    """Return where the choice for this machine is saved: several can share one home."""
    machine = [
        runtime.versions(),
        runtime.accelerators(),
        platform.node(),
        platform.processor(),
        sorted(instruction_sets()),
    ]
    key = sha256(json.dumps(machine).encode()).hexdigest()[:12]
    return accelerated_dir(bundle) / f"choice-{key}.json"


def _saved_choice(bundle: Bundle, runtime: Runtime) -> ProviderChoice | None:
    try:
        values = json.loads(_choice_path(bundle, runtime).read_text(encoding="utf-8"))
        choice = ProviderChoice(**values)
    except (OSError, ValueError, TypeError):
        return None
    return choice if choice.provider in (CPU, *runtime.accelerators()) else None


def _save_choice(bundle: Bundle, choice: ProviderChoice, runtime: Runtime) -> None:
    with suppress(OSError):  # then the next start tries again
        accelerated_dir(bundle).mkdir(parents=True, exist_ok=True)
        write_atomic(_choice_path(bundle, runtime), json.dumps(asdict(choice)) + "\n")
