"""config.yaml: in step with the defaults, and every mistake named."""

from pathlib import Path

import pytest

from core.errors import SettingsError
from core.settings import Settings, load_settings
from tests.conftest import ROOT


def test_the_shipped_file_repeats_the_defaults(tmp_path: Path) -> None:
    empty = tmp_path / "config.yaml"
    empty.write_text("", encoding="utf-8")
    shipped = (ROOT / "config.yaml").read_text(encoding="utf-8")
    copy = tmp_path / "copy.yaml"
    copy.write_text(shipped, encoding="utf-8")
    assert load_settings(copy) == load_settings(empty)
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


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("model:\n  batch_sizes: 3\n", ["line 2", "model.batch_sizes", "batch_size"]),
        ("modle: {}\n", ["line 1", "modle", "watcher"]),
        ("model:\n  epochs: many\n", ["line 2", "model.epochs", "'many'", "number"]),
        ("model:\n  confidence_threshold: 1.5\n", ["model.confidence_threshold", "1.5"]),
        ("inference: {fallback: guess}\n", ["inference.fallback", "truncate"]),
        ("output: {language: xx}\n", ["output.language", "'xx'", "one of", "de", "en", "pl"]),
        ("output: {language: DE}\n", ["output.language", "'DE'"]),
        ("a: [\n", ["YAML"]),
        ("- 1\n", ["the file"]),
    ],
)
def test_mistakes_are_named(tmp_path: Path, content: str, words: list[str]) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(content, encoding="utf-8")
    with pytest.raises(SettingsError) as raised:
        load_settings(config)
    for word in [*words, "config.yaml"]:
        assert word in str(raised.value)


def test_norwegian_needs_no_quotes(tmp_path: Path) -> None:
    """YAML reads the bare word no as false."""
    config = tmp_path / "config.yaml"
    config.write_text("output: {language: no}\ndata: {language: no}\n", encoding="utf-8")
    settings = load_settings(config)
    assert (settings.output.language, settings.data.language) == ("no", "no")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="does not exist"):
        load_settings(tmp_path / "none.yaml")
