"""What the name of a file tells: whether it is read, held, or none of our business.

This is the one list of the endings that are read. The daemon, ``isco classify``, also on Ray,
``evaluate`` and ``train`` take the same. The content of a file decides its format
(``file_format.py``).
"""

from __future__ import annotations

import re

from core.formats.file_format import FileFormat
from core.languages.message import Message

_DELIMITED_SUFFIXES = (".csv", ".tsv", ".tab", ".txt")
_PACKED = ".gz"
READ_SUFFIXES = (
    *_DELIMITED_SUFFIXES,
    *(suffix + _PACKED for suffix in _DELIMITED_SUFFIXES),
    ".xlsx",
    ".xls",
    ".ods",
    ".parquet",
    ".jsonl",
    ".jsonl" + _PACKED,
    ".dta",
    ".sav",
)
TEXT_SUFFIXES = frozenset({*_DELIMITED_SUFFIXES, ".jsonl"})
"""Of these the end can be seen: a complete record ends with a line break."""
_STATISTICS_SUFFIXES = (".dta", ".sav")
_SPOKEN = ", ".join(READ_SUFFIXES)

# What systems and programs put beside files, in any folder.
_LITTER = re.compile(
    r"\.ds_store|\._\.ds_store|icon\r|thumbs\.db|ehthumbs\.db|ehthumbs_vista\.db|desktop\.ini"
    r"|\.directory|\.localized|\.gitkeep|\.gitignore|\.keep|lost\+found|@eadir|\$recycle\.bin"
    r"|system volume information|\.trash.*|\.spotlight-.*|\.fseventsd|\.temporaryitems"
    r"|\.apdisk|\.documentrevisions-.*|\.stfolder.*|\.stignore|\.stversions|\.dropbox.*"
    r"|~\$.*|\.~lock\..*#|\.#.*|#.*#|.*\.sw[op]|\.fuse_hidden.*|\.nfs.*|\.smb[0-9a-f]+.*"
    r"|_success|_metadata|_common_metadata|_committed_\d+|_started_\d+|\..*\.crc"
    r"|\.isco|\.work|\.probe-.*",
    re.IGNORECASE,
)
# What is on its way: it gets another name when it is complete.
_UNFINISHED = re.compile(
    r".*\.(?:part|partial|crdownload|download|filepart|opdownload|tmp|temp)|\.syncthing\..*"
    r"|~syncthing~.*|\.goutputstream-.*|\.~.*|~wr[a-z]\d+.*|\..+\.[a-z0-9]{6}|.*\.!ut|.*\.aria2",
    re.IGNORECASE,
)
UNFINISHED = Message("it is an unfinished copy or download; waiting until it gets its final name")
# How Dropbox, Nextcloud, Syncthing, Seafile and Google Drive name the loser of a conflict.
_CONFLICT = re.compile(
    r"conflicted copy|case conflict|sync-conflict-\d|_conflict-\d|\[conflict|sfconflict"
    r"|in konflikt stehende kopie|copie en conflit|copia en conflicto",
    re.IGNORECASE,
)
_IN_CONFLICT = Message("it is a conflict copy of a sync client; rename it to have it coded")
_HIDDEN = Message("it is a hidden file; give it a name without a dot at the start to have it coded")
_APPLE_DOUBLE = Message(
    "it is what a Mac keeps beside a file on other disks (AppleDouble), and it has no records; "
    "remove it"
)
_HIDDEN_FOLDER = Message("it is a hidden folder; give it a name without a dot at the start")
_MAC_BUNDLES = (".numbers", ".pages", ".key", ".app", ".rtfd")
_MAC_BUNDLE = Message("it is a document or program of a Mac; save its table as CSV")
_SAVE_AS_CSV = Message("save its table as CSV, and put that file here")
_EXPORT = Message("export its table as CSV, Stata (.dta) or SPSS (.sav), and put that file here")
_SAVE_CORRECTIONS = Message(
    "open it in a browser, press 'Save corrections', and put the CSV file that is saved here"
)
_REVIEW_PAGE = re.compile(r"review.*\.x?html?", re.IGNORECASE)
# The endings of files that people take for tables, or send with them.
_OTHER_KINDS = (
    (
        (".doc", ".docx", ".odt", ".rtf", ".pages"),
        Message("it is a text document; {remedy}", remedy=_SAVE_AS_CSV),
    ),
    ((".pdf",), Message("it is a PDF document; {remedy}", remedy=_SAVE_AS_CSV)),
    (
        (".xlsb", ".xlsm", ".xlt", ".xltx", ".fods", ".gsheet"),
        Message("it is a workbook of a kind that is not read; save it as .xlsx or as CSV"),
    ),
    (
        (".numbers",),
        Message("it is a document of Apple Numbers; export it as .xlsx or as CSV"),
    ),
    (
        (".zip", ".7z", ".rar", ".tar", ".tgz", ".gz", ".bz2", ".xz", ".zst", ".lz4", ".z"),
        Message("unpack it, and put the files in it here"),
    ),
    (
        (".json", ".ndjson"),
        Message("write each record as one line, and name the file .jsonl"),
    ),
    (
        (".htm", ".html", ".xhtml", ".mht", ".mhtml"),
        Message(
            "it is a page; if it is the review page of a batch, {save_corrections}; else {remedy}",
            save_corrections=_SAVE_CORRECTIONS,
            remedy=_SAVE_AS_CSV,
        ),
    ),
    ((".xml",), Message("it is XML; {remedy}", remedy=_SAVE_AS_CSV)),
    ((".sas7bdat", ".xpt"), Message("it is a data set of SAS; {remedy}", remedy=_EXPORT)),
    (
        (".rds", ".rdata", ".rda"),
        Message(
            "it is data of R; write its table with {call}, and put that file here",
            call='write.csv(data, "file.csv", row.names = FALSE)',
        ),
    ),
    (
        (".dat", ".asc", ".fwf", ".fix"),
        Message(
            "it may be data whose columns have fixed widths, as CSPro keeps them; export it as "
            "text with tabs, Stata (.dta) or SPSS (.sav) (in CSPro: Export Data; in Blaise: "
            "Manipula with a SEPARATOR), and put that file here; if a delimiter divides the "
            "columns, name the file .txt"
        ),
    ),
    (
        (".csdb", ".csdbe"),
        Message("it is a database of CSPro; {remedy} (in CSPro: Export Data)", remedy=_EXPORT),
    ),
    (
        (".bdbx", ".bdix", ".bmix", ".bdb", ".bdp"),
        Message(
            "it is a database of Blaise; {remedy} (in Blaise: Manipula with a SEPARATOR)",
            remedy=_EXPORT,
        ),
    ),
    ((".px",), Message("it is a table of PC-Axis, which has figures and no records")),
    (
        (".dcf", ".do", ".dct", ".sps", ".sas", ".r", ".py"),
        Message(
            "it describes or loads data, and has none itself; put the table with the data here"
        ),
    ),
    ((".por",), Message("it is a data set of SPSS for exchange; save it as .sav")),
    ((".feather", ".arrow"), Message("it is a table of Arrow; write it as .parquet or as CSV")),
    (
        (".mdb", ".accdb", ".sqlite", ".db", ".dbf"),
        Message("it is a database; export its table as CSV, and put that file here"),
    ),
    ((".msg", ".eml"), Message("it is a mail; put the file that came with it here")),
    (
        (".png", ".jpg", ".jpeg", ".gif", ".tif", ".tiff"),
        Message("it is a picture; put the table itself here"),
    ),
)


def suffix_of(name: str) -> str:
    """Return the ending of a name that is read, in lower case; empty where it has none."""
    lowered = name.lower()
    fits = [suffix for suffix in READ_SUFFIXES if lowered.endswith(suffix)]
    return max(fits, key=len, default="")


def misleading_ending(name: str, file_format: FileFormat, is_packed: bool) -> str:
    """Return a note for a file whose ending promises another content than it has.

    ``is_packed``: the content is a gzip archive.
    """
    ending = suffix_of(name)
    unpacked = ending.removesuffix(_PACKED)
    is_text = file_format == FileFormat.CSV and unpacked in _DELIMITED_SUFFIXES
    if not ending or unpacked == f".{file_format}" or is_text:
        if not ending or is_packed == ending.endswith(_PACKED):
            return ""
        if is_packed:
            return Message("the file is packed, although its name ends in {ending}", ending=ending)
        return Message("the file is not packed, although its name ends in {ending}", ending=ending)
    return Message(
        "the file is {format}, although its name ends in {ending}",
        format=file_format.spoken,
        ending=ending,
    )


def is_litter(name: str) -> bool:
    """Whether systems and programs put a file of this name beside others; nobody dropped it."""
    return _LITTER.fullmatch(name) is not None


def is_unfinished(name: str) -> bool:
    """Whether a file of this name is an unfinished copy or download."""
    return _UNFINISHED.fullmatch(name) is not None


def reason_to_hold_folder(name: str) -> str | None:
    """Return why a folder of this name is not looked into, and what to do; None where it is."""
    if name.lower().endswith(_MAC_BUNDLES):
        return _MAC_BUNDLE
    return _HIDDEN_FOLDER if name.startswith(".") else None


def reason_to_hold(name: str) -> str | None:
    """Return why a file of this name is not read, and what to do; None where it is read."""
    if is_unfinished(name):
        return UNFINISHED
    if name.startswith("._"):
        return _APPLE_DOUBLE
    if name.startswith(".") and not name.startswith(".."):  # two dots are odd, not hidden
        return _HIDDEN
    suffix = suffix_of(name)
    if suffix in _STATISTICS_SUFFIXES:
        from core.formats.statistics_file import MISSING_EXTRA, is_available

        if not is_available():
            return MISSING_EXTRA
    if suffix:
        return _IN_CONFLICT if _CONFLICT.search(name) else None
    if _REVIEW_PAGE.fullmatch(name):
        return Message("it is the review page of a batch; {remedy}", remedy=_SAVE_CORRECTIONS)
    lowered = name.lower()
    for suffixes, reason in _OTHER_KINDS:
        if lowered.endswith(suffixes):
            return reason
    ending = "." + lowered.rpartition(".")[2] if "." in lowered.strip(".") else ""
    what = Message("its name has no ending")
    if ending:
        what = Message("files that end in {ending!r} are not read", ending=ending)
    return Message(
        "{what}; if it is a table, give it a name that ends in one of {endings}",
        what=what,
        endings=_SPOKEN,
    )
