"""Compare the predictions of two checkouts byte for byte:
``python -m benchmarks.identical_predictions BEFORE AFTER [--rows N]``.

Makes input files of every kind that the reader accepts, codes them with ``isco classify`` of both
checkouts, and prints a table: whether ``predictions.csv`` has the same bytes. Both run in the
Python of this process, with the same settings, each with the model ``models/bundled`` of its own
checkout; one thread, so that no sum depends on how the work was divided. A refactoring changes no
byte. A new model or a new decision changes many, and ``model_version`` says so.

The exit code is 1 if a file differs or is missing.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import io
import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.survey import ANSWERS

_HEADER = ["id", "job_title", "duties_description"]
_SCRIPTS = (
    "νοσοκόμα",
    "медсестра",
    "教師",
    "看護師",
    "معلم مدرسة",
    "שרברב",
    "शिक्षक",
    "ครู",
    "간호사",
    "e\u0301bé́niste",
    "plombier\u00a0chauffagiste",
    "👩‍🚒 firefighter",
    "ﬁreman",
    "Ⅻ nurse",
    "\u200bplumber",
    "a\u0308rztin",
)
_WESTERN = (
    "infirmière",
    "Bäckermeister",
    "señora de la limpieza",
    "garçon de café",
    "Straßenbauer",
    "œnologue – €uro",
    "“head” nurse’s aide",
)
_EMPTY = ("", " ", "-", "?", "n/a", "none", ".", "\u00a0", "0", "unknown")
_FORMULAS = ("=1+1", "+plumber", "-teacher", "@nurse", "=HYPERLINK(A1)", "'quoted", "\tdriver")

Row = Sequence[str]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("before", type=Path, help="a checkout")
    parser.add_argument("after", type=Path, help="the checkout to compare with it")
    parser.add_argument("--rows", type=int, default=400, metavar="N", help="rows of a file (400)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="isco-identical-") as name:
        folder = Path(name)
        inputs = write_inputs(folder / "inputs", arguments.rows)
        before = classify(arguments.before, inputs, folder / "before")
        after = classify(arguments.after, inputs, folder / "after")
    print("| input | bytes | sha256 | identical |\n|---|---|---|---|")
    n_identical = 0
    for path in inputs:
        content = after[path.name]
        is_identical = content == before[path.name]
        n_identical += is_identical
        sha256 = hashlib.sha256(content).hexdigest()[:12]
        verdict = "yes" if is_identical else "NO"
        print(f"| {path.name} | {len(content):,} | {sha256} | {verdict} |")
    print(f"\n{n_identical} of {len(inputs)} files are identical")
    sys.exit(n_identical != len(inputs))


def classify(checkout: Path, inputs: Sequence[Path], folder: Path) -> dict[str, bytes]:
    """Return the name of each input → the bytes of its ``predictions.csv`` from ``checkout``.

    The corrections of ``write_inputs`` are in force. Ends the program if the command fails.
    """
    folder.mkdir(parents=True)
    checkout = checkout.resolve()
    settings = {
        "data": {"corrections_dir": str(inputs[0].parent / "corrections")},
        "inference": {"provider": "cpu", "threads": 1},
        # Only the model that ships: a checkout may have trained one of its own.
        "output": {
            "model_dir": str(checkout / "models"),
            "best_model_dir": str(folder / "no_model"),
        },
    }
    config = folder / "config.yaml"
    config.write_text(json.dumps(settings), encoding="utf-8")  # JSON is YAML
    command = [sys.executable, str(checkout / "main.py"), "classify", "--config", str(config)]
    command += [*map(str, inputs), "--out", str(folder / "results"), "--json"]
    # An editable installation of one checkout must not answer for the other.
    environment = {**os.environ, "PYTHONPATH": str(checkout)}
    done = subprocess.run(
        command, cwd=checkout, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{checkout}: isco classify failed:\n{done.stderr}")
    receipts = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return {
        receipt["input"]: Path(receipt["folder"], "predictions.csv").read_bytes()
        for receipt in receipts
    }


def write_inputs(folder: Path, n_rows: int) -> list[Path]:
    """Write a file of every kind and ``corrections/coded.csv``; return the paths of the inputs.

    The same ``n_rows`` gives the same files.
    """
    (folder / "corrections").mkdir(parents=True)
    rng = random.Random(0)
    with ANSWERS.open(encoding="utf-8", newline="") as file:
        answers = [row for row in csv.DictReader(file) if row["job_title"]]
    paths = []
    for name, make in _KINDS.items():
        path = folder / name
        path.write_bytes(make(rng.sample(answers, n_rows), rng))
        paths.append(path)
    corrected = [[row["job_title"], "9629"] for row in answers[:n_rows]]
    header = ["job_title", "corrected_isco_code"]
    (folder / "corrections" / "coded.csv").write_bytes(_table([header, *corrected]))
    return paths


Answers = list[dict[str, str]]


def _table(
    rows: Sequence[Row], delimiter: str = ",", encoding: str = "utf-8", line_end: str = "\r\n"
) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator=line_end).writerows(rows)
    return text.getvalue().encode(encoding)


def _rows(answers: Answers) -> list[Row]:
    return [
        _HEADER,
        *([f"{n:05}", a["job_title"], a["duties_description"]] for n, a in enumerate(answers)),
    ]


def _titles(titles: Sequence[str], duties: str = "") -> list[Row]:
    return [_HEADER, *([f"{n:05}", title, duties] for n, title in enumerate(titles))]


def _comma(answers: Answers, rng: random.Random) -> bytes:
    return _table(_rows(answers))


def _semicolon_cp1252(answers: Answers, rng: random.Random) -> bytes:
    titles = [f"{a['job_title']} {rng.choice(_WESTERN)}" for a in answers]
    return _table(_titles([*_WESTERN, *titles]), ";", "cp1252")


def _tab_utf16le(answers: Answers, rng: random.Random) -> bytes:
    return _table([["\ufeff" + _HEADER[0], *_HEADER[1:]], *_rows(answers)[1:]], "\t", "utf-16-le")


def _utf16be(answers: Answers, rng: random.Random) -> bytes:
    return _table([["\ufeff" + _HEADER[0], *_HEADER[1:]], *_rows(answers)[1:]], ",", "utf-16-be")


def _bom(answers: Answers, rng: random.Random) -> bytes:
    return _table(_rows(answers), encoding="utf-8-sig", line_end="\n")


def _quoted(answers: Answers, rng: random.Random) -> bytes:
    rows = _rows(answers)
    rows += [
        [f"q{n}", f'{a["job_title"]},\r\nthe "best";\tone', f"first\nsecond, {n}\r\nthird"]
        for n, a in enumerate(answers)
    ]
    return _table(rows)


def _duplicates(answers: Answers, rng: random.Random) -> bytes:
    titles = [a["job_title"] for a in answers[:20]]
    forms: list[Callable[[str], str]] = [str.upper, str.title, lambda title: f"  {title}  ", str]
    return _table(_titles([rng.choice(forms)(rng.choice(titles)) for _ in answers]))


def _empty_rows(answers: Answers, rng: random.Random) -> bytes:
    rows = _rows(answers)
    for value in _EMPTY:
        rows.append(["", value, ""])
        rows.append(["", value, "cleans rooms"])
        rows.append([])
    return _table(rows)


def _header_only(answers: Answers, rng: random.Random) -> bytes:
    return _table([_HEADER])


def _given_codes(answers: Answers, rng: random.Random) -> bytes:
    rows: list[Row] = [["isco_code", "Occupation", "confidence", "Duties"]]
    for answer in answers:
        code = answer["isco_code"]
        given = rng.choice([code, code, code[:3], code.lstrip("0"), "9999", ""])
        rows.append([given, answer["job_title"], "high", answer["duties_description"]])
    return _table(rows)


def _formulas(answers: Answers, rng: random.Random) -> bytes:
    titles = [rng.choice(_FORMULAS) + a["job_title"] for a in answers]
    return _table(_titles([*_FORMULAS, *titles], duties="=cmd|' /C calc'!A0"))


def _long_duties(answers: Answers, rng: random.Random) -> bytes:
    tasks = [a["duties_description"] for a in answers if a["duties_description"]]
    rows = [
        [f"{n}", a["job_title"], "; ".join(rng.choices(tasks, k=rng.randrange(1, 200)))]
        for n, a in enumerate(answers[:60])
    ]
    rows.append(["long", "nurse " * 20_000, "x" * 200_000])
    return _table([_HEADER, *rows])


def _scripts(answers: Answers, rng: random.Random) -> bytes:
    titles = [f"{rng.choice(_SCRIPTS)} {a['job_title']}" for a in answers]
    return _table(_titles([*_SCRIPTS, *titles]))


def _typos(answers: Answers, rng: random.Random) -> bytes:
    titles = []
    for title in (a["job_title"] for a in answers):
        cut = rng.randrange(len(title))
        titles.append(title[:cut] + rng.choice("aeiou ") + title[cut + 1 :])
    return _table(_titles(titles))


def _corrected(answers: Answers, rng: random.Random) -> bytes:
    """The first rows of the answers, as ``write_inputs`` corrects them, and others between."""
    with ANSWERS.open(encoding="utf-8", newline="") as file:
        known = [row for row in csv.DictReader(file) if row["job_title"]][: len(answers)]
    titles = [row["job_title"].upper() for row in known] + [a["job_title"] for a in answers]
    return _table(_titles(titles))


def _gzip(answers: Answers, rng: random.Random) -> bytes:
    return gzip.compress(_table(_rows(answers), ";"), mtime=0)


_KINDS: dict[str, Callable[[Answers, random.Random], bytes]] = {
    "comma.csv": _comma,
    "semicolon_cp1252.csv": _semicolon_cp1252,
    "tab_utf16le.csv": _tab_utf16le,
    "comma_utf16be.csv": _utf16be,
    "bom.csv": _bom,
    "quoted_newlines.csv": _quoted,
    "duplicates.csv": _duplicates,
    "empty_rows.csv": _empty_rows,
    "header_only.csv": _header_only,
    "given_codes.csv": _given_codes,
    "formulas.csv": _formulas,
    "long_duties.csv": _long_duties,
    "scripts.csv": _scripts,
    "typos.csv": _typos,
    "corrections.csv": _corrected,
    "packed.csv.gz": _gzip,
}


if __name__ == "__main__":
    main()
