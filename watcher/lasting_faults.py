"""When a run with ``--once`` ends although files are left: nobody waits for their faults to end."""

from __future__ import annotations

from core.errors import BundleError, UnfinishedError
from watcher.intake.active_claims import ActiveClaims
from watcher.pause import Pause

MANY_FAULTS = 3


class ClaimErrors:
    """Counts how often in a row each file of the inbox could not be claimed."""

    def __init__(self) -> None:
        self._errors: dict[str, tuple[int, OSError]] = {}

    def add(self, name: str, error: OSError) -> bool:
        """Count an error; return whether it lasts."""
        n_errors = self._errors.get(name, (0, error))[0] + 1
        self._errors[name] = n_errors, error
        return n_errors >= MANY_FAULTS

    def remove(self, name: str) -> None:
        """Forget a file that was claimed."""
        self._errors.pop(name, None)

    def lasting(self, names: set[str]) -> dict[str, str]:
        """Return name → error of the files among ``names`` whose error lasts."""
        return {
            name: str(error)
            for name, (n_errors, error) in self._errors.items()
            if n_errors >= MANY_FAULTS and name in names
        }


def raise_lasting_pause(pause: Pause) -> None:
    """Raise what stops all files, if it did so three times in a row."""
    if pause.cause is None or pause.n_in_a_row < MANY_FAULTS:
        return
    if isinstance(pause.cause, BundleError):
        raise pause.cause
    raise UnfinishedError(f"no file can be processed: {pause.cause}")


def raise_lasting_faults(claims: ActiveClaims, unclaimed: dict[str, str]) -> None:
    """Raise UnfinishedError where all files that are left have failed three times.

    ``unclaimed`` has name → error of the files that cannot be claimed.
    """
    if claims and not claims.all_failed(MANY_FAULTS):
        return
    faults = {**unclaimed, **claims.faults()}
    if faults:
        reasons = "; ".join(f"{name!r} cannot be processed: {why}" for name, why in faults.items())
        raise UnfinishedError(f"{reasons}. What is left is kept: isco watch goes on with it")
