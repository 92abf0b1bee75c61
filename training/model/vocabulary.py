"""Give a trained model a new vocabulary, of all the languages of its training texts.

The layers of a model that has learned English stay; what changes is the table that turns pieces of
words into vectors. A piece that the old vocabulary has keeps its vector. A new piece gets that of
its translation: the titles of one concept in several languages say which English pieces occur
where it does. So "lehrer" starts where "teacher" is, and training begins with what the model knows.

Source: the idea of WECHSEL (Minixhofer, Paischer, Rekabsaz, NAACL 2022), with parallel titles in
place of aligned word vectors.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

import numpy as np
import pandas as pd
import torch
from scipy.sparse import csr_matrix
from tokenizers import (
    Tokenizer,
    decoders,
    models,
    normalizers,
    pre_tokenizers,
    processors,
    trainers,
)
from transformers import (
    BertTokenizerFast,
    PreTrainedTokenizerBase,
    RobertaForSequenceClassification,
)

from core.isco_titles.group_titles import ENGLISH
from core.text import BETWEEN, UNKNOWN

_MIN_FREQUENCY = 3
_ALPHABET = 400  # letters of Latin, Greek, Cyrillic and Arabic, without accents
_SMOOTHING = 0.7  # exponent on a language's share: small languages get pieces as well
_TRAINING_TEXTS = 500_000
_TRANSLATIONS = 4
_SHARPNESS = 4.0
_CONTINUED = "##"


def replace_vocabulary(
    tokenizer: PreTrainedTokenizerBase,
    model: RobertaForSequenceClassification,
    records: pd.DataFrame,
    size: int,
    seed: int,
) -> tuple[BertTokenizerFast, RobertaForSequenceClassification]:
    """Return a tokenizer of at most ``size`` pieces for ``records``, and ``model`` changed for it.

    Parameters
    ----------
    records : ``text, label, group, language``. Texts of one group are translations of each other;
        those without a group are taken with the others of their label.
    """
    new = _train_tokenizer(tokenizer, records, size, seed)
    old_vectors = model.get_input_embeddings().weight.detach().numpy()
    vectors = _translated(tokenizer, old_vectors, new, records)
    table = torch.nn.Embedding.from_pretrained(
        torch.tensor(vectors), freeze=False, padding_idx=new.pad_token_id
    )
    model.set_input_embeddings(table)
    model.config.vocab_size = len(vectors)
    return new, model


def _train_tokenizer(
    old: PreTrainedTokenizerBase, records: pd.DataFrame, size: int, seed: int
) -> BertTokenizerFast:
    """Return a WordPiece tokenizer without accents. Its special tokens are those of ``old``.

    They keep their order: RoBERTa counts positions from the id of the padding.
    """
    names = ("pad_token", "unk_token", "cls_token", "sep_token", "mask_token")
    special = {name: getattr(old, name) for name in names}
    in_order = sorted(special.values(), key=old.convert_tokens_to_ids)
    tokenizer = Tokenizer(
        models.WordPiece(unk_token=special["unk_token"], max_input_chars_per_word=100)
    )
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFD(), normalizers.StripAccents()])
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    trainer = trainers.WordPieceTrainer(
        vocab_size=size,
        min_frequency=_MIN_FREQUENCY,
        limit_alphabet=_ALPHABET,
        special_tokens=in_order,
        continuing_subword_prefix=_CONTINUED,
        show_progress=False,
    )
    tokenizer.train_from_iterator(_balanced(records, seed), trainer)
    tokenizer.decoder = decoders.WordPiece(prefix=_CONTINUED)
    first, last = special["cls_token"], special["sep_token"]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{first} $A {last}",
        special_tokens=[(token, tokenizer.token_to_id(token)) for token in (first, last)],
    )
    fast = BertTokenizerFast(
        tokenizer_object=tokenizer, model_max_length=old.model_max_length, **special
    )
    # The wrapper replaces both by BERT's own.
    fast.backend_tokenizer.normalizer = tokenizer.normalizer
    fast.backend_tokenizer.pre_tokenizer = tokenizer.pre_tokenizer
    return fast


def _balanced(records: pd.DataFrame, seed: int) -> Iterator[str]:
    """Yield texts of all languages, of small languages more than their share."""
    by_language = records.groupby("language")["text"]
    shares = (by_language.size() / len(records)) ** _SMOOTHING
    n_texts = min(_TRAINING_TEXTS, len(records)) * shares / shares.sum()
    for language, texts in by_language:
        n = max(1, round(n_texts[language]))
        yield from texts.sample(n, replace=n > len(texts), random_state=seed)


def _translated(
    old: PreTrainedTokenizerBase,
    old_vectors: np.ndarray,
    new: BertTokenizerFast,
    records: pd.DataFrame,
) -> np.ndarray:
    """Return (V, H) float32: the vector of each piece of ``new``, from the (W, H) of ``old``."""
    titles = records["text"].str.split(BETWEEN, regex=False).str[0]
    records = records.assign(title=titles)[titles != UNKNOWN]
    has_group = records["group"] != ""
    concepts, _ = pd.factorize(records["group"].where(has_group, "label:" + records["label"]))
    is_english = (records["language"] == ENGLISH).to_numpy()
    n_concepts = concepts.max(initial=-1) + 1

    def occurrences(rows: np.ndarray, tokenizer: PreTrainedTokenizerBase) -> csr_matrix:
        """Return (pieces, concepts): the logarithm of how many titles of it have the piece."""
        titles = list(records["title"][rows])
        ids = tokenizer(titles, add_special_tokens=False)["input_ids"] if titles else []
        sets = [set(ids_of_title) for ids_of_title in ids]
        pieces = np.fromiter(chain.from_iterable(sets), int)
        columns = np.repeat(concepts[rows], [len(pieces_of_title) for pieces_of_title in sets])
        shape = (len(tokenizer), n_concepts)
        return csr_matrix((np.ones(len(pieces)), (pieces, columns)), shape=shape).log1p()

    old_pieces, new_pieces = old.get_vocab(), new.get_vocab()
    english = occurrences(is_english, old)
    others = occurrences(~is_english, new)
    together = (others @ english.T).tocsr()
    expected = np.asarray(together.sum(axis=0)).ravel() / max(together.sum(), 1e-9)
    vectors = np.tile(old_vectors.mean(axis=0), (len(new), 1)).astype(np.float32)
    for piece, row in new_pieces.items():
        if piece in old_pieces:
            vectors[row] = old_vectors[old_pieces[piece]]
            continue
        counts = together[row]
        if not counts.nnz:
            continue
        # Pointwise mutual information, weighted by how often the two meet.
        surprise = np.log(counts.data / counts.data.sum() / expected[counts.indices])
        scores = surprise * np.log1p(counts.data)
        best = np.argsort(-scores, kind="stable")[:_TRANSLATIONS]
        weights = np.exp(_SHARPNESS * (scores[best] / max(scores[best[0]], 1e-3) - 1))
        vectors[row] = weights @ old_vectors[counts.indices[best]] / weights.sum()
    return vectors
