"""config.yaml: in step with the defaults, and every mistake named."""

from pathlib import Path

import pytest

from core.errors import SettingsError
from core.settings import Settings
from core.settings_file.settings_reader import load_settings
from tests.conftest import ROOT


def test_the_shipped_file_repeats_the_defaults(tmp_path: Path) -> None:
    empty = tmp_path / "config.yaml"
    empty.write_text("", encoding="utf-8")
    shipped = (ROOT / "config.yaml").read_text(encoding="utf-8")
    copy = tmp_path / "copy.yaml"
    copy.write_text(shipped, encoding="utf-8")
    assert load_settings(copy).model_dump() == load_settings(empty).model_dump()
    for section, field in Settings.model_fields.items():
        assert f"\n{section}:" in shipped
        for key in field.annotation.model_fields:  # type: ignore[union-attr]
            assert f"  {key}:" in shipped


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("watcher: {inbox: in, outbox: /abs}\n", encoding="utf-8")
    watcher = load_settings(config).watcher
    assert watcher.inbox == tmp_path / "in"
    assert watcher.outbox == Path("/abs")


def test_programs_of_hooks_are_relative_to_the_file(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(
        "hooks: {on_result: [hooks/a.sh, hooks/b], on_rejected: [python3, x/y], on_night: [/c]}\n",
        encoding="utf-8",
    )
    hooks = load_settings(config).hooks
    assert hooks.on_result == (str(tmp_path / "hooks/a.sh"), "hooks/b")
    assert (hooks.on_rejected, hooks.on_night) == (("python3", "x/y"), ("/c",))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("model:\n  batch_sizes: 3\n", ["line 2", "model.batch_sizes", "batch_size"]),
        ("modle: {}\n", ["line 1", "modle", "watcher"]),
        ("model:\n  epochs: many\n", ["line 2", "model.epochs", "'many'", "number"]),
        ("model:\n  confidence_threshold: 1.5\n", ["model.confidence_threshold", "1.5"]),
        ("inference: {fallback: guess}\n", ["inference.fallback", "truncate"]),
        ("output: {language: xx}\n", ["output.language", "'xx'", "one of", "de", "en", "pl"]),
        ("output: {derived: [isei08, egp]}\n", ["output.derived", "entry 2", "'egp'", "'siops08'"]),
        ("output: {derived: [isei08, isei08]}\n", ["output.derived", "once"]),
        ("output: {derived: isei08}\n", ["'isei08'", "a list, such as"]),
        ("hooks: {on_night: mail.sh}\n", ["hooks.on_night", "'mail.sh'", "a list, such as"]),
        ("hooks: {on_night: ['', x]}\n", ["hooks.on_night", "a program and its arguments"]),
        ("hooks: {on_night: [~nobody-here/x]}\n", ["on_night", "no home folder ~nobody-here"]),
        ("training: {seed: -1}\n", ["training.seed", "'-1'; expected a number of at least 0"]),
        ("training: {seed: 3000000000}\n", ["training.seed", "a number below 2,147,483,648"]),
        ("output: {language: DE}\n", ["output.language", "'DE'"]),
        ("a: [\n", ["YAML"]),
        ("- 1\n", ["the file", "found a list", "group of settings"]),
        ("model: {epochs: 1}\nmodel: {seed: 2}\n", ["lines 1 and 2", "both set model"]),
        ("model:\n  epochs: 1\n  epochs: 2\n", ["lines 2 and 3", "both set model.epochs"]),
        ("data:\n  columns: {job_title: occ}\n", ["'occ'", "a list, such as"]),
        (
            "data:\n  columns:\n    job_title:\n      - a\n      -\n",
            ["line 5", "entry 2", "nothing"],
        ),
        (
            "review:\n  context: [a, b, c, d]\n",
            ["line 2", "review.context: found a list of 4 entries; expected at most 3; delete"],
        ),
        ("review: {coders: [ada]}\n", ["review.coders: found a list of 1 entry;"]),
        ("data: {language: norwegian}\n", ["'norwegian'", "ISO 639-1"]),
        ("data: {encoding: klingon}\n", ["data.encoding", "cp1250"]),
        ("model: {batch_size: yes}\n", ["'yes'", "a whole number"]),
        ("model: {batch_size: 0}\n", ["'0'", "a number of at least 1"]),
        ("model:\n", ["found nothing", "group of settings"]),
        ("schedule: {enabled: perhaps}\n", ["true or false"]),
        ("schedule:\n  cron: * 4 * * *\n", ["line 2", "in quotes"]),
        ("schedule: {cron: '15 25 * * *'}\n", ["line 1", "'15 25 * * *'", "0 to 23", "15 4"]),
        ("schedule: {cron: '0 4 * * 8'}\n", ["'8' is no day of the week"]),
        ("schedule: {cron: '0 4 L * *'}\n", ["'L' is no day: expected 1 to 31, or 'last'"]),
        ("schedule: {cron: '0 4 * * 5L'}\n", ["'5L' is no day of the week: expected 0 to 7"]),
        ("schedule: {cron: '0 4 * * 5-1'}\n", ["'5-1' ends before it begins"]),
        ("schedule: {cron: '0 4 * * */0'}\n", ["'*/0' is no day of the week"]),
        ("schedule: {cron: '4'}\n", ["schedule.cron", "it has 1 field;", "minute hour day"]),
        ("schedule: {cron: '0 4 * * mun'}\n", ["'mun' is no day of the week"]),
        ("schedule: {cron: '*/90 4 * * *'}\n", ["'*/90' has a step"]),
        ("schedule:\n  timezone: Europe/Wien\n", ["line 2", "'Europe/Wien'", "Europe/Vienna"]),
        ("schedule: {timezone: Europe}\n", ["a time zone"]),  # a folder of the zones
        ("schedule: {timezone: ../../etc}\n", ["a time zone"]),
        ("data:\n\traw_dir: x\n", ["line 2", "found a tab", "indent with spaces"]),
        ("watcher:\n  poll_s: 1\n\tquiet_s: 2\n", ["line 3", "found a tab"]),
        ("model:\n  epochs:3\n  seed: 1\n", ["line 3", "a space behind the colon here and in the"]),
        ("model:\n  name: x\n  epochs:3\n\ndata:\n", ["line 3: found no colon with a space"]),
        ("data:\n  weight: [a\n  language: en\n", ["line 2: found a list that is not closed"]),
        ("data:\n  language: 'en\n  encoding: auto\n", ["line 2", "unexpected end"]),
        ("watcher: {inbox: }\n", ["watcher.inbox", "found nothing", "a path"]),
        ("watcher: {inbox: ~nobody-here/in}\n", ["line 1", "watcher.inbox", "~nobody-here"]),
        ('data: {raw_dir: "a\\0b"}\n', ["data.raw_dir", "NUL"]),
        ("watcher:\n  inbox: ''\n", ["line 2", "watcher.inbox: found ''; expected a path"]),
        (
            "watcher:\n  outbox: s3://bucket/coded\n",
            ["line 2", "watcher.outbox: found 's3://bucket/coded'; expected a path on a disk"],
        ),
        ("watcher: {inbox: $HOME/in}\n", ["found '$HOME/in'", "$HOME is not replaced", "~"]),
        ("watcher: {outbox: '/srv/${OFFICE}/out'}\n", ["${OFFICE} is not replaced"]),
        ("data: {raw_dir: '%USERPROFILE%\\raw'}\n", ["%USERPROFILE% is not replaced"]),
        (
            "data:\n  corrections_dir: done\nwatcher:\n  archive_dir: ./x/../done/\n",
            ["line 4: watcher.archive_dir: found the folder of data.corrections_dir; expected"],
        ),
        (
            "data:\n  corrections_dir: data/archive\n",
            ["line 2: data.corrections_dir: found the folder of watcher.archive_dir; expected"],
        ),
        ("model: {batch_size: " + "9" * 5000 + "}\n", ["999…'; expected a smaller number"]),
        ("model: &a\n  x: *a\n", ["a group holds itself"]),
        ("? [a, b]\n: 1\n", ["line 1: found a list or a group before a colon", "quotes"]),
        ("data:\n---\nmodel:\n", ["line 2: found a second text of settings", "delete the line"]),
        ("model: {name: ~nobody-here/m}\n", ["model.name", "~nobody-here"]),
        ("model: {name: ''}\n", ["model.name", "a folder"]),
    ],
)
def test_mistakes_are_named(tmp_path: Path, content: str, words: list[str]) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(content, encoding="utf-8")
    with pytest.raises(SettingsError) as raised:
        load_settings(config)
    for word in [*words, "config.yaml"]:
        assert word in str(raised.value)
    for word in ("valid", "should", "after", "Tuple", "unicode string", "Value error", "Settings"):
        assert word not in str(raised.value)


@pytest.mark.parametrize(
    "word", ["no", "off", "yes", "on", "true", "NO", "1250", "2026-01-02", "1e3"]
)
def test_a_text_is_what_is_written(tmp_path: Path, word: str) -> None:
    """YAML takes these for booleans, numbers and dates: ``no`` is Norwegian."""
    config = tmp_path / "config.yaml"
    config.write_text(
        f"data:\n  non_answers: {{not_stated: [{word}, n/a]}}\nmodel:\n  name: {word}\n",
        encoding="utf-8",
    )
    settings = load_settings(config)
    assert settings.data.non_answers.not_stated == (word, "n/a")
    assert settings.model.name == word


def test_norwegian_and_booleans(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(
        "data: {language: no}\nschedule: {enabled: no}\noutput: {pad_codes: on}\n"
        "model: {epochs: 1.5e0}\nwatcher: {outbox: no}\n",
        encoding="utf-8",
    )
    settings = load_settings(config)
    assert settings.data.language == "no" and settings.watcher.outbox == tmp_path / "no"
    assert settings.schedule.enabled is False and settings.output.pad_codes is True
    assert settings.model.epochs == 1.5


def test_norwegian_needs_no_quotes(tmp_path: Path) -> None:
    """YAML reads the bare word no as false."""
    config = tmp_path / "config.yaml"
    config.write_text("output: {language: no}\ndata: {language: no}\n", encoding="utf-8")
    settings = load_settings(config)
    assert (settings.output.language, settings.data.language) == ("no", "no")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="does not exist"):
        load_settings(tmp_path / "none.yaml")


def test_settings_that_are_not_utf_8_are_named_with_their_line(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_bytes("model:\n  confidence_threshold: 0.8  # Größe\n".encode("latin-1"))
    with pytest.raises(SettingsError, match=r"line 2: found a byte that is not UTF-8 \(0xf6\)"):
        load_settings(config)


def test_coders_are_told_apart_by_more_than_accents(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("review: {coders: [Chloe\u0301, Ben]}\n", encoding="utf-8")
    assert load_settings(config).review.coders == ("Chlo\u00e9", "Ben")
    config.write_text("review: {coders: [Chlo\u00e9, CHLOE]}\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"every name once; capital letters and accents"):
        load_settings(config)


def test_the_name_of_a_coder_ends_with_a_letter(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("review: {coders: [Anna K., Ben L.]}\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"begins and ends with a letter or a digit"):
        load_settings(config)
