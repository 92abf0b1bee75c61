"""The public face of isco-coder: what programs in Python import."""

from core.errors import IscoError
from core.version import VERSION
from inference.decision import Prediction
from isco import taxonomy
from isco.coder import Candidate, Coder

__version__ = VERSION

__all__ = ["Candidate", "Coder", "IscoError", "Prediction", "__version__", "taxonomy"]
