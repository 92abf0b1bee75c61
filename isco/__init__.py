"""The public face of isco-coder: names to import, and nothing else."""

from core.errors import IscoError
from core.taxonomy import isco08
from core.version import VERSION
from inference.decision import Prediction

__version__ = VERSION

__all__ = ["IscoError", "Prediction", "__version__", "isco08"]
