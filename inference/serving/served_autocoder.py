"""The autocoder in service: it takes in a promoted model and new corrections while it runs."""

from __future__ import annotations

import logging

from core.corrections.corrections_folder import folder_state
from core.corrections.presence import present_folder
from core.settings import Settings
from inference.autocoder import Autocoder, open_autocoder
from inference.bundle import Bundle
from inference.corrections_lookup import CorrectionsLookup
from inference.model_registry import ModelRegistry

_LOG = logging.getLogger(__name__)


class ServedAutocoder:
    """The model in service and the corrections on disk; each ``refresh`` takes in what is new."""

    def __init__(self, settings: Settings) -> None:
        """Load the model. Raises BundleError where there is none to serve."""
        self._settings = settings
        self._registry = ModelRegistry(settings.output)
        self._model_dir = self._registry.served_dir()
        self.autocoder: Autocoder = open_autocoder(Bundle.open(self._model_dir), settings)
        self._corrections_folder = present_folder(settings.data.corrections_dir, "")

    def refresh_model(self) -> bool:
        """Load the version in service if it is another one, and return whether that was done.

        A version that cannot be loaded is refused, with an error in the log.
        """
        try:
            model_dir = self._registry.served_dir()
            if model_dir == self._model_dir:
                return False
            self._model_dir = model_dir  # refused once, and not again before each text
            corrections_lookup = self.autocoder.corrections_lookup
            self.autocoder = open_autocoder(
                Bundle.open(model_dir), self._settings, corrections_lookup
            )
            return True
        except Exception as error:  # of a damaged bundle anything can be raised
            _LOG.error("model %s goes on serving: %s", self.autocoder.version, error)
            return False

    def refresh_corrections(self) -> None:
        """Load the corrections again where they have changed.

        Raises OSError where that cannot be done, CorrectionsAwayError where their folder has
        vanished. Then the corrections that were loaded last go on counting.
        """
        data, lookup = self._settings.data, self.autocoder.corrections_lookup
        state = folder_state(data.corrections_dir, lookup.folder_state)
        if state != lookup.folder_state or lookup.is_mended:
            lookup = CorrectionsLookup.load(data.corrections_dir, data, previous=lookup)
        # After the files were read: the folder may vanish in the middle of that.
        self._corrections_folder = present_folder(data.corrections_dir, self._corrections_folder)
        self.autocoder.corrections_lookup = lookup
