"""An iterator that works ahead of its reader, in a thread."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def ahead(items: Iterator[T]) -> Iterator[T]:
    """The same items. While the reader has one, a thread gets the next.

    An exception is raised where its item would come. When the reader stops, the thread ends after the item
    that it is at.
    """
    end = object()
    with ThreadPoolExecutor(1, "musegen-ahead") as thread:
        coming = thread.submit(next, items, end)
        while (item := coming.result()) is not end:
            coming = thread.submit(next, items, end)
            yield item  # type: ignore[misc]
