"""Select what computes on this machine: the CPU, or an accelerator that passed a trial here.

An accelerator is used only if, on the golden texts, it chooses the same unit groups as the CPU does
with the same file, with nearly the same logits, and takes less time than the CPU takes with the
file that it serves. The trial runs once for a bundle, a machine and a version of ONNX Runtime; its
outcome is saved beside the accelerator's file.
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
from core.file_io import write_atomic
from core.taxonomy import isco08
from core.text import join
from inference.bundle import Bundle
from inference.providers import CPU, Accelerator, AcceleratorModel, Runtime, accelerated_dir

_LOG = logging.getLogger(__name__)

# Half precision, which a neural engine computes in, moves logits by some hundredths.
_MAX_LOGIT_DIFFERENCE = 0.1
_N_ROUNDS = 3
_REMEDY = "create it with 'isco models accelerate'"
_DISPLAY_NAMES = {CPU: "CPU", "coreml": "CoreML", "cuda": "CUDA"}

TokenIds = Sequence[Sequence[int]]


@dataclass(frozen=True)
class ServedModel:
    """A bundle as the CPU serves it.

    ``tokenize`` turns N texts into their token ids, ``logits`` these into (N, 436) logits.
    """

    bundle: Bundle
    tokenize: Callable[[Sequence[str]], TokenIds]
    logits: Callable[[TokenIds], np.ndarray]


@dataclass(frozen=True)
class ProviderChoice:
    """The provider that computes (``cpu``, ``coreml`` or ``cuda``) and the reason, in words."""

    provider: str
    reason: str

    def __str__(self) -> str:
        return f"{_DISPLAY_NAMES[self.provider]} computes: {self.reason}"


def golden_texts() -> list[str]:
    """Return cleaned texts of all lengths, the same everywhere: titles of unit groups.

    Some are one title alone, some have the titles of up to twenty other groups as duties.
    """
    titles = [isco08().title(unit) for unit in isco08().units]
    texts = [join(title) for title in titles[::4]]
    for n_duties in (1, 3, 8, 20):
        for start in range(0, len(titles) - n_duties, 40):
            duties = titles[start + 1 : start + 1 + n_duties]
            texts.append(join(titles[start], " ".join(duties)))
    return texts


def select_accelerator(served: ServedModel, provider: str, runtime: Runtime) -> Accelerator | None:
    """Return the accelerator to compute with, or None for the CPU, and log which and why.

    ``provider`` is the setting ``inference.provider``. Raises SettingsError where it asks for an
    accelerator that this machine does not have or that has no file for this model.
    """
    names = runtime.accelerators() if provider != CPU else []
    model = AcceleratorModel.find(served.bundle) if names else None
    if provider == "auto":
        choice = _choose(names, model, served, runtime)
    else:
        _require(provider, names, model, served.bundle)
        choice = ProviderChoice(provider, "inference.provider says so")
    _LOG.info("%s", choice)
    if choice.provider == CPU or model is None:
        return None
    return Accelerator(choice.provider, model, served.bundle, runtime)


def record_failure(
    bundle: Bundle, accelerator: Accelerator, error: Exception, runtime: Runtime
) -> None:
    """Log that ``accelerator`` failed on a batch, and save that it is not to be used again."""
    reason = f"{_DISPLAY_NAMES[accelerator.name]} failed on a batch ({_one_line(error)})"
    choice = ProviderChoice(CPU, reason)
    _save_choice(bundle, choice, runtime)
    _LOG.warning("%s; the batch is repeated. 'isco models accelerate' tries it again", choice)


def _require(
    name: str, names: Sequence[str], model: AcceleratorModel | None, bundle: Bundle
) -> None:
    """Raise SettingsError where the provider ``name`` cannot be used."""
    if name == CPU:
        return
    if name not in names:
        raise SettingsError(
            f"inference.provider is {name!r}, which the onnxruntime of this machine does not "
            "have; use 'auto' or 'cpu'"
        )
    if model is None:
        raise SettingsError(
            f"inference.provider is {name!r}, and model {bundle.manifest.version} has no fp32 file "
            f"for it: {_REMEDY}"
        )


def _choose(
    names: Sequence[str], model: AcceleratorModel | None, served: ServedModel, runtime: Runtime
) -> ProviderChoice:
    """Return the saved choice, or the outcome of a trial of the accelerators ``names``."""
    if not names:
        return ProviderChoice(CPU, "this onnxruntime has no other provider")
    if model is None:
        wanted = " and ".join(_DISPLAY_NAMES[name] for name in names)
        return ProviderChoice(CPU, f"there is no fp32 file of this model for {wanted}; {_REMEDY}")
    bundle = served.bundle
    saved = _saved_choice(bundle, runtime)
    if saved is not None:
        return saved
    ids = served.tokenize(golden_texts())
    try:
        reference = Accelerator(CPU, model, bundle, runtime).logits(ids)
    except Exception as error:  # what ONNX Runtime raises is its own
        return ProviderChoice(CPU, f"the fp32 file cannot be run ({_one_line(error)})")
    # An accelerator that ends the process during its trial is not tried again.
    crashed = ProviderChoice(CPU, "the process ended while an accelerator was tried")
    _save_choice(bundle, crashed, runtime)
    trial = _Trial(served, model, runtime, ids, reference)
    outcomes = [trial.run(name) for name in names]
    passed = [outcome for outcome in outcomes if outcome.provider != CPU]
    all_reasons = "; ".join(outcome.reason for outcome in outcomes)
    choice = passed[0] if passed else ProviderChoice(CPU, all_reasons)
    _save_choice(bundle, choice, runtime)
    return choice


@dataclass(frozen=True)
class _Trial:
    """What accelerators are compared with on the golden texts.

    ``ids`` are the texts' token ids, ``reference`` (N, 436) the logits that the CPU computes with
    the accelerator's file.
    """

    served: ServedModel
    model: AcceleratorModel
    runtime: Runtime
    ids: TokenIds
    reference: np.ndarray

    def run(self, name: str) -> ProviderChoice:
        """Return ``name`` where it may compute, else the CPU; each with the reason."""
        label = _DISPLAY_NAMES[name]
        n_texts = len(self.ids)
        accelerator = Accelerator(name, self.model, self.served.bundle, self.runtime)
        try:
            logits = accelerator.logits(self.ids)
            accelerator_s, cpu_s = _best_times_s(accelerator.logits, self.served.logits, self.ids)
        except Exception as error:  # what a provider raises is its own
            return ProviderChoice(CPU, f"{label} fails on this machine ({_one_line(error)})")
        n_other = int((logits.argmax(axis=1) != self.reference.argmax(axis=1)).sum())
        difference = float(np.abs(logits - self.reference).max())
        if n_other:
            reason = f"{label} chooses other codes for {n_other} of {n_texts} golden texts"
            return ProviderChoice(CPU, reason)
        if difference > _MAX_LOGIT_DIFFERENCE:
            reason = f"{label} computes other logits, which differ by up to {difference:.2g}"
            return ProviderChoice(CPU, reason)
        times = f"{accelerator_s:.2f} s against {cpu_s:.2f} s for {n_texts} golden texts"
        if accelerator_s >= cpu_s:
            return ProviderChoice(CPU, f"{label} chooses the same codes but is slower, {times}")
        return ProviderChoice(name, f"the same decisions as the CPU in {times}")


def _best_times_s(
    accelerated: Callable[[TokenIds], np.ndarray],
    served: Callable[[TokenIds], np.ndarray],
    ids: TokenIds,
) -> tuple[float, float]:
    """Return the shortest time of each, measured in turn.

    ``accelerated`` has run before, so that what it compiles at its first call is compiled.
    """
    served(ids)
    best = [float("inf"), float("inf")]
    for _ in range(_N_ROUNDS):
        for position, compute in enumerate((accelerated, served)):
            started_s = time.perf_counter()
            compute(ids)
            best[position] = min(best[position], time.perf_counter() - started_s)
    return best[0], best[1]


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def _choice_path(bundle: Bundle, runtime: Runtime) -> Path:
    """Return where the choice for this machine is saved: several can share one home."""
    machine = [runtime.version, runtime.accelerators(), platform.node(), platform.processor()]
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
        write_atomic(_choice_path(bundle, runtime), json.dumps(asdict(choice)) + "\n")
