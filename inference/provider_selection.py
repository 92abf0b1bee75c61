"""Who computes on this machine: the CPU, or an accelerator that has shown here that it may.

An accelerator computes only where, on golden texts, it chooses the same unit groups as the CPU does
with the same file, with nearly the same logits, and takes less time than what the CPU serves. That
is tried once for a bundle, a machine and a version of ONNX Runtime, and remembered beside the file.
"""

from __future__ import annotations

import json
import logging
import os
import platform
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np

from core.errors import SettingsError
from core.settings import InferenceSettings
from core.taxonomy import isco08
from core.text import join
from inference.bundle import Bundle
from inference.providers import CPU, Accelerated, Accelerator, Runtime, accelerated_dir

_LOG = logging.getLogger(__name__)

# Half precision, which a neural engine computes in, moves logits by some hundredths.
_MAX_LOGIT_DIFFERENCE = 0.1
_N_ROUNDS = 3
_MAKE = "'isco models accelerate' makes it"
_SPOKEN = {CPU: "CPU", "coreml": "CoreML", "cuda": "CUDA"}

Ids = Sequence[Sequence[int]]


@dataclass(frozen=True)
class Choice:
    """Who computes (``cpu``, ``coreml`` or ``cuda``), and why, in words."""

    provider: str
    why: str

    def __str__(self) -> str:
        return f"{_SPOKEN[self.provider]} computes: {self.why}"


def golden_texts() -> list[str]:
    """Cleaned texts of all lengths, the same everywhere: titles of unit groups, alone or many."""
    titles = [isco08().title(unit) for unit in isco08().units]
    texts = [join(title) for title in titles[::4]]
    for n_duties in (1, 3, 8, 20):
        starts = range(0, len(titles) - n_duties, 40)
        texts += [join(titles[at], " ".join(titles[at + 1 : at + 1 + n_duties])) for at in starts]
    return texts


def choose(
    bundle: Bundle,
    settings: InferenceSettings,
    tokenise: Callable[[Sequence[str]], Ids],
    serve: Callable[[Ids], np.ndarray],
    runtime: Runtime,
) -> Accelerator | None:
    """The accelerator to compute with, or None for the CPU; says which and why in the log.

    Parameters
    ----------
    tokenise, serve : texts → token ids → (N, 436) logits, as the CPU serves them.

    Raises SettingsError where ``settings`` ask for an accelerator that cannot be had.
    """
    names = runtime.accelerators() if settings.provider != CPU else []
    found = Accelerated.find(bundle) if names else None
    if settings.provider == "auto":
        choice = _automatic(names, found, bundle, tokenise, serve, runtime)
    else:
        _require(settings.provider, names, found, bundle)
        choice = Choice(settings.provider, "inference.provider says so")
    _LOG.info("%s", choice)
    if choice.provider == CPU or found is None:
        return None
    return Accelerator(choice.provider, found, bundle, runtime)


def drop(bundle: Bundle, accelerator: Accelerator, error: Exception, runtime: Runtime) -> None:
    """Say that ``accelerator`` failed on a batch, and remember not to take it again."""
    reason = " ".join(str(error).split()) or type(error).__name__
    choice = Choice(CPU, f"{_SPOKEN[accelerator.name]} failed on a batch ({reason})")
    _remember(bundle, choice, runtime)
    _LOG.warning("%s; the batch is repeated. 'isco models accelerate' tries it again", choice)


def _require(name: str, names: Sequence[str], found: Accelerated | None, bundle: Bundle) -> None:
    """Raise SettingsError where ``name`` cannot be had."""
    if name == CPU:
        return
    if name not in names:
        raise SettingsError(
            f"inference.provider is {name!r}, which the onnxruntime of this machine does not "
            "have; use 'auto' or 'cpu'"
        )
    if found is None:
        raise SettingsError(
            f"inference.provider is {name!r}, and model {bundle.manifest.version} has no fp32 file "
            f"for it: {_MAKE}"
        )


def _automatic(
    names: Sequence[str],
    found: Accelerated | None,
    bundle: Bundle,
    tokenise: Callable[[Sequence[str]], Ids],
    serve: Callable[[Ids], np.ndarray],
    runtime: Runtime,
) -> Choice:
    if not names:
        return Choice(CPU, "this onnxruntime knows nothing else")
    if found is None:
        spoken = " and ".join(_SPOKEN[name] for name in names)
        return Choice(CPU, f"there is no fp32 file of this model for {spoken}; {_MAKE}")
    remembered = _remembered(bundle, runtime)
    if remembered is not None:
        return remembered
    ids = tokenise(golden_texts())
    try:
        reference = Accelerator(CPU, found, bundle, runtime).logits(ids)
    except Exception as error:  # what ONNX Runtime raises is its own
        return Choice(CPU, f"the fp32 file cannot be run ({' '.join(str(error).split())})")
    # What ends the process while it is tried is not tried again.
    _remember(bundle, Choice(CPU, "the process ended while an accelerator was tried"), runtime)
    tried = [_probe(name, found, bundle, ids, serve, reference, runtime) for name in names]
    better = [choice for choice in tried if choice.provider != CPU]
    choice = better[0] if better else Choice(CPU, "; ".join(choice.why for choice in tried))
    _remember(bundle, choice, runtime)
    return choice


def _probe(
    name: str,
    found: Accelerated,
    bundle: Bundle,
    ids: Ids,
    serve: Callable[[Ids], np.ndarray],
    reference: np.ndarray,
    runtime: Runtime,
) -> Choice:
    """``name`` where it decides as ``reference`` (N, 436) does and is faster than ``serve``."""
    spoken = _SPOKEN[name]
    accelerator = Accelerator(name, found, bundle, runtime)
    try:
        said = accelerator.logits(ids)
        seconds, cpu_seconds = _best_seconds(accelerator.logits, serve, ids)
    except Exception as error:  # what a provider raises is its own
        return Choice(CPU, f"{spoken} fails here ({' '.join(str(error).split())})")
    n_other = int((said.argmax(axis=1) != reference.argmax(axis=1)).sum())
    difference = float(np.abs(said - reference).max())
    if n_other:
        return Choice(CPU, f"{spoken} decides otherwise on {n_other} of {len(ids)} golden texts")
    if difference > _MAX_LOGIT_DIFFERENCE:
        return Choice(CPU, f"{spoken} computes otherwise, logits differ by up to {difference:.2g}")
    times = f"{seconds:.2f} s against {cpu_seconds:.2f} s for {len(ids)} golden texts"
    if seconds >= cpu_seconds:
        return Choice(CPU, f"{spoken} decides the same and is slower, {times}")
    return Choice(name, f"the same decisions as the CPU in {times}")


def _best_seconds(
    accelerated: Callable[[Ids], np.ndarray], serve: Callable[[Ids], np.ndarray], ids: Ids
) -> tuple[float, float]:
    """The shortest time of each in turn; what is compiled at the first call is compiled already."""
    serve(ids)
    best = [float("inf"), float("inf")]
    for _ in range(_N_ROUNDS):
        for position, run in enumerate((accelerated, serve)):
            started_s = time.perf_counter()
            run(ids)
            best[position] = min(best[position], time.perf_counter() - started_s)
    return best[0], best[1]


def _choice_path(bundle: Bundle, runtime: Runtime) -> Path:
    """A home can be shared by several machines."""
    machine = [runtime.version, runtime.accelerators(), platform.node(), platform.processor()]
    key = sha256(json.dumps(machine).encode()).hexdigest()[:12]
    return accelerated_dir(bundle) / f"choice-{key}.json"


def _remembered(bundle: Bundle, runtime: Runtime) -> Choice | None:
    """The choice made before, or None."""
    try:
        values = json.loads(_choice_path(bundle, runtime).read_text(encoding="utf-8"))
        choice = Choice(**values)
    except (OSError, ValueError, TypeError):
        return None
    return choice if choice.provider in (CPU, *runtime.accelerators()) else None


def _remember(bundle: Bundle, choice: Choice, runtime: Runtime) -> None:
    path = _choice_path(bundle, runtime)
    part = path.with_suffix(f".{os.getpid()}.part")
    with suppress(OSError):  # then the next start tries again
        part.write_text(json.dumps(asdict(choice)) + "\n", encoding="utf-8")
        os.replace(part, path)
