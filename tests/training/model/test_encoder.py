"""The encoder that a training starts from."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers import (
    BertConfig,
    CamembertConfig,
    CamembertForSequenceClassification,
    CamembertTokenizerFast,
    XLMRobertaConfig,
    XLMRobertaForSequenceClassification,
    XLMRobertaTokenizerFast,
)

from core.errors import BaseModelError
from core.settings import InferenceSettings
from exporters.bundle_export import BundleContents, export_bundle
from exporters.parity import checkpoint_logits
from inference.bundle import Bundle
from inference.classifier import open_classifier
from inference.ngram_model import NgramModel
from inference.spelling.typo_correction import Spelling
from inference.training_profile import TrainingProfile
from tests.support.small_network import SMALL
from training.model.encoder import load_encoder


def test_a_base_that_cannot_be_reached_names_the_bundled_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(BaseModelError, match=r"models/bundled/checkpoint"):
        load_encoder("roberta-base", [], Path("models/bundled/checkpoint"))
    with pytest.raises(BaseModelError, match="neither be read"):
        load_encoder(str(tmp_path), [], Path("x"))


FAMILY = {
    "xlm-roberta": (XLMRobertaConfig, XLMRobertaForSequenceClassification, XLMRobertaTokenizerFast),
    "camembert": (CamembertConfig, CamembertForSequenceClassification, CamembertTokenizerFast),
}


def save_checkpoint(model_type: str, texts: list[str], folder: Path) -> None:
    """Save a small checkpoint of another language's RoBERTa, as the hub holds it."""
    config_class, model_class, tokenizer_class = FAMILY[model_type]
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    unigram = Tokenizer(models.Unigram())
    unigram.normalizer = normalizers.NFKC()
    unigram.pre_tokenizer = pre_tokenizers.Metaspace()
    unigram.decoder = decoders.Metaspace()
    trainer = trainers.UnigramTrainer(
        vocab_size=800, special_tokens=special, unk_token="<unk>", show_progress=False
    )
    unigram.train_from_iterator(texts, trainer)
    unigram.save(str(folder / "tokenizer.json"))
    tokenizer = tokenizer_class(tokenizer_file=str(folder / "tokenizer.json"))
    tokenizer.save_pretrained(folder)
    config = config_class(
        vocab_size=len(tokenizer), num_labels=3, pad_token_id=tokenizer.pad_token_id, **SMALL
    )
    torch.manual_seed(0)
    model_class(config).save_pretrained(folder)


@pytest.mark.slow
@pytest.mark.parametrize("model_type", FAMILY)
def test_the_roberta_of_another_language_is_served(
    model_type: str,
    texts: list[str],
    ngram_model: NgramModel,
    training_profile: TrainingProfile,
    tmp_path: Path,
) -> None:
    base = tmp_path / "base"
    base.mkdir()
    save_checkpoint(model_type, texts, base)
    original = FAMILY[model_type][1].from_pretrained(base)
    tokenizer, model = load_encoder(str(base), [], base)
    encoder, expected = model.roberta.state_dict(), original.roberta.state_dict()
    assert encoder.keys() == expected.keys()
    assert all(torch.equal(encoder[name], expected[name]) for name in expected)
    contents = BundleContents(
        model=model,
        tokenizer=tokenizer,
        ngram_model=ngram_model,
        spelling=Spelling(()),
        training_profile=training_profile,
        temperature=1.0,
        ngram_weight=0.0,
        max_tokens=64,
        languages=["fr"],
        training_summary={},
    )
    out = export_bundle(
        contents,
        tmp_path / "bundle",
        calibration_texts=texts,
        parity_texts=texts,
        target_agreement=0.9,  # random weights are sure of nothing
    )
    bundle = Bundle.open(out)
    assert bundle.manifest.precision == "int8"
    again, checkpoint = load_encoder(str(bundle.checkpoint_dir()), [], base)
    logits = checkpoint_logits(checkpoint, again, texts, 64)
    served = open_classifier(bundle, InferenceSettings(provider="cpu")).probabilities(texts)
    assert (logits.argmax(axis=1) == served.argmax(axis=1)).mean() >= 0.9


def test_another_kind_of_encoder_is_refused(tmp_path: Path) -> None:
    BertConfig().save_pretrained(tmp_path)
    with pytest.raises(BaseModelError, match=r"is a bert; expected .*xlm-roberta, camembert"):
        load_encoder(str(tmp_path), [], Path("x"))
