"""Trains LSTMs on the CPU: forward and back through whole sequences in compiled C (csrc/).

Importing the package raises ImportError where the extension could not be compiled. Results depend on the
CPU's instruction set, not on the number of threads.
"""

from musegen_training._training import MAX_THREADS, backward, forward, release, targets

__all__ = ["MAX_THREADS", "backward", "forward", "release", "targets"]
