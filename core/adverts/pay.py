"""The forms of the pay in adverts: "£12.50 per hour", "30-35k", "od 30 zł/h", "Rp 5 juta"."""

from __future__ import annotations

import re
from functools import cache

from core.adverts.advert_table import any_mark_word, first_letters, has_run, mark_words
from core.adverts.working_time import per, rate
from core.letters.conjunctions import any_word_between_numbers
from core.letters.word_pattern import any_of

_SIGN = "[£€$₹]"
_THOUSANDS = r"\d{1,3}(?:[ .,'’]\d{3})"  # "30 000", "30.000", "30,000", "30'000"
_CENTS = r"(?:[.,][\d-]{1,2})?"
_NO_LETTER = r"(?![^\W\d_])"
_GAP = rf"\.?{_NO_LETTER}\s?:?\s?"
_ANY_SIGN = re.compile(_SIGN)
_THOUSAND_SHORT = re.compile(r"\dk", re.IGNORECASE)


def may_have_pay(title: str) -> bool:
    """Return whether ``title`` has a currency, without which it has no pay."""
    return _ANY_SIGN.search(title) is not None or has_run(title, _currencies())


def may_have_pay_beside(title: str) -> bool:
    """Return whether ``title`` has what an amount without a currency needs: a name, or "k"."""
    return _THOUSAND_SHORT.search(title) is not None or has_run(title, _labels())


@cache
def _currencies() -> frozenset[str]:
    parts = ("code", "currency", "of_thousands")
    return first_letters(word for part in parts for word in mark_words("pay", part))


@cache
def _labels() -> frozenset[str]:
    return first_letters(mark_words("pay", "label"))


def pay() -> str:
    """Return a pattern of amounts with a currency, and of what is said about them."""
    before, behind, amount, to = _currency_before(), _currency_behind(), _amount(), _to()
    stays = rf"(?![-\s]*{any_mark_word('pay', 'stays_before')})"
    # Of one digit it is a name, but where it is the pay of an hour: "£1 shop", "Euro 6 diesel".
    one_digit = rf"(?:{before}\s?\d|\d\s?{behind})\s?{per()}\s?{_period()}"
    return (
        rf"{_said_before()}(?<![\w.,])"
        rf"(?:{before}\s?{amount}(?:\s?{behind})?(?:{to}(?:{before}\s?)?{amount}(?:\s?{behind})?)?"
        rf"|{amount}(?:(?:\s?{behind})?{to}{amount})?\s?{behind}{stays}|{one_digit})"
        rf"{_said_behind()}(?!\w)"
    )


def pay_beside_title() -> str:
    """Return a pattern of amounts that are pay only beside a title: "RAL 9010" is a colour."""
    label, from_ = any_mark_word("pay", "label"), any_of(_words_before())
    times = _times()
    # Behind a name that stands elsewhere, too, fewer numbers are an amount: "SAP S/4.1", "KR 210",
    # "RAL 1234567".
    strict = (
        rf"(?:(?:{_THOUSANDS}{{1,3}}|\d{{4,6}}){_CENTS}(?:\s?{times})?"
        rf"|(?:\d{{1,3}}{_to()})?\d{{1,3}}\s?{times})"
    )
    number = rf"{_SIGN}?\d{{2,3}}\s?"
    return (
        rf"(?<!\w){label}{_GAP}(?:(?:{label}|{from_}){_GAP}){{0,2}}"
        rf"{strict}(?:{_to()}{strict})?(?:\s?{_currency_behind()})?{_said_behind()}(?![\w.,/]\w|\w)"
        rf"|(?<![\w.,/-]){number}k?\s?[-–]\s?{number}k(?:\s?€|(?!\w)){_said_behind()}(?!\w)"
    )


def _amount() -> str:
    """Return a pattern of an amount, of two digits at least, or of thousands."""
    number = rf"(?:{_THOUSANDS}{{1,3}}|\d{{2,}}|\d(?=[.,]\d|\s?{_times()}))"
    return rf"{number}{_CENTS}(?:\s?{_times()})?\+?"


def _times() -> str:
    return rf"{any_mark_word('pay', 'times')}(?!\w)"


def _currency_before() -> str:
    return rf"(?:{_SIGN}|(?<!\w){any_mark_word('pay', 'code')}{_NO_LETTER})"


def _currency_behind() -> str:
    words = any_of(mark_words("pay", "code") | mark_words("pay", "currency"))
    # "80 ft" is the length of a yacht.
    name = rf"{any_mark_word('pay', 'of_thousands')}(?!\w)"
    is_thousands = r"(?:(?<=\d[ .]\d{3}\s)|(?<=\d[ .]\d{3}))"
    of_thousands = rf"(?:{is_thousands}{name}|{name}(?=\s?/\s?[^\W\d]))"
    return rf"(?:{_SIGN}|{words}(?!\w)\.?|{of_thousands}\.?)"


def _to() -> str:
    return rf"\s?(?:[-–]|{any_word_between_numbers()})\s?"


def _period() -> str:
    hours = mark_words("hours", "hour") | mark_words("hours", "short")
    return rf"{any_of(mark_words('period') | mark_words('rate') | hours)}(?!\w)\.?"


def _said_before() -> str:
    words = _words_before() | mark_words("pay", "label") | mark_words("pay", "kind")
    return rf"(?:(?<!\w){any_of(words | mark_words('rate'))}{_GAP}){{0,4}}"


def _words_before() -> frozenset[str]:
    return mark_words("pay", "before") | mark_words("from")


def _said_behind() -> str:
    words = any_of(mark_words("pay", "kind") | mark_words("pay", "label"))
    said = rf"{words}(?!\w)|{per()}\s?{_period()}|{rate()}"
    return rf"(?:\s?(?:{said})){{0,4}}"
