"""Real file systems that come and go, for tests that run as root on Linux."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def mounted(folder: Path, *what: str) -> Iterator[None]:
    """``what`` is at ``folder`` for a while, as mount(8) says it; skipped where that is refused."""
    mount(folder, *what)
    try:
        yield
    finally:
        unmount(folder)


def mount(folder: Path, *what: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(["mount", *what, str(folder)], capture_output=True, check=False)
    if done.returncode:
        pytest.skip("needs the right to mount: root, on Linux")


def unmount(folder: Path) -> None:
    """Away at once, whoever is in it: as a share whose server is gone."""
    subprocess.run(["umount", "--lazy", str(folder)], check=False)


def small_disk(n_bytes: int) -> tuple[str, ...]:
    """What to mount for a disk of that size, in memory."""
    return ("-t", "tmpfs", "-o", f"size={n_bytes}", "none")


def leave(folder: Path, n_bytes: int) -> None:
    """Fill the disk under ``folder`` with ballast until so much is free."""
    ballast = folder / "ballast"
    ballast.unlink(missing_ok=True)
    disk = os.statvfs(folder)
    with ballast.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, disk.f_bavail * disk.f_bsize - n_bytes)
