"""Write the pages of docs/ that repeat what the code says.

``python -m docs.generate`` writes ``docs/cli.md`` from the command line, ``docs/configuration.md``
from the settings and the comments of ``config.yaml``, and the generated parts of
``docs/architecture.md`` and ``docs/images/imports.svg`` from the imports and the docstrings of the
program. ``--check`` writes nothing; its exit code is 1 if a page is stale.
"""

from __future__ import annotations

import argparse
import re
import sys

from docs.architecture_parts import ROOT, import_table, imports_svg, module_tables
from docs.cli_page import cli_page
from docs.configuration_page import configuration_page

_MARKED = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def pages() -> dict[str, str]:
    """Return the content of each generated file by its path below the root of the repository."""
    parts = {"imports": import_table(), "modules": module_tables()}
    architecture = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    return {
        "docs/cli.md": cli_page(),
        "docs/configuration.md": configuration_page(),
        "docs/architecture.md": _MARKED.sub(
            lambda mark: mark[1] + "\n" + parts[mark[2]] + "\n" + mark[3], architecture
        ),
        "docs/images/imports.svg": imports_svg(),
    }


def stale_pages() -> list[str]:
    """Return the paths of the generated files whose content is not what ``pages`` returns."""
    return [path for path, content in pages().items() if _read(path) != content]


def _read(path: str) -> str | None:
    try:
        return (ROOT / path).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None


def main() -> int:
    """Write or check the pages and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if stale")
    is_check = parser.parse_args().check
    stale = stale_pages()
    for path in stale:
        sys.stderr.write(f"{'stale' if is_check else 'written'}: {path}\n")
        if not is_check:
            (ROOT / path).write_text(pages()[path], encoding="utf-8")
    return 1 if stale and is_check else 0


if __name__ == "__main__":
    sys.exit(main())
