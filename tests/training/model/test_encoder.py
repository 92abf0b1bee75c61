"""The encoder that a training starts from."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import BaseModelError
from training.model.encoder import load_encoder


def test_a_base_that_cannot_be_reached_names_the_bundled_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(BaseModelError, match=r"models/bundled/checkpoint"):
        load_encoder("roberta-base", [], Path("models/bundled/checkpoint"))
    with pytest.raises(BaseModelError, match="neither be read"):
        load_encoder(str(tmp_path), [], Path("x"))
