"""The predictions of the texts that came last, packed: half a million of them take 150 MB.

A prediction that names similar corrections takes up to 0.5 kB more.
"""

from __future__ import annotations

import struct
from collections import OrderedDict
from hashlib import sha256

from core.own_tables.code_source import CodeSource
from core.review_contract import N_REVIEW_CANDIDATES
from core.taxonomy import isco08, minor_index, unit_index
from inference.decision import Prediction, SimilarCorrection

# The candidates' indices among the unit groups and their probabilities (float32, as the classifier
# gives them), the confidence, the minor group's index and probability, the code that is shown in up
# to four digits, whether it is a fallback, and whether similar corrections decided.
_PACKED = struct.Struct(f"<{N_REVIEW_CANDIDATES}H{N_REVIEW_CANDIDATES}ffHd4s??")
_MAX_KEY_CHARS = 300


class PredictionCache:
    """Text → the model's prediction; past ``n_texts`` the one unused for longest is dropped."""

    def __init__(self, n_texts: int) -> None:
        self._n_texts = n_texts
        self._packed: OrderedDict[str, bytes] = OrderedDict()
        self._similar: dict[str, tuple[SimilarCorrection, ...]] = {}  # where there are any

    def get(self, text: str) -> Prediction | None:
        """Return the prediction of ``text``, equal to the one that was put in, or None."""
        key = _key(text)
        packed = self._packed.get(key)
        if packed is None:
            return None
        self._packed.move_to_end(key)
        return _unpack(packed, self._similar.get(key, ()))

    def put(self, text: str, prediction: Prediction) -> None:
        """Keep a prediction that the model computed."""
        key = _key(text)
        self._packed[key] = _pack(prediction)
        if prediction.similar:
            self._similar[key] = prediction.similar
        if len(self._packed) > self._n_texts:
            oldest, _ = self._packed.popitem(last=False)
            self._similar.pop(oldest, None)

    def clear(self) -> None:
        """Forget all predictions: they are no longer what would be computed now."""
        self._packed.clear()
        self._similar.clear()


def _key(text: str) -> str:
    """Return the text, or of a long one its hash: no other text has it."""
    if len(text) <= _MAX_KEY_CHARS:
        return text
    return sha256(text.encode()).hexdigest()


def _pack(prediction: Prediction) -> bytes:
    codes, confidences = zip(*prediction.candidates, strict=True)
    (minor,) = minor_index([prediction.minor_code])
    return _PACKED.pack(
        *unit_index(codes),
        *confidences,
        prediction.confidence,
        minor,
        prediction.minor_confidence,
        prediction.isco_code.encode(),
        prediction.is_fallback,
        prediction.source == CodeSource.SIMILAR_CORRECTION,
    )


def _unpack(packed: bytes, similar: tuple[SimilarCorrection, ...]) -> Prediction:
    values = _PACKED.unpack(packed)
    units = isco08().units
    codes = [units[index] for index in values[:N_REVIEW_CANDIDATES]]
    confidences = values[N_REVIEW_CANDIDATES : 2 * N_REVIEW_CANDIDATES]
    confidence, minor, minor_confidence, padded_code, is_fallback, is_similar = values[
        2 * N_REVIEW_CANDIDATES :
    ]
    isco_code = padded_code.rstrip(b"\0").decode()
    return Prediction(
        isco_code=isco_code,
        confidence=confidence,
        is_fallback=is_fallback,
        minor_code=isco08().minors[minor],
        minor_confidence=minor_confidence,
        candidates=tuple(zip(codes, confidences, strict=True)),
        source=_source(isco_code, is_similar),
        similar=similar,
    )


def _source(isco_code: str, is_similar: bool) -> CodeSource:
    if not isco_code:
        return CodeSource.TOO_UNSURE
    return CodeSource.SIMILAR_CORRECTION if is_similar else CodeSource.MODEL
