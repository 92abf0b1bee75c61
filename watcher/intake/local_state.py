"""What a daemon remembers on this machine's own disk, where no share can be away."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import platformdirs


def local_state_path(folder: Path, suffix: str) -> Path:
    """Return the path of a file about ``folder`` on this machine's own disk."""
    state_dir = platformdirs.user_state_path("isco-coder", appauthor=False)
    state_dir.mkdir(parents=True, exist_ok=True)
    key = sha256(str(folder.resolve()).encode("utf-8", "surrogateescape")).hexdigest()[:16]
    return state_dir / f"{key}.{suffix}"
