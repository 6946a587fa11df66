"""Work that is done ahead of who needs it, in a thread."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Thread
from typing import Generic, TypeVar

T = TypeVar("T")


class Coming(Generic[T]):
    """The result of a function that a thread calls at once. A program may end without waiting for it."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._future: Future[T] = Future()
        Thread(target=self._call, args=(make,), daemon=True, name="musegen-coming").start()

    def _call(self, make: Callable[[], T]) -> None:
        try:
            self._future.set_result(make())
        except BaseException as error:
            self._future.set_exception(error)

    def get(self) -> T:
        """What the function returned. Raises what it raised."""
        return self._future.result()


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
