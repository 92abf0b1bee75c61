"""Recognise the errors that spreadsheets write into cells: ``#VALUE!``, ``#BEZUG!``, ``Err:502``.

The names are those of Excel and LibreOffice in the languages of the non-answers. A cell is an error
only if it is nothing else: "#1 nurse" is text.
"""

from __future__ import annotations

import re
from functools import cache

# Without the leading #, the Spanish ¡ and ¿, and the last ! or ?.
_NAMES = """
VALUE REF NAME NULL NUM N/A DIV/0 SPILL CALC FIELD BLOCKED CONNECT UNKNOWN BUSY GETTING_DATA
EXTERNAL PYTHON ERROR
WERT BEZUG NV ZAHL ÜBERLAUF KALK FELD BLOCKIERT VERBINDEN UNBEKANNT DATEN_ABRUFEN
VALEUR NOM NOMBRE NUL PROPAGATION CHAMP BLOQUE CONNEXION INCONNU
VALOR NOMBRE NULO N/D DESBORDAMIENTO ÉNUM NOME NÚM DESPEJAR CAMPO BLOQUEADO CONECTAR
VALORE RIF NULLO ESPANSIONE CALCOLO
WAARDE VERW NAAM GETAL N/B DEEL/0 LEEG OVERLOPEN
ARG ADR NAZWA LICZBA N/D DZIEL/0 ZERO ROZLANIE
VALOARE NUME NUMĂR
HODNOTA ODKAZ NÁZEV ČÍSLO NENÍ_K_DISPOZICI DĚLENÍ_NULOU NEDOSTUPNÝ DELENIE_NULOU CHYBA
VREDN SKLIC IME ŠTEV DELJ/0 NI_NA_VOLJO VRIJEDNOST BROJ DIJ/0 NEMA
ÉRTÉK HIV NÉV SZÁM HIÁNYZIK ZÉRÓOSZTÓ NULLA
СТОЙНОСТ РЕФ ИМЕ ЧИСЛО Н/Д ДЕЛ/0 ΤΙΜΗ ΑΝΑΦ ΟΝΟΜΑ ΑΡΙΘ ΔΙΑΙΡ/0 Δ/Υ ΚΕΝΟ
REIKŠMĖ NUORODA VARDAS SKAIČIUS NĖRA DAL/0 VĒRTĪBA ATS VĀRDS SKAITLIS NAV DAL/0
VÄÄRTUS VIIDE NIMI ARV PUUDUB JAGA/0
ARVO VIITTAUS LUKU PUUTTUU TYHJÄ JAKO/0
VÄRDEFEL REFERENS NAMN OGILTIGT SAKNAS DIVISION/0 SKÄRNING
VÆRDI REFERENCE NAVN I/T VERDI GILDI TILV NAFN TALA EKKI_TIL
"""
_ERROR = re.compile(r"#[¡¿]?(?P<name>[^\s!?]+)[!?]?|err:\d{3}", re.IGNORECASE)


def is_spreadsheet_error(cell: str) -> bool:
    """Return whether ``cell`` holds the error of a formula and nothing else."""
    cell = cell.strip()
    if not cell.startswith(("#", "E", "e")):
        return False
    match = _ERROR.fullmatch(cell)
    if match is None:
        return False
    return match["name"] is None or match["name"].upper() in _names()


@cache
def _names() -> frozenset[str]:
    return frozenset(_NAMES.split())
