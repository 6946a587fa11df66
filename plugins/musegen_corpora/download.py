"""Downloads the Nottingham Music Database: each file once, checked by its SHA-256, resumed if interrupted."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

from filelock import FileLock

from musegen import Bounds, CorpusError
from musegen_corpora.digests import ADDRESS, DIGESTS

ADDRESS_VARIABLE = "MUSEGEN_NOTTINGHAM_URL"
"""Environment variable with another address of the folders ABC_cleaned and ABC_original, such as a mirror."""
CACHE_VARIABLE = "MUSEGEN_CACHE"
"""Environment variable with a folder to use instead of the user's cache folder."""
_RETRIES = 3
_TIMEOUT_S = 30
_BLOCK = 1 << 10  # bytes; a block that breaks off is not kept
_OTHER_WAY = 'or give path = "..." with a folder that has the files'


def fetch(names: Iterable[str]) -> list[Path]:
    """Paths on this machine of files such as ``ABC_cleaned/jigs.abc``, in the order of ``names``.

    Files that are not in the cache yet are downloaded. Raises CorpusError where a download fails, or where
    its SHA-256 is not the expected one; such a file is never kept.
    """
    if find_spec("pooch") is None:
        raise CorpusError(
            "nottingham: downloading needs pooch, which is not installed; "
            f'pip install "musegen[corpora]", {_OTHER_WAY}'
        )
    import pooch
    import requests

    # pooch would announce each file on standard error, in the middle of the progress line.
    pooch.get_logger().setLevel(logging.WARNING)
    folder = Path(os.environ.get(CACHE_VARIABLE) or pooch.os_cache("musegen")) / "nottingham"
    address = os.environ.get(ADDRESS_VARIABLE, ADDRESS).rstrip("/") + "/"
    cache = pooch.Pooch(path=folder, base_url=address, registry=dict(DIGESTS), retry_if_failed=_RETRIES)
    files = []
    for name in names:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with FileLock(folder / ".lock"):
                files.append(Path(cache.fetch(name, downloader=_download)))
        except requests.RequestException as error:
            raise CorpusError(
                f"nottingham: {name} is not on this machine and cannot be downloaded from {address} "
                f"(got {_cause(error)}); try again when the network is there, {_OTHER_WAY}"
            ) from error
        except ValueError as error:
            raise CorpusError(
                f"nottingham: {address}{name} is not the file it should be (another SHA-256) and was not "
                f"kept; try again, {_OTHER_WAY}"
            ) from error
        except OSError as error:
            raise CorpusError(
                f"{folder}: {error.strerror or error}; let {CACHE_VARIABLE} name a folder that can be "
                f"written to, {_OTHER_WAY}"
            ) from error
    return files


def _download(url: str, output_file: object, _: object) -> None:
    """Download ``url`` to ``output_file``, going on where an earlier try stopped.

    Raises requests.RequestException for a failure that another try may mend, and CorpusError for a file that
    the server does not have. The caller checks that the bytes are right.
    """
    import requests

    output = Path(str(output_file))
    part = output.with_name(url.rpartition("/")[2] + ".part")
    have = part.stat().st_size if part.exists() else 0
    headers = {
        "Accept-Encoding": "identity"
    }  # a range counts bytes as they are sent, so they must not be compressed
    if have:
        headers["Range"] = f"bytes={have}-"
    with requests.get(url, headers=headers, stream=True, timeout=_TIMEOUT_S) as answer:
        if answer.status_code == requests.codes.requested_range_not_satisfiable:
            part.replace(output)  # the file was complete, or never will be: its digest tells
            return
        if 400 <= answer.status_code < 500:
            raise CorpusError(
                f"nottingham: {url} cannot be downloaded (got HTTP {answer.status_code}); {_OTHER_WAY[3:]}"
            )
        answer.raise_for_status()
        resumed = answer.status_code == requests.codes.partial_content
        received, room = 0, Bounds.DOWNLOAD - (have if resumed else 0)
        with part.open("ab" if resumed else "wb") as file:
            for block in answer.iter_content(_BLOCK):
                file.write(block)
                received += len(block)
                if received > room:
                    break
        if received > room:
            part.unlink()
            raise CorpusError(
                f"nottingham: {url} is larger than {Bounds.DOWNLOAD >> 20} MiB, the most that is downloaded, "
                f"and was not kept; {_OTHER_WAY[3:]}"
            )
        # Not every version of requests notices that a body is shorter than announced.
        if received < int(answer.headers.get("Content-Length", 0)):
            raise requests.ConnectionError("the connection ended early")
    part.replace(output)


def _cause(error: Exception) -> str:
    """The innermost reason in a few words: an HTTP status, or the kind of failure."""
    response = getattr(error, "response", None)
    return f"HTTP {response.status_code}" if response is not None else type(error).__name__
