"""The text of config.yaml: its values as they are written, and the line of each.

YAML takes ``no`` for a boolean, ``1250`` for a number and ``2026-01-02`` for a date, wherever they
stand. Here every value is text, and the type of its setting decides what it means: ``language: no``
is Norwegian, and ``enabled: no`` is false.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

_KEPT_TAGS = ("tag:yaml.org,2002:null", "tag:yaml.org,2002:merge")
_QUOTES = "a text with one of : # * & [ { % @ stands in quotes"
_WORDS = {
    "found unhashable key": "found a list or a group before a colon; expected the name of a "
    f"setting; {_QUOTES}",
    "but found another document": "found a second text of settings; expected one: delete the "
    "line --- above it",
    "could not find expected ':'": "found no colon with a space behind it; expected a setting "
    "and its value, such as 'seed: 42'",
    "mapping values are not allowed in this context": "found a colon that does not fit; expected "
    "a setting and its value, such as 'seed: 42', with a space behind the colon here and in the "
    f"line above, and the same spaces before all settings of a group; {_QUOTES}",
    "did not find expected ',' or ']'": "found a list that is not closed; expected a list such as "
    f"[first, second]; {_QUOTES}",
}
"""The problems of yaml that only programmers know."""
_UNFINISHED = (
    "while scanning a simple key",
    "while scanning a quoted scalar",
    "while parsing a flow sequence",
)
"""What ends too late: yaml notices it lines below, and the mistake is where it begins."""


class _TextLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Reads every value as text, but for one that is not there; in C, where that is installed."""

    yaml_implicit_resolvers = {  # noqa: RUF012  # an attribute of yaml
        first: [(tag, pattern) for tag, pattern in resolvers if tag in _KEPT_TAGS]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


class SettingsText:
    """A parsed text of settings. Raises ValueError, in words, where it is none."""

    def __init__(self, source: str) -> None:
        try:
            loader = _TextLoader(source)
            self._node = loader.get_single_node()
            doubled = next(_doubled(self._node, ()), None)
            self.values: Any = loader.construct_document(self._node) if self._node else None
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            if error.context in _UNFINISHED:
                mark = error.context_mark
            if mark is not None and _is_indented_with_tab(source, mark.line):
                raise ValueError(
                    f"line {mark.line + 1}: found a tab; expected spaces: indent with spaces"
                ) from None
            line = f"line {mark.line + 1}: " if mark is not None else ""
            problem = str(error.problem or error.context)
            raise ValueError(f"{line}{_WORDS.get(problem, f'{problem}; {_QUOTES}')}") from None
        except RecursionError:
            raise ValueError(
                "a group holds itself, or too many groups stand within each other; expected "
                "sections with one setting in each line"
            ) from None
        except yaml.YAMLError as error:
            raise ValueError(" ".join(str(error).split())) from None
        if doubled is not None:
            key, first, second = doubled
            raise ValueError(f"lines {first} and {second} both set {key}; delete one of them")

    def line_of(self, keys: tuple[str | int, ...]) -> int:
        """Return the 1-based line of the key path, or of its nearest parent in the file."""
        node, line = self._node, 1
        for key in keys:
            if isinstance(node, yaml.MappingNode):
                pairs = {name.value: (name, value) for name, value in node.value}
                if key not in pairs:
                    break
                place, node = pairs[str(key)]
            elif isinstance(node, yaml.SequenceNode) and isinstance(key, int):
                place = node = node.value[key]
            else:
                break
            line = place.start_mark.line + 1
        return line


def _is_indented_with_tab(source: str, line: int) -> bool:
    """Whether a tab stands before the text of a line, counted from 0: YAML allows spaces alone."""
    lines = source.splitlines()
    text = lines[line] if line < len(lines) else ""
    return "\t" in text[: len(text) - len(text.lstrip())]


def _doubled(node: yaml.Node | None, path: tuple[str, ...]) -> Iterator[tuple[str, int, int]]:
    """Yield each key that a group has twice, with the lines of both."""
    if not isinstance(node, yaml.MappingNode):
        return
    lines: dict[str, int] = {}
    for name, value in node.value:
        key = str(name.value)
        line = name.start_mark.line + 1
        if key in lines:
            yield ".".join((*path, key)), lines[key], line
        lines[key] = line
        yield from _doubled(value, (*path, key))
