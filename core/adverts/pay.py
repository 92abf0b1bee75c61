"""The forms of the pay in adverts: "£12.50 per hour", "30-35k", "R$ 2.500", "RAL 30K"."""

from __future__ import annotations

from core.adverts.advert_table import any_mark_word
from core.adverts.working_time import per

_SIGN = "[£€$]"
_SIGN_OR_CODE = rf"(?:{_SIGN}|\b(?:eur|gbp|usd|chf|pln)\b)"
# Of one digit it is a name: "£1 shop", "Euro 6 diesel".
_AMOUNT = r"(?:\d{1,3}(?:[ .,]\d{3}){1,3}|\d{2,}|\d(?=[.,]\d))(?:[.,][\d-]{1,2})?\s?k?"
# Behind a sign that stands elsewhere, too, fewer numbers are an amount: "SAP S/4.1", "RAL 1234567".
_STRICT_AMOUNT = r"(?:\d{1,3}(?:[ .,]\d{3})+|\d{2,5})(?:[.,]\d{1,2})?\s?k?(?!\w)"
_TO = r"\s?[-–]\s?"


def pay() -> str:
    """Return a pattern of amounts with a currency, and of what is said about them."""
    tax = rf"(?:\s?{any_mark_word('pay', 'tax')}\b)?"
    return (
        rf"(?:\b{any_mark_word('pay', 'before')}\s)?(?<![\w.,])"
        rf"(?:{_SIGN_OR_CODE}\s?{_AMOUNT}(?:{_TO}{_SIGN}?\s?{_AMOUNT})?"
        rf"|{_AMOUNT}(?:{_TO}{_AMOUNT})?\s?(?:{_SIGN_OR_CODE}|{any_mark_word('pay', 'currency')}\b)"
        rf"(?![-\s]*{any_mark_word('pay', 'stays_before')}))"
        rf"{tax}(?:\s?{per()}\s?{any_mark_word('pay', 'period')}\b\.?"
        rf"|\s?{any_mark_word('pay', 'rate')}\b\.?)?{tax}(?!\w)"
    )


def pay_beside_title() -> str:
    """Return a pattern of amounts that are pay only beside a title: "RAL 9010" is a colour."""
    label = any_mark_word("pay", "label")
    number = rf"{_SIGN}?\d{{2,3}}\s?"
    return (
        rf"(?:\b{any_mark_word('pay', 'target')}\s)?"
        rf"\b(?:{any_mark_word('pay', 'sign')}|{label}\b\s?:?)\s?"
        rf"{_STRICT_AMOUNT}(?:{_TO}{_STRICT_AMOUNT})?"
        rf"|(?<![\w.,/-]){number}k?{_TO}{number}k(?:\s?€|(?!\w))"
    )
