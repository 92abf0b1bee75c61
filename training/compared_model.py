"""A version of the model, as nightly trainings and the gate ask it.

What two of them make of the hold-out sets is kept in ``output.model_dir``: the next night compares
with the same models on the same texts. The file holds hashes and probabilities, and no text.
"""

from __future__ import annotations

import logging
import zipfile
from collections.abc import Collection, Sequence
from dataclasses import asdict
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import BundleError
from core.files.whole_file import open_atomic
from core.settings import InferenceSettings, OutputSettings, Settings
from inference.autocoder import Autocoder, open_autocoder
from inference.bundle import Bundle
from inference.classifier import Classifier, Reading, open_classifier
from inference.corrections_lookup import CorrectionsLookup
from inference.model_registry import ModelRegistry
from inference.office.carried_calibration import carried_by

_LOG = logging.getLogger(__name__)
_FILE = "hold_out_probabilities.npz"
_N_CHECKED = 200


def open_on_cpu(bundle: Bundle, settings: InferenceSettings) -> Classifier:
    """Open a classifier on the CPU: what is compared needs the same arithmetic."""
    return open_classifier(bundle, settings.model_copy(update={"provider": "cpu"}))


def open_autocoder_on_cpu(
    bundle: Bundle, settings: Settings, lookup: CorrectionsLookup
) -> Autocoder:
    """Open an autocoder on the CPU, with the corrections of ``lookup``."""
    return open_autocoder(bundle, settings.with_values("inference", provider="cpu"), lookup)


class ComparedModel:
    """A version that is compared: the champion, its reference version, or an exported challenger.

    It is opened once, and computes each list of texts once.
    """

    def __init__(self, bundle: Bundle, settings: Settings) -> None:
        self.bundle = bundle
        self._settings = settings
        self._probabilities: dict[str, np.ndarray] = {}

    @property
    def version(self) -> str:
        """The version of the model."""
        return self.bundle.manifest.version

    def probabilities(self, texts: Sequence[str]) -> np.ndarray:
        """Return (N, 436) float32, as ``Classifier.probabilities`` does; not to be changed."""
        key = _key_of(self.version, texts)
        if key not in self._probabilities:
            probabilities = self._kept(key, texts)
            if probabilities is None:
                probabilities = self._classifier.probabilities(texts)
            probabilities.flags.writeable = False
            self._probabilities[key] = probabilities
        return self._probabilities[key]

    def read(self, texts: Sequence[str]) -> Reading:
        """Return what the classifier reads in N texts; nothing of it is kept."""
        return self._classifier.read(texts)

    def _kept(self, key: str, texts: Sequence[str]) -> np.ndarray | None:
        """Return what an earlier night kept, None if there is nothing or it is not the same today.

        Another processor or another version of the program may compute other last digits. So some
        of the texts are computed again, and must be equal bit by bit.
        """
        kept = _read(self._settings.output.model_dir / _FILE, key)
        if kept is None or len(kept) != len(texts):
            return None
        rows = np.unique(np.linspace(0, len(texts) - 1, _N_CHECKED).astype(int))
        now = self._classifier.probabilities([texts[row] for row in rows])
        return kept if np.array_equal(now, kept[rows]) else None

    @cached_property
    def reference(self) -> ComparedModel | None:
        """The reference version of this one: see ``training/evaluation/gate.py``.

        None where that is this one itself, or where it cannot be opened any more.
        """
        registry = ModelRegistry(self._settings.output)
        name = registry.reference_of(self.version)
        if name == self.version:
            return None
        try:
            return ComparedModel(registry.open(name), self._settings)
        except BundleError as error:
            _LOG.warning("small falls are counted from the model in service on: %s", error)
            return None

    @cached_property
    def _classifier(self) -> Classifier:
        return open_on_cpu(self.bundle, self._settings.inference)


def keep_probabilities(
    output: OutputSettings, sets: Collection[tuple[str, Sequence[str], np.ndarray]]
) -> None:
    """Keep what the next night asks of the hold-out sets, and nothing older.

    ``sets`` are versions, each with a list of texts and its probabilities (N, 436) of them. A disk
    that is full only costs the next night some time.
    """
    if not sets:
        return
    arrays: dict[str, Any] = {_key_of(version, texts): kept for version, texts, kept in sets}
    try:
        for part in output.model_dir.glob(f".{_FILE}.*.part"):  # of a training that was killed
            part.unlink()
        with open_atomic(output.model_dir / _FILE) as file:
            np.savez(file, **arrays)
    except OSError as error:
        _LOG.warning("the next training computes the hold-out sets again: %s", error)


def _key_of(version: str, texts: Sequence[str]) -> str:
    digest = sha256("\n".join(texts).encode()).hexdigest()
    return f"{version} {digest}"


def _read(path: Path, key: str) -> np.ndarray | None:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            kept: np.ndarray | None = arrays.get(key)
            return kept
    except FileNotFoundError:
        return None
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        _LOG.warning("%r is not used: %s", str(path), error)
        return None


def calibration_to_carry(
    champion: Bundle, corrections_dir: Path, settings: Settings
) -> dict[str, Any] | None:
    """Return the fields of a ``CarriedCalibration``, None if nothing was ever fitted.

    It is fitted on the answers in ``corrections_dir`` that the champion has not learned, as in
    service. The challenger is about to learn them.
    """
    lookup = CorrectionsLookup.load(corrections_dir, settings.data)
    if not lookup.answers.are_enough and carried_by(champion) is None:
        return None  # and the model need not be loaded
    autocoder = open_autocoder_on_cpu(champion, settings, lookup)
    autocoder.learn_corrections()
    carried = autocoder.calibration.to_carry(champion.manifest.version)
    return asdict(carried) if carried is not None else None
