"""The verdict of a report: is the batch usual, or what is unusual and what to do about it?

Usual is what a survey of occupations looks like. The limits are ours, and wide: a batch that passes
none of them may still be wrong, which only the random sample tells.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from core.languages.message import Message
from core.taxonomy import MAJOR
from results.batch import Batch

MIN_ANSWERS = 30
"""The shares of fewer answers say little."""
MAX_SHARE_EMPTY = 0.2
MAX_SHARE_NON_ANSWERS = 0.4
MIN_SHARE_AUTOCODED = 0.25
MAX_SHARE_TOO_UNSURE = 0.1
MAX_SHARE_DAMAGED = 0.01
MAX_SHARE_TRUNCATED = 0.05
MAX_SHARE_UNKNOWN_CODES = 0.1
MAX_GROUP_DISTANCE = 0.4
MIN_EXPECTED_AGREEMENT = 0.8


@dataclass(frozen=True)
class Finding:
    """What is unusual about a batch, and what to do about it."""

    what: Message
    remedy: Message


def is_small(batch: Batch) -> bool:
    """Return whether a batch has too few answers to say whether it is usual."""
    return batch.receipt.n_answers < MIN_ANSWERS


def findings(batch: Batch) -> list[Finding]:
    """Return what is unusual about a complete batch; of a small one only what is of the office."""
    if is_small(batch):
        return [*_of_office(batch)]
    return [*_of_office(batch), *_of_records(batch), *_of_codes(batch), *_of_given_codes(batch)]


def _of_office(batch: Batch) -> Iterator[Finding]:
    """Yield what the answers of the office say about the threshold, and of its coders."""
    calibration = batch.calibration
    if calibration.is_sample_below or calibration.is_raised:
        yield Finding(
            Message("Coders agreed with fewer autocoded records than output.wanted_agreement asks"),
            Message(
                "See the calibration below: it names the threshold in force, and the one that is "
                "expected to reach what is wanted."
            ),
        )
    if calibration.are_slips_many:
        yield Finding(
            Message(
                "Coders give another code at so many texts that fewer confidences reach the "
                "threshold"
            ),
            Message("See the calibration below, and what isco coders says of the coders."),
        )


def _of_records(batch: Batch) -> Iterator[Finding]:
    """Yield what is unusual about the records: empty, no answers, damaged, cut."""
    receipt = batch.receipt
    n_damaged = max(receipt.n_lost_letters, receipt.n_encoded_twice)
    for n, most, what, remedy in (
        (
            receipt.n_empty,
            MAX_SHARE_EMPTY,
            Message("Many records have neither a title nor duties"),
            Message("Check that the right columns were read; they are named at the end."),
        ),
        (
            receipt.n_non_answers,
            MAX_SHARE_NON_ANSWERS,
            Message("Many records hold no answer"),
            Message("Check that the right columns were read; they are named at the end."),
        ),
        (
            n_damaged,
            MAX_SHARE_DAMAGED,
            Message("Letters of many records are damaged"),
            Message("Export the file again as UTF-8, or set data.encoding in the settings."),
        ),
        (
            receipt.n_truncated,
            MAX_SHARE_TRUNCATED,
            Message("Many texts are longer than the model reads"),
            Message("Check that the column of duties holds duties, and not a whole interview."),
        ),
    ):
        if n > most * receipt.n_rows_out:
            yield Finding(what, remedy)


def _of_codes(batch: Batch) -> Iterator[Finding]:
    """Yield what is unusual about the codes: few sure ones, other groups, little agreement."""
    receipt, statistics = batch.receipt, batch.statistics
    if receipt.n_autocoded + receipt.n_corrected < MIN_SHARE_AUTOCODED * receipt.n_answers:
        yield Finding(
            Message("Few records could be coded to 4 digits"),
            Message(
                "Look at the uncertain texts below: are they job titles, in a language of the "
                "model? Titles without duties are harder."
            ),
        )
    if receipt.n_too_unsure > MAX_SHARE_TOO_UNSURE * receipt.n_answers:
        yield Finding(
            Message("Many records got no code, because no group was probable enough"),
            Message("Look at the vague texts below; ask the respondents again where you can."),
        )
    drift = statistics.drift(MAJOR)
    if drift is not None and drift.distance > max(MAX_GROUP_DISTANCE, drift.by_chance):
        yield Finding(
            Message("The major groups are others than those of the training"),
            Message(
                "If the survey is of a special population, that is no fault; otherwise review the "
                "random sample before the codes are used."
            ),
        )
    (row,) = (row for row in statistics.what_ifs() if row.is_set)
    if row.expected_agreement_rate < MIN_EXPECTED_AGREEMENT:
        yield Finding(
            Message("Codes of such confidence are often wrong"),
            Message("Raise model.confidence_threshold; the table below shows what it costs."),
        )


def _of_given_codes(batch: Batch) -> Iterator[Finding]:
    agreement = batch.agreement
    if agreement is None:
        return
    if agreement.n_unknown > MAX_SHARE_UNKNOWN_CODES * max(agreement.n_given, 1):
        yield Finding(
            Message("Many codes of the input cannot be read as codes of ISCO-08"),
            Message("Check which classification they are of; ISCO-88 has other codes."),
        )
