"""The model hub: whether the base of a training can be had, before anything slow is done.

Nothing here imports torch.
"""

from __future__ import annotations

from pathlib import Path

from core.errors import SETTINGS_FILE, BaseModelError

MINILM = "minilm"
"""The base that is built here, without a hub: see ``minilm.py``."""
_CONFIG = "config.json"
_TIMEOUT_S = 5.0
_UNREACHABLE = "the hub does not answer"


def check_base(base: str, bundled_checkpoint: Path) -> None:
    """Raise BaseModelError if ``base`` is neither a checkpoint on disk nor a name on the hub.

    Parameters
    ----------
    base : a folder with a checkpoint, or a name on the hub.
    bundled_checkpoint : the checkpoint that the error names.

    A hub that does not answer is asked once, for ``_TIMEOUT_S`` seconds: a download would be tried
    six times, half a minute for each file. A model that was loaded before is in the cache of the
    hub's client; without an answer it is taken from there.
    """
    if base == MINILM or Path(base, _CONFIG).is_file():
        return
    if Path(base).is_dir():
        raise unusable_base(base, f"the folder has no {_CONFIG}", bundled_checkpoint)
    from huggingface_hub import HfApi, constants, try_to_load_from_cache

    try:
        HfApi().model_info(base, timeout=_TIMEOUT_S)
    except (OSError, ValueError) as error:  # the client's errors are both kinds, also no network
        try:
            is_cached = isinstance(try_to_load_from_cache(base, _CONFIG), str)
        except ValueError:  # not even a name
            is_cached = False
        if not is_cached:
            is_silent = isinstance(error, OSError) and getattr(error, "response", None) is None
            reason = _UNREACHABLE if is_silent else str(error)
            raise unusable_base(base, reason, bundled_checkpoint) from error
        constants.HF_HUB_OFFLINE = True  # what loads the model must not wait for the hub again


def unusable_base(base: str, reason: str, bundled_checkpoint: Path) -> BaseModelError:
    """Return the error of a base that cannot be loaded, with a remedy that needs no network."""
    first_line = reason.strip().partition("\n")[0].rstrip(".")
    return BaseModelError(
        f"the base {base!r} can neither be read from disk nor reached on the model hub "
        f"({first_line}). Without a network start from the bundled encoder: set model.name in "
        f"{SETTINGS_FILE} to {str(bundled_checkpoint)!r}"
    )
