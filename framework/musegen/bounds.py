"""The most that is read of what users name."""

from __future__ import annotations


class Bounds:
    """The most that is read of a file, so that none takes all the memory there is, or endless time.

    Where a file goes beyond its bound, one line names the file and the bound. Sizes are in bytes.
    """

    PIPELINE: int = 1 << 20
    """A pipeline file."""
    KEY_PARTS: int = 32
    """Parts of a dotted key of a pipeline file."""
    MISTAKES: int = 100
    """Mistakes of a pipeline that are listed."""
    PLUGIN_FILE: int = 1 << 24
    """A plugin that is one Python file."""
    TUNE_FILE: int = 1 << 26
    """A file of tunes, or all tunes of an archive."""
    ARCHIVE_FILES: int = 20_000
    """Files of tunes in an archive."""
    TUNE: int = 1 << 18
    """Characters of one tune; a longer one is not read as music."""
    TUNES: int = 1_000_000
    """Tunes of all files that one reader is given."""
    DUMP: int = 1 << 27
    """A file with a whole collection in one table or text."""
    RUN_FILE: int = 1 << 28
    """A file that a run wrote, such as ``split.csv`` and ``run.json``; models are not among them."""
    VOCABULARY: int = 1 << 24
    """A file with the symbols of a model from elsewhere."""
    KERAS_DESCRIPTION: int = 1 << 24
    """The layers of a Keras model in JSON, which its archive holds packed."""
    DOWNLOAD: int = 1 << 24
    """A file that is downloaded."""
