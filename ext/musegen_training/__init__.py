"""Trains LSTMs on the CPU: forward and back through whole sequences in compiled C (csrc/), without a framework.

``forward`` and ``backward`` are there only where the extension could be compiled; importing them from here raises
ImportError elsewhere. Results depend on the CPU's instruction set, not on the number of threads.
"""

from musegen_training._training import MAX_THREADS, backward, forward, targets

__all__ = ["MAX_THREADS", "backward", "forward", "targets"]
