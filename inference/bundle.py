"""Open a model bundle: a folder with everything that serving one model version needs.

``manifest.json``         format, version, text version, labels, temperature, training summary,
                          parity, and the SHA-256 of every other file
``model*.onnx``           the graph that is served (``manifest.model``)
``tokenizer.json``        of the tokenizers library
``ngram_model.npz``       the n-gram model (``inference/ngram_model.py``)
``spelling.txt.gz``       the words of the training texts
                          (``inference/spelling/typo_correction.py``)
``training_profile.npz``  the training profile (``inference/training_profile.py``)
``checkpoint/``           weights in half precision and tokenizer, from which fine-tuning continues;
                          links to its files let transformers load the bundle's folder

Nothing is loaded before the format is known and the hashes agree; formats are JSON, ONNX,
safetensors and plain arrays, never pickle.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from core.errors import BundleError
from core.files.whole_file import sha256_of, write_atomic
from core.packages import SHIPPED_MODEL
from core.taxonomy import isco08
from core.text import TEXT_VERSION
from inference.ngram_model import NgramModel
from inference.spelling.right_words import RightWords
from inference.spelling.typo_correction import Spelling
from inference.training_profile import TrainingProfile

FORMAT_VERSION = 2
REMEDY = "restore the folder, or serve the model before it with 'isco models rollback'"
"""What a user can do about a bundle that cannot be served."""
MANIFEST = "manifest.json"
TOKENIZER = "tokenizer.json"
NGRAM_MODEL = "ngram_model.npz"
SPELLING = "spelling.txt.gz"
TRAINING_PROFILE = "training_profile.npz"
CHECKPOINT = "checkpoint"
LEARNED_FILES = "corrections_files"
"""Key in a manifest's training summary: the corrections files that the model has learned."""
OFFICE_CALIBRATION = "office_calibration"
"""Key there: what was carried over (``inference/office/carried_calibration.py``)."""


@dataclass(frozen=True)
class Manifest:
    """The content of ``manifest.json``.

    ``labels`` are the unit groups in the order of the model's outputs; ``files`` maps each path in
    the bundle to its SHA-256; ``model`` names the ONNX file that is served and ``precision`` is
    ``int8`` or ``fp32``; ``temperature`` divides the logits and ``ngram_weight`` multiplies the
    n-gram model's scores; longer texts are cut after ``max_tokens``. ``languages`` (ISO 639-1) are
    those of the training texts. ``similarity`` has the fields of ``SimilarityRules``
    (``inference/similar_corrections.py``).
    """

    version: str
    created: str
    text_version: int
    max_tokens: int
    temperature: float
    model: str
    precision: str
    labels: list[str]
    files: dict[str, str]
    ngram_weight: float
    languages: list[str]
    similarity: dict[str, float]
    training: dict[str, Any]
    parity: dict[str, float] = field(default_factory=dict)
    format: int = FORMAT_VERSION


@dataclass(frozen=True)
class Bundle:
    """An opened bundle whose served files have been checked."""

    path: Path
    manifest: Manifest

    @classmethod
    def open(cls, path: Path) -> Bundle:
        """Check and open the bundle in the folder ``path``.

        Raises BundleError where it is missing, half-copied, damaged, or made for another version of
        the program.
        """
        path = Path(path).resolve()
        try:
            values = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise BundleError(
                f"no model bundle in {str(path)!r}: {MANIFEST} is missing. Restore models/bundled "
                "from the repository, or train a model with 'isco train'"
            ) from None
        except (OSError, ValueError, RecursionError) as error:
            raise BundleError(
                f"{str(path / MANIFEST)!r} cannot be read: {error}; {REMEDY}"
            ) from None
        if not isinstance(values, dict):
            raise BundleError(
                f"{str(path / MANIFEST)!r} is not a manifest: it is no JSON object; {REMEDY}"
            )
        _check_versions(path, values)
        try:
            bundle = cls(path, Manifest(**values))
            TypeAdapter(Manifest).validate_python(vars(bundle.manifest))
        except (TypeError, ValidationError) as error:
            raise BundleError(
                f"{str(path / MANIFEST)!r} is not a manifest: {error}; {REMEDY}"
            ) from None
        if tuple(bundle.manifest.labels) != isco08().units:
            raise BundleError(
                f"{str(path)!r} was trained for other codes than ISCO-08's 436; {REMEDY}"
            )
        bundle._check_hashes([bundle.manifest.model, TOKENIZER])
        return bundle

    @property
    def model_path(self) -> Path:
        """The ONNX file to serve."""
        return self.path / self.manifest.model

    @property
    def tokenizer_path(self) -> Path:
        """The tokenizer's JSON file."""
        return self.path / TOKENIZER

    def ngram_model(self) -> NgramModel:
        """Load the n-gram model, its hash checked."""
        return NgramModel.load(self._checked_content(NGRAM_MODEL))

    def spelling(self) -> Spelling:
        """Load the known words, their hash checked."""
        return Spelling.load(self._checked_content(SPELLING), RightWords())

    def learned_files(self) -> frozenset[str]:
        """Return the names of the corrections files that the model has learned."""
        return frozenset(self.manifest.training.get(LEARNED_FILES, []))

    def training_profile(self) -> TrainingProfile:
        """Load the training profile, its hash checked."""
        return TrainingProfile.load(self._checked_content(TRAINING_PROFILE))

    def checkpoint_dir(self) -> Path:
        """Return the folder to fine-tune from; raises BundleError where a file of it differs."""
        self._check_hashes([name for name in self.manifest.files if name.startswith(CHECKPOINT)])
        return self.path / CHECKPOINT

    def _check_hashes(self, names: list[str]) -> None:
        for name in names:
            with self._reading(name):
                actual = sha256_of(self.path / name)
            self._check_hash(name, actual)

    def _checked_content(self, name: str) -> bytes:
        """Return what the file ``name`` has: the bytes that were hashed, read once."""
        with self._reading(name):
            content = (self.path / name).read_bytes()
        self._check_hash(name, sha256(content).hexdigest())
        return content

    @contextmanager
    def _reading(self, name: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise BundleError(
                f"{name!r} of {str(self.path)!r} cannot be read: {error}; {REMEDY}"
            ) from None

    def _check_hash(self, name: str, actual: str) -> None:
        expected = self.manifest.files.get(name, "none")
        if actual != expected:
            raise BundleError(
                f"{name!r} of {str(self.path)!r} is damaged or half-copied (SHA-256 "
                f"{actual[:12]}…, expected {expected[:12]}…); {REMEDY}"
            )


def unsupported_version(values: Mapping[str, Any]) -> str:
    """Return what of a manifest this program does not support; empty if it supports all."""
    for key, supported, what in (
        ("format", FORMAT_VERSION, "bundle format"),
        ("text_version", TEXT_VERSION, "text cleaning"),
    ):
        if values.get(key) != supported:
            return f"{what} {values.get(key)!r}, this program supports {supported}"
    return ""


def _check_versions(path: Path, values: dict[str, Any]) -> None:
    unsupported = unsupported_version(values)
    if not unsupported:
        return
    remedy = "'isco models list' names the versions, 'isco models promote VERSION' serves another"
    if path.name == SHIPPED_MODEL.name:  # a folder of models was copied over the one that shipped
        remedy = "restore it from the repository; in a project remove it: the shipped model serves"
    raise BundleError(
        f"{str(path)!r} has {unsupported}: {remedy}; or use the program that made this one"
    )


def write_manifest(path: Path, **values: Any) -> Manifest:
    """Hash the files in ``path``, name the version after them, and write the manifest last.

    ``values`` are the fields of ``Manifest`` without ``version`` and ``files``.
    """
    names = sorted(
        file.relative_to(path).as_posix()
        for file in path.rglob("*")
        if file.is_file() and not file.is_symlink() and file.name != MANIFEST
    )
    files = {name: sha256_of(path / name) for name in names}
    identity = [files, values["temperature"], values["ngram_weight"]]
    carried = values["training"].get(OFFICE_CALIBRATION)
    if carried is not None:  # it changes confidences, too
        identity.append(carried)
    digest = sha256(json.dumps(identity).encode()).hexdigest()
    version = f"{values['created'][:10]}.{digest[:8]}"
    manifest = Manifest(version=version, files=files, **values)
    write_atomic(path / MANIFEST, json.dumps(asdict(manifest), indent=1) + "\n")
    return manifest
