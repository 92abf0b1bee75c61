"""The entry point: ``isco``, ``python main.py`` and ``torchrun main.py``.

Exit codes: 0 done; 1 an error that the user can act on, in one line; 2 wrong usage; 3 already
running.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence

from cli.parser import make_parser
from core.errors import IscoError
from core.settings import load_settings

_LOG = logging.getLogger("isco")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    logging.basicConfig(format="%(asctime)s %(message)s", datefmt="%H:%M:%S", stream=sys.stderr)
    # What libraries say of themselves stays out.
    for room in ("cli", "watcher", "training", "distributed"):
        logging.getLogger(room).setLevel(logging.INFO)
    logging.getLogger("huggingface_hub").setLevel(logging.ERROR)  # our own error says it in a line
    parsed = make_parser().parse_args(arguments)
    try:
        if parsed.log is not None:
            from watcher.log_file import log_to

            log_to(parsed.log)
        settings = load_settings(parsed.config)
        return parsed.run(parsed, settings) or 0
    except (IscoError, OSError) as error:  # OSError: no permission, no space: the user's to mend
        print(f"isco: {error}", file=sys.stderr)
        if parsed.log is not None:
            _LOG.error("%s", error)
        return error.exit_code if isinstance(error, IscoError) else IscoError.exit_code


if __name__ == "__main__":
    sys.exit(main())
