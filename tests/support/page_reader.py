"""Read a page as a browser does: its words and links; it must run and load nothing."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

_RUNS = {"script", "link", "iframe", "object", "embed"}


class Page(HTMLParser):
    """A page that must have no scripts, but for its own ones, which have a nonce."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._texts: list[str] = []
        self._is_style = False
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        is_own = tag == "script" and {"nonce", "type"} & {name for name, _ in attrs}
        assert tag not in _RUNS or is_own, tag
        for name, value in attrs:
            assert not name.startswith("on"), attrs
            assert name != "src" or (value or "").startswith("data:"), attrs  # within the page
        self.tags.append((tag, dict(attrs)))
        self._is_style = tag in ("style", "script")

    def handle_endtag(self, tag: str) -> None:
        self._is_style = False

    def handle_data(self, data: str) -> None:
        if not self._is_style:
            self._texts.append(data)

    @property
    def words(self) -> str:
        """The text of the page, with single spaces."""
        return " ".join(" ".join(self._texts).split())

    @property
    def links(self) -> list[str]:
        """The targets of the links."""
        return [attributes["href"] or "" for tag, attributes in self.tags if tag == "a"]

    def named(self, tag: str) -> list[dict[str, str | None]]:
        """Return the attributes of all tags of a name."""
        return [attributes for name, attributes in self.tags if name == tag]
