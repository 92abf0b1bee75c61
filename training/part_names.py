"""How people read the keys of ``metrics.json``, which are English: sets of texts, and counts.

A set of texts has a name such as ``bundled hold-out set, language de``.
"""

from __future__ import annotations

from contextlib import suppress

from core.isco_codes.written_code import KIND_WORDS
from core.languages.message import LanguageName, Message
from training.dataset.dataset_parts import BUNDLED_HOLD_OUT, OTHER_LANGUAGES, OWN_HOLD_OUT
from training.dataset.unusable_records import GROUP_ALONE, NO_ANSWER, NO_TEXT
from training.run_folder import BEFORE_QUANTIZATION, SEEN, TEST

LANGUAGE = "language"
UNKNOWN = "unknown"
"""The subset of a language is named ``language de``; ``language unknown`` where none is stated."""
_SETS: dict[str, str] = {
    OWN_HOLD_OUT: Message("own hold-out set"),
    BUNDLED_HOLD_OUT: Message("bundled hold-out set"),
    OTHER_LANGUAGES: Message("bundled hold-out set of other languages"),
    TEST: Message("test texts"),
    SEEN: Message("training texts"),
    BEFORE_QUANTIZATION: Message("test texts before quantisation"),
}
# How the bundled answers are written: see data/reference/answers/README.md.
_KINDS = {
    "title": Message("a title alone"),
    "duties": Message("with duties"),
    "vacancy": Message("job advert"),
    "first_person": Message("first person"),
    "misspelt": Message("misspelt"),
    "abbreviated": Message("abbreviated"),
    "border": Message("borderline case"),
    "common": Message("common title"),
    "vague": Message("vague"),
}


_COUNTS: dict[str, str] = {
    "train": Message("training"),
    "validation": Message("validation"),
    "calibration": Message("calibration"),
    "in_doubt": Message("in doubt"),
    "disputed": Message("disputed"),
    "of_several_occupations": Message("of several occupations"),
    "of_3_digits_or_not_codable": Message("of 3 digits or not codable"),
    "measuring_or_calibrating": Message("measuring or calibrating"),
    "n_clusters": Message("clusters"),
    "n_unclustered": Message("texts outside of clusters"),
    "n_outliers_listed": Message("outliers listed"),
    "n_outliers_wrong": Message("outliers with a doubtful code"),
    "n_label_issues": Message("doubtful codes"),
    "n_suspects": Message("suspects"),
    "n_changed": Message("weight changed"),
    "codes_not_judged": Message("codes not judged"),
    "loss": Message("loss"),
    "macro_f1": Message("macro-F1"),
    "seconds": Message("seconds"),
    "averaged": Message("weights averaged"),
    "n_texts": Message("texts"),
    "fp32_max_logit_difference": Message("largest difference of a logit (fp32)"),
    "int8_agreement": Message("agreement (int8)"),
    "n_inputs_kept_fp32": Message("inputs kept in fp32"),
    **{str(words): words for words in (NO_TEXT, NO_ANSWER, GROUP_ALONE, *KIND_WORDS.values())},
}


def count_name(key: str) -> str:
    """Return the key of a count for people; one that is not known, or a file's name, as it is."""
    return _COUNTS.get(key, _SETS.get(key, key))


def part_name(name: str) -> str:
    """Return the name of a set or of a part of one for people; one that is not known as it is."""
    whole, _, subset = name.partition(", ")
    shown = _SETS.get(whole, whole)
    if not subset:
        return shown
    return Message("{texts}, {subset}", texts=shown, subset=_subset_name(subset))


def _subset_name(subset: str) -> str:
    kind, _, code = subset.partition(" ")
    if kind == LANGUAGE and code:
        if code == UNKNOWN:
            return Message("language not stated")
        with suppress(KeyError):  # no language of ISO 639-1
            return LanguageName(code)
    return _KINDS.get(subset, subset)
