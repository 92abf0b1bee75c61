"""Generated input files: format × encoding × delimiter × layout × language × junk × damage.

``files()`` is a hypothesis strategy of ``GeneratedFile``. ``check_reading`` compares what a reader
made of one with what was meant: every cell and the title column. A whole file in Unicode must be
read; another one may be refused.
"""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

from core.columns.header_words import usual_names
from tests.support.format_writers import WRITERS, kept_name, kept_text

Rows = list[list[str]]

JOBS = {
    "ar": ["ممرضة", "سائق حافلة", "معلم مدرسة", "طباخ", "بائع في متجر"],
    "bg": ["учител", "шофьор на автобус", "медицинска сестра", "продавач", "готвач"],
    "cs": ["učitelka", "řidič autobusu", "zdravotní sestra", "prodavač", "kuchař"],
    "da": ["sygeplejerske", "buschauffør", "skolelærer", "køkkenassistent", "sælger"],
    "de": ["Bäcker", "Straßenbauer", "Verkäuferin", "Köchin", "Pflegekraft für Ältere"],
    "el": ["νοσοκόμα", "οδηγός λεωφορείου", "δάσκαλος", "μάγειρας", "πωλήτρια"],
    "en": ["registered nurse", "bus driver", "primary school teacher", "welder", "cook"],
    "es": ["enseñanza", "albañil", "enfermera", "conductor de autobús", "médico"],
    "et": ["õpetaja", "müüja", "bussijuht", "õde", "kokk"],
    "fi": ["sairaanhoitaja", "linja-autonkuljettaja", "keittäjä", "myyjä", "työnjohtaja"],
    "fr": ["infirmière", "employé de bureau", "maçon", "agent de sécurité", "cuisinière"],
    "ga": ["múinteoir", "altra", "tiománaí bus", "cócaire", "siúinéir"],
    "hr": ["učiteljica", "vozač autobusa", "medicinska sestra", "zidar", "prodavačica"],
    "hu": ["tanító", "autóbuszvezető", "ápoló", "eladó", "kőműves"],
    "id": ["perawat", "sopir bus", "guru sekolah dasar", "juru masak", "penjaga toko"],
    "is": ["hjúkrunarfræðingur", "bílstjóri", "kennari", "þýðandi", "kokkur"],
    "it": ["infermiera", "autista di autobus", "perito qualità", "cuoco", "muratore"],
    "lt": ["mokytoja", "slaugė", "pardavėja", "virėjas", "šaltkalvis"],
    "lv": ["skolotājs", "medmāsa", "šoferis", "pārdevējs", "pavārs"],
    "mt": ["għalliema", "infermiera", "xufier tal-linja", "kok", "bennej"],
    "nl": ["verpleegkundige", "buschauffeur", "leraar basisschool", "kok", "financiële medewerker"],
    "no": ["sykepleier", "bussjåfør", "lærer", "kokk", "selger i dagligvare"],
    "pl": ["pielęgniarka", "kierowca autobusu", "sprzątaczka", "żołnierz", "nauczycielka"],
    "pt": ["médico", "técnico de manutenção", "professora", "motorista de ônibus", "cozinheira"],
    "ro": ["învățător", "șofer", "asistentă medicală", "vânzătoare", "bucătar"],
    "ru": ["медсестра", "водитель автобуса", "учитель начальных классов", "повар", "сварщик"],
    "sk": ["učiteľka", "vodič autobusu", "zdravotná sestra", "murár", "kuchár"],
    "sl": ["učiteljica", "voznik avtobusa", "medicinska sestra", "zidar", "kuhar"],
    "sv": ["lärare", "sjuksköterska", "målare", "försäljare", "kock"],
    "tr": ["öğretmen", "hemşire", "şoför", "satış görevlisi", "aşçı"],
    "uk": ["вчитель", "водій автобуса", "медсестра", "кухар", "продавець"],
}
_WESTERN = ["cp1252", "mac_roman", "cp850"]
_BALTIC = ["cp1257", "iso8859_13"]
_CENTRAL = ["cp1250", "iso8859_2", "cp852"]
_LEGACY = {
    **dict.fromkeys(["da", "de", "es", "fi", "fr", "ga", "it", "nl", "no", "pt", "sv"], _WESTERN),
    **dict.fromkeys(["cs", "hr", "hu", "pl", "sk", "sl"], _CENTRAL),
    **dict.fromkeys(["et", "lt", "lv"], _BALTIC),
    "ar": ["cp1256"],
    "bg": ["cp1251", "mac_cyrillic", "iso8859_5"],
    "el": ["cp1253", "iso8859_7"],
    "is": ["cp1252"],
    "ru": ["cp1251", "koi8_r", "cp866"],
    "tr": ["cp1254", "iso8859_9"],
    "uk": ["cp1251"],
}
UNICODE = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"]
_ASCII_JUNK = [
    *["", " ", "NA", "0110", "1e5", "12345678901234567890123", "=1+1", "x, y; z", "a\r\nb", '"'],
    *['say "x"', "|", "\t", "&amp;", "<b>x</b>", "-9", "#N/A", "2026-01-01", "'", "\\", "sep=;"],
    *["0,98", "1 234,50", "true", "Mr", "retired", "a\nb\nc", "x" * 3_000, "None", "7212.0"],
]
_OTHER_JUNK = [
    "❤️",
    "\u200b",
    "\xa0",
    "ｎｕｒｓｅ",
    "日本",
    "n\u0301",
    "\ufeff",
    "cafÃ©",
    "\u2028",
    "\x85",
]
_JUNK = st.one_of(
    st.sampled_from(_ASCII_JUNK),
    st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=12),
)
_UNICODE_JUNK = st.one_of(_JUNK, st.sampled_from(_OTHER_JUNK))
_LAYOUTS = [
    *[
        "plain",
        "plain",
        "plain",
        "separator line",
        "lines above",
        "index",
        "columns without a name",
    ],
    *["qualtrics", "surveymonkey", "delimiter at every end", "blank lines"],
]
_DAMAGES = [*[""] * 14, "cut", "ragged", "quote", "nul", "no title"]
_N_CUT = 4  # characters of the last row


@dataclass(frozen=True)
class GeneratedFile:
    """The bytes of a file and what they mean; ``must_be_read`` if no doubt is allowed."""

    suffix: str
    content: bytes
    header: list[str]
    rows: Rows
    title: str
    is_cut: bool
    must_be_read: bool
    description: str


@st.composite
def files(draw: st.DrawFn) -> GeneratedFile:
    """Draw a file with a column of titles, and others around it."""
    if draw(st.integers(0, 2)):
        return draw(_delimited_files())
    return draw(_other_files())


@st.composite
def _other_files(draw: st.DrawFn) -> GeneratedFile:
    """Draw a workbook, or a file of Parquet, JSON Lines, Stata or SPSS."""
    suffix = draw(st.sampled_from(sorted(WRITERS)))
    language = draw(st.sampled_from(sorted(JOBS)))
    name = draw(st.sampled_from(usual_names("job_title", language)[:6]))
    title = kept_name(_written(draw, name, "utf-8"), suffix)
    rows = [
        [str(n), draw(st.sampled_from(JOBS[language])), kept_text(draw(_UNICODE_JUNK), suffix)]
        for n in range(draw(st.integers(2, 8)))
    ]
    header = ["id", title, "v3"]
    is_cut = draw(st.integers(0, 9)) == 0
    content = WRITERS[suffix](header, rows)
    return GeneratedFile(
        suffix=suffix,
        content=content[:-_N_CUT] if is_cut else content,
        header=header,
        rows=rows,
        title=title,
        is_cut=is_cut,
        must_be_read=not is_cut,
        description=f"{suffix} {language} {'cut' if is_cut else ''}",
    )


@st.composite
def _delimited_files(draw: st.DrawFn) -> GeneratedFile:
    language = draw(st.sampled_from(sorted(JOBS)))
    encoding = draw(st.sampled_from([*UNICODE, *_LEGACY.get(language, [])]))
    delimiter = draw(st.sampled_from([",", ";", "\t", "|"]))
    layout = draw(st.sampled_from(_LAYOUTS))
    damage = draw(st.sampled_from(_DAMAGES))
    line_end = draw(st.sampled_from(["\r\n", "\r\n", "\n"]))
    quotes_all = draw(st.booleans())
    name = draw(st.sampled_from(usual_names("job_title", language)[:6]))
    title = _written(draw, name, encoding)
    junk = _UNICODE_JUNK if encoding in UNICODE else _JUNK
    n_rows = draw(st.integers(2, 8))
    header = ["id", title, "v3"]
    rows = [[str(n), draw(st.sampled_from(JOBS[language])), draw(junk)] for n in range(n_rows)]
    if layout == "index":
        header, rows = ["", *header], [[str(n), *row] for n, row in enumerate(rows)]
    if layout == "columns without a name":
        header, rows = [*header, "", ""], [[*row, "", ""] for row in rows]
    dialect = _Dialect(delimiter, line_end, quotes_all)
    lines = _lines(layout, header, rows, dialect)
    if damage == "no title":
        lines = lines.replace(title, "colour")
        # A question below the names may still tell where the titles are.
        header = ["colour" if name == title else name for name in header]
        title = "colour"
    content = _damaged(lines, damage, dialect).encode(encoding, "replace")
    suffix = draw(st.sampled_from([".csv", ".csv", ".tsv", ".txt", ".csv.gz"]))
    return GeneratedFile(
        suffix=suffix,
        content=gzip.compress(content, mtime=0) if suffix.endswith(".gz") else content,
        header=header,
        rows=rows,
        title=title,
        is_cut=damage == "cut",
        must_be_read=encoding in UNICODE and not damage,
        description=f"{suffix} {language} {encoding} {dialect} {layout} {damage}",
    )


@dataclass(frozen=True)
class _Dialect:
    delimiter: str
    line_end: str
    quotes_all: bool


def _written(draw: st.DrawFn, name: str, encoding: str) -> str:
    """Return a header name as people write it, of letters that the encoding has."""
    writings = [name, name.upper(), name.replace(" ", "_"), name.title().replace(" ", "")]
    written = draw(st.sampled_from(writings))
    has_letters = written.encode(encoding, "replace").decode(encoding) == written
    return written if has_letters else "Job title"


def _lines(layout: str, header: Sequence[str], rows: Rows, dialect: _Dialect) -> str:
    file = io.StringIO(newline="")
    end = dialect.line_end
    if layout == "separator line":
        file.write(f"sep={dialect.delimiter}{end}")
    if layout == "lines above":
        file.write(f"A survey{end}of the year 2026{end}{end}")
    last = [""] if layout == "delimiter at every end" else []
    writer = csv.writer(
        file,
        delimiter=dialect.delimiter,
        lineterminator=end,
        quoting=csv.QUOTE_ALL if dialect.quotes_all else csv.QUOTE_MINIMAL,
    )
    writer.writerow(header)
    if layout == "qualtrics":
        writer.writerow(["Response ID", "What is your job?", "Other"])
        writer.writerow([f'{{"ImportId":"QID{n}"}}' for n in range(len(header))])
    if layout == "surveymonkey":
        writer.writerow(["", "Open-Ended Response", ""])
    for number, row in enumerate(rows):
        if layout == "blank lines" and number % 2:
            file.write(end)
        writer.writerow([*row, *last])
    return file.getvalue()


def _damaged(lines: str, damage: str, dialect: _Dialect) -> str:
    if damage == "cut":
        return lines[:-_N_CUT]
    if damage == "ragged":
        return lines + dialect.delimiter.join("9xyzwv") + dialect.line_end
    if damage == "quote":
        return f'{lines}9{dialect.delimiter}"cook{dialect.delimiter}x{dialect.line_end}'
    return lines + "\0" if damage == "nul" else lines


def check_reading(file: GeneratedFile, header: list[str], rows: Rows, title: str) -> None:
    """Raise AssertionError for a changed value, or for another title column than was meant."""
    meant = [*file.rows[: len(rows) - 1], *rows[-1:]] if file.is_cut else file.rows
    assert header == file.header, f"{file.description}: {header}"
    assert rows == meant, f"{file.description}: {rows} instead of {meant}"
    assert title == file.title, f"{file.description}: {title!r} instead of {file.title!r}"
