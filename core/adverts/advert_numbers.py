"""Leave out of a title what an advert says beside it with numbers, slashes and colons.

The date, "zum 01.09.2024", "summer 2024"; the time, "6 month contract"; the share of a full job,
"0.6 FTE"; the pay, "£28k - 32k", "R$ 2.500", "RAL 30K"; the number of the advert, "Req-10293",
"(ID 123456)"; how many are sought, "3 vacantes"; both sexes, "(hombre/mujer)"; and the name of the
field, "Stelle: Koch". A number without such a word stays ("ISO 27001", "Boeing 737"), but for long
ones in brackets or behind a dash.
"""

from __future__ import annotations

import re
from functools import cache

from core.non_answers.written_values import month_names

_OPEN = r"(?:[(\[]\s*)?"
_CLOSE = r"(?:\s*[)\]])?"
_SEXES = (
    "male female|mann frau|homme femme|hombre mujer|uomo donna|homem mulher|masculino feminino|"
    "masculino femenino|mężczyzna kobieta|muž žena|muškarac žena|moški ženska|man vrouw|man kvinna|"
    "mand kvinde|mann kvinne|mies nainen|férfi nő|bărbat femeie|мъж жена|άνδρας γυναίκα"
)
_FIELD = (
    r"^\s*(?:job(?: title)?|position|vacancy|role|hiring|stelle|stellenangebot|beruf|tätigkeit|"
    r"praca|stanowisko|oferta pracy|rekrutacja|zawód|puesto|vacante|empleo|cargo|ocupación|"
    r"profesión|poste|offre d['’]emploi|recrutement|emploi|métier|posizione|annuncio|"
    r"lavoro|mansione|professione|functie|beroep|vacature|vaga|função|emprego|pozice|práce|"
    r"povolání|pozícia|práca|tjänst|yrke|jobb|stilling|munkakör|zanimanje)\s?:(?=\s*\w)"
)
_SHARE = (
    r"(?<![\w.,])\d[.,]\d{1,2}\s?(?:fte|wte|vzä|etp|úvazku?|úväzku?)\b"
    r"|\b(?:fte|wte|úvazek|úväzok)\s?\d[.,]\d{1,2}(?![\d.,])"
)
_SEASON = (
    r"(?:stagione estiva|spring|summer|autumn|winter|sommer|herbst|été|rentrée|hiver|verano|estate|"
    r"zomer|sommaren|sommar|verão|lato|léto)"
)
_FROM = (
    r"(?:starting|starts|start|from|ab dem|ab|zum|od dnia|od|à partir d[eu]|dès le|démarrage|début|"
    r"desde el|desde|a partir de|inicio|incorporación|dal|da|vanaf|per|från och med|från|início|"
    r"nástup od|nástup|closing date|deadline)"
)
_YEAR = r"20[2-4]\d\b"
_DAY_AND_MONTH = r"(?:0?[1-9]|[12]\d|3[01])(?P<sign>[./-])\s?(?:0?[1-9]|1[0-2])"
_CONTRACT = r"(?<![\w.,/-])\d{1,2}[\s-]?(?:month|mth)s?[\s-](?:contract|ftc|fixed[\s-]term)\b"
_SOUGHT = rf"[(\[–,-]\s?\d{{1,2}}\s(?:vacancies|openings|vacantes|vagas){_CLOSE}(?!\w)"
_AMOUNT = r"(?:\d{1,3}(?:[ .,]\d{3})+|\d{2,5})(?:[.,]\d{1,2})?\s?k?(?!\w)"
_PAY = (
    rf"(?:\bote\s)?(?:\br\$|\bs/\.?|\b(?:us|ca|au|nz|mx)\$|\bral\b\s?:?)\s?{_AMOUNT}"
    rf"(?:\s?[-–]\s?{_AMOUNT})?"
    r"|(?<![\w.,/-])(?:£|€|\$)?\d{2,3}\s?k?\s?[-–]\s?(?:£|€|\$)?\d{2,3}\s?k(?:\s?€|(?!\w))"
)
_NUMBER_NAME = (
    r"(?:requisition|req|riferimento|rif|código|codigo|cód|cod|kennzeichen|kennz|referenznummer|"
    r"stellen-?nr|stellen-?id|chiffre|job ref|jobb-?id|annons|id annuncio|vacaturenummer|"
    r"vacaturenr|nr oferty|oferta nr|nr ref|oferta|offre n°|n° d['’]offre|č\.\s?j|ref\.?\s?č|"
    r"ref\.?nr|ref|réf|id(?=\W{0,3}\d{4}))"
)
_ADVERT = (
    rf"{_OPEN}\b{_NUMBER_NAME}(?![^\W\d_])[\s.:#°º_-]{{0,4}}(?:[a-z]{{1,5}}[-/])?[a-z]{{0,3}}"
    rf"\d[\w/.-]+{_CLOSE}"
)
_LONG_NUMBER = (
    r"(?:^|[–|(\[]\s?|\s-\s)(?!iso|iec|din|en)(?:[a-z]{1,4}[-_]?\d{5,}|\d{5,}(?:-\d+)*(?:-[a-z])?)"
    r"(?:\s*[)\]]|(?=\s*$|\s[–|-]\s))"
)
_SIGNS = re.compile(r"[0-9/:]")
_WORD = re.compile(r"\b[^\W\d_]")


def _dates() -> str:
    """Return a pattern of dates that have a year, or a word such as "from" before them."""
    month = rf"(?:{'|'.join(sorted(month_names(), key=len, reverse=True))})\b"
    return (
        rf"(?:\b{_FROM}[\s:]\s*)?(?<![\w.,/-])(?:{_DAY_AND_MONTH}(?P=sign)\s?(?:{_YEAR}|[2-4]\d\b)"
        rf"|{_YEAR}-\d\d-\d\d\b|(?:\d{{1,2}}\.?\s(?:de\s)?)?{month}\s(?:de\s)?{_YEAR}"
        rf"|{_SEASON}\s{_YEAR})(?![/-])"
        rf"|\b{_FROM}[\s:]\s?\d{{1,2}}\.?\s(?:de\s)?{month}"
        rf"|\b{_FROM}[\s:]\s?\d{{1,2}}\.\s?\d{{1,2}}\.(?!\d)"
    )


@cache
def _numbers() -> re.Pattern[str]:
    # Not at each start: to compile it takes some 10 ms.
    words = [pair.split() for pair in _SEXES.split("|")]
    both = "|".join(rf"{one}\s?/\s?{other}|{other}\s?/\s?{one}" for one, other in words)
    sexes = rf"[(\[]\s?(?:{both})\s?[)\]]|(?<=[\w–-]\s)(?:{both})(?=\s*(?:$|[,–(-]))"
    parts = (sexes, _FIELD, _SHARE, _dates(), _CONTRACT, _SOUGHT, _PAY, _ADVERT, _LONG_NUMBER)
    return re.compile("|".join(parts), re.IGNORECASE)


def without_advert_numbers(title: str) -> str:
    """Return ``title`` without such numbers; one that has nothing else is returned as it is."""
    if not _SIGNS.search(title):
        return title
    left = _numbers().sub(" ", title)
    return left if _WORD.search(left) else title
