"""The autocoder of a test: the small RoBERTa with the settings that the test has."""

from __future__ import annotations

import pytest

from core.settings import Settings
from inference.autocoder import Autocoder, open_autocoder
from inference.bundle import Bundle


@pytest.fixture
def autocoder(bundle: Bundle, settings: Settings) -> Autocoder:
    return open_autocoder(bundle, settings)
