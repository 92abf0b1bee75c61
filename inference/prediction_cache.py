"""The predictions of the texts that came last, packed: half a million of them take 150 MB."""

from __future__ import annotations

import struct
from collections import OrderedDict
from hashlib import sha256

from core.own_tables.code_source import CodeSource
from core.review_contract import N_REVIEW_CANDIDATES
from core.taxonomy import isco08, minor_index, unit_index
from inference.decision import Prediction

# The candidates' indices among the unit groups and their probabilities (float32, as the classifier
# gives them), the minor group's index and probability, the code that is shown in up to four digits,
# and whether it is a fallback.
_PACKED = struct.Struct(f"<{N_REVIEW_CANDIDATES}H{N_REVIEW_CANDIDATES}fHd4s?")
_MAX_KEY_CHARS = 300


class PredictionCache:
    """Text → the model's prediction; past ``n_texts`` the one unused for longest is dropped."""

    def __init__(self, n_texts: int) -> None:
        self._n_texts = n_texts
        self._packed: OrderedDict[str, bytes] = OrderedDict()

    def get(self, text: str) -> Prediction | None:
        """Return the prediction of ``text``, equal to the one that was put in, or None."""
        key = _key(text)
        packed = self._packed.get(key)
        if packed is None:
            return None
        self._packed.move_to_end(key)
        return _unpack(packed)

    def put(self, text: str, prediction: Prediction) -> None:
        """Keep a prediction that the model computed."""
        self._packed[_key(text)] = _pack(prediction)
        if len(self._packed) > self._n_texts:
            self._packed.popitem(last=False)


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
        minor,
        prediction.minor_confidence,
        prediction.isco_code.encode(),
        prediction.is_fallback,
    )


def _unpack(packed: bytes) -> Prediction:
    values = _PACKED.unpack(packed)
    units = isco08().units
    codes = [units[index] for index in values[:N_REVIEW_CANDIDATES]]
    confidences = values[N_REVIEW_CANDIDATES : 2 * N_REVIEW_CANDIDATES]
    minor, minor_confidence, padded_code, is_fallback = values[2 * N_REVIEW_CANDIDATES :]
    isco_code = padded_code.rstrip(b"\0").decode()
    return Prediction(
        isco_code=isco_code,
        confidence=confidences[0],
        is_fallback=is_fallback,
        minor_code=isco08().minors[minor],
        minor_confidence=minor_confidence,
        candidates=tuple(zip(codes, confidences, strict=True)),
        source=CodeSource.MODEL if isco_code else CodeSource.TOO_UNSURE,
    )
