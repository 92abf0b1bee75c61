"""A BERT laid out as RoBERTa computes what the BERT computes."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from tokenizers import BertWordPieceTokenizer
from transformers import BertConfig, BertModel, RobertaConfig

from core.errors import BaseModelError
from core.taxonomy import isco08
from training.model import minilm


@pytest.fixture
def bert(tmp_path: Path, texts: list[str], monkeypatch: pytest.MonkeyPatch) -> BertModel:
    """A small BERT on disk where the package would keep MiniLM."""
    tokenizer = BertWordPieceTokenizer()
    tokenizer.train_from_iterator([*texts, "|"] * 2, vocab_size=900, show_progress=False)
    tokenizer.post_processor = minilm_processor(tokenizer)
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        initializer_range=0.2,
    )
    model = BertModel(config, add_pooling_layer=False).eval()
    model.save_pretrained(tmp_path)
    monkeypatch.setattr(minilm, "minilm_dir", lambda: tmp_path)
    return model


def minilm_processor(tokenizer: BertWordPieceTokenizer) -> object:
    from tokenizers.processors import TemplateProcessing

    ids = [(token, tokenizer.token_to_id(token)) for token in ("[CLS]", "[SEP]")]
    return TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=ids)


@pytest.mark.parametrize("n_pieces", [8192, 400])
def test_the_same_hidden_states(
    bert: BertModel, texts: list[str], monkeypatch: pytest.MonkeyPatch, n_pieces: int
) -> None:
    monkeypatch.setattr(minilm, "VOCABULARY_SIZE", n_pieces)
    tokenizer, model = minilm.build(texts, RobertaConfig(num_labels=len(isco08().units)))
    assert model.config.vocab_size == len(tokenizer) == min(n_pieces, bert.config.vocab_size)
    original = minilm.Tokenizer.from_file(str(minilm.minilm_dir() / "tokenizer.json"))
    for text in texts[:60]:
        ids = tokenizer(text)["input_ids"]
        pieces = tokenizer.convert_ids_to_tokens(ids)
        assert "[UNK]" not in pieces
        with torch.inference_mode():
            ours = model.roberta.eval()(torch.tensor([ids])).last_hidden_state
            theirs = bert(torch.tensor([[original.token_to_id(p) for p in pieces]]))
        torch.testing.assert_close(ours, theirs.last_hidden_state, atol=1e-5, rtol=1e-5)


def test_the_pip_line_where_the_package_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minilm, "_PACKAGE", "no_such_package")
    with pytest.raises(BaseModelError, match=r"\[minilm\]"):
        minilm.minilm_dir()
