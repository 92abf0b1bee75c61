"""Leave out of a title what says nothing of the job, as adverts and lists have it.

"(m/w/d)", "H/F" and the like, which say that the job is open to all; a workload, "80-100 %" or
"38,5 Std./Woche"; the pay, "£12.50 per hour"; the number of the advert, "(Ref. 4711)"; the number
in a list, "3)". A number with a dot stays: the German "2. Offizier" is a rank. So do "24h", which
is a kind of service, and single letters that say something of the job: "A/C", "P/T", licences such
as "C/E", and "M/V" before a ship's name.
"""

from __future__ import annotations

import re
from functools import cache

# Letters for two sexes: English and Romance m f, German m w, Dutch m v, Nordic and Polish m k,
# Czech and South Slavic m ž, Estonian and Finnish m n, French h f, Spanish h m, Hungarian f n,
# Bulgarian м ж, Greek α γ.
_PAIRS = ("mf", "mw", "mk", "mž", "hf", "hm", "мж", "αγ")
_PAIRS_IN_BRACKETS = (*_PAIRS, "mv", "mn", "fn")  # alone, "m/v" may begin a ship's name
_THIRD = r"(?:[dxinu]|nb|div(?:ers|\.)?)"
_ALL = r"gn|all genders|alle geschlechter|mwd|wmd|dmw|mfd|fmd|mfx|fmx|hfx|fhx|mvx|vmx|kmx|mkx"


def _either(pairs: tuple[str, ...], separator: str) -> str:
    orders = [order for pair in pairs for order in (pair, pair[::-1])]
    return "|".join(separator.join(order) for order in orders)


_SLASH = r"\s?[/|]\s?"
_SPACE = r"\s"
_BETWEEN = r"\s*[/|,;:+*-]\s*"
_IN_BRACKETS = (
    rf"[(\[]\s*(?:{_ALL}|(?:{_THIRD}{_BETWEEN})?(?:{_either(_PAIRS_IN_BRACKETS, _BETWEEN)})"
    rf"(?:{_BETWEEN}{_THIRD})*)[\s*]*[)\]]"
)
_BESIDE = (
    rf"(?<![\w/|.])(?:{_THIRD}{_SLASH})?(?:(?:{_either(_PAIRS, _SLASH)})(?:{_SLASH}{_THIRD})*"
    rf"|(?:{_either(_PAIRS_IN_BRACKETS, _SLASH)})(?:(?:{_SLASH}{_THIRD})+|(?=\s*$)))(?![\w/|])"
)
# As it stands in texts that were cleaned: corrections that were kept before marks were left out.
_AT_THE_END = (
    rf"(?<=\s)(?:{_THIRD}\s)?(?:{_either(_PAIRS_IN_BRACKETS, _SPACE)})(?:\s{_THIRD})*(?=\s*$)"
)
_WORKLOAD = (
    r"(?:\b(?:à|på|zu)\s)?(?<![\w.,])(?:\d{1,3}\s?%?\s?(?:[-–/]|bis|to|à)\s?)?\d{1,3}\s?%(?!\w)"
)
_HOUR = (
    r"h|hrs?|hours?|std|stunden|wochenstunden|wstd|uur|uren|heures?|horas?|ore|godz|godzin|timer|"
    r"tim|timmar|tuntia|óra|órás|hod|hodin|hodín|sati|ώρες|часа"
)
_WEEK = (
    r"p/?\.?w|week|wk|weekly|day|woche|wo|wöchentlich|tag|semaine|hebdo|hebdomadaires|jour|semana|sem|"
    r"semanales|semanais|día|dia|settimana|settimanali|tydzień|tyg|tygodniowo|dzień|dziennie|vecka|"
    r"uge|ugen|uke|viikko|vko|viikossa|týdně|týždenne|hét|săptămână|zi|maand|month"
)
_PER = r"(?:/|(?:per|an?|pro|par|por|pr|p|na|za|al|la|om|à|i)\b\.?)"
_NUMBER = r"\d{1,2}(?:[.,]\d{1,2})?"
# "Grade 7 HR" is no time of seven hours, and "24 Stunden" a kind of service.
_WEEKLY = rf"\s?{_PER}?\s?(?:{_WEEK})\b\.?"
_HOURS = (
    rf"(?<![\w.,/])(?:{_NUMBER}\s?(?:[-–/]|bis|to|à)\s?|(?!24(?!\d)))"
    rf"(?:{_NUMBER}\s?(?:{_HOUR})\b\.?{_WEEKLY}|\d{{2}}(?:[.,]\d{{1,2}})?\s?(?:{_HOUR})\b\.?)"
)
_CURRENCY_SIGN = r"[£€$]|\b(?:eur|gbp|usd|chf|pln)\b"
_CURRENCY = rf"{_CURRENCY_SIGN}|(?:euros?|zł|kč|kr)\b"
# Of one digit it is a name: "£1 shop", "Euro 6 diesel".
_AMOUNT = r"(?:\d{1,3}(?:[ .,]\d{3}){1,3}|\d{2}\d*|\d(?=[.,]\d))(?:[.,][\d-]{1,2})?\s?k?"
_TIME = (
    r"h|hr|hour|annum|year|month|week|day|a|pa|ph|stunde|std|monat|jahr|heure|mois|an|hora|mes|godz|"
    r"godzinę|miesiąc|uur|maand|ora|mese|hod|tim|timme"
)
_OF_TAX = r"(?:\s?(?:brut(?:to|o)?|net(?:to|o)?|gross|pro rata)\b)?"
# "450-Euro-Basis" is a contract (advert_words.yaml).
_PAY = (
    r"(?:\b(?:up to|from|ab|bis zu)\s)?(?<![\w.,])"
    rf"(?:(?:{_CURRENCY_SIGN})\s?{_AMOUNT}(?:\s?[-–]\s?[£€$]?\s?{_AMOUNT})?"
    rf"|{_AMOUNT}(?:\s?[-–]\s?{_AMOUNT})?\s?(?:{_CURRENCY})(?![-\s]*(?:basis|job|shop|store)))"
    rf"{_OF_TAX}(?:\s?{_PER}\s?(?:{_TIME})\b\.?|\s?p\.?[ah]\b\.?)?{_OF_TAX}(?!\w)"
)
_ADVERT_NAMES = r"r[eé]f(?:erence|érence|erenz|erencia)?|kennziffer|job[ -]?id"
_ADVERT = (
    rf"[(\[]?\s*(?:(?<!\w)(?:{_ADVERT_NAMES})(?![^\W\d_])[\s.:#°º-]*(?:n[or]?[.°º]\s*)?[a-z]{{0,5}}"
    r"[-/]?|(?<!\w)#\s?(?=[\d/-]{3}))\d[\w/.-]{2,}\s*[)\]]?"
)
_LIST_NUMBER = re.compile(r"\s*\(?(?:\d{1,3}|[a-z])\)\s*(?=[^\W\d_])", re.IGNORECASE)
_ANY_LIST_NUMBER = re.compile(r"(?<!\w)(?:\d{1,3}|[a-z])\)", re.IGNORECASE)
_SIGNS = re.compile(r"[/|()\[%#0-9]|\s\w\s\w\s*$")


@cache
def _marks() -> re.Pattern[str]:
    # Not at each start: to compile it takes some 10 ms.
    return re.compile(
        "|".join((_IN_BRACKETS, _BESIDE, _AT_THE_END, _WORKLOAD, _HOURS, _PAY, _ADVERT)),
        re.IGNORECASE,
    )


def without_marks(title: str) -> str:
    """Return ``title`` without such marks; a title without any is returned as it is.

    A list number goes where it is the only one: "1) nurse 2) driver" names two jobs.
    """
    if not _SIGNS.search(title):
        return title
    if _LIST_NUMBER.match(title) and len(_ANY_LIST_NUMBER.findall(title)) == 1:
        title = _LIST_NUMBER.sub("", title, count=1)
    return _marks().sub(" ", title)
