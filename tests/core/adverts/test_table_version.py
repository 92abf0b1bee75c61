"""The version of the tables of adverts: it changes with any word, without anybody's doing."""

import shutil
from pathlib import Path

import core.adverts
from core.adverts.table_version import table_version
from core.text import preparation_version


def test_a_new_word_changes_the_version(tmp_path: Path) -> None:
    tables = sorted(Path(core.adverts.__path__[0]).glob("*.yaml"))
    for path in tables:
        shutil.copy(path, tmp_path)
    assert table_version(tmp_path) == table_version()
    for path in tables:
        changed_dir = tmp_path / path.stem
        shutil.copytree(tmp_path, changed_dir, ignore=lambda *_: {t.stem for t in tables})
        with (changed_dir / path.name).open("a", encoding="utf-8") as file:
            file.write("# one more\n")
        assert table_version(changed_dir) != table_version()


def test_the_version_of_the_preparation_has_that_of_the_tables() -> None:
    assert preparation_version().endswith(f".{table_version()}")
