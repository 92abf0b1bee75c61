"""Records and corrections → a better model, or the reason why not. It needs PyTorch."""

# Before any library that reports to its maker: see core/process_start.py.
import core as core
