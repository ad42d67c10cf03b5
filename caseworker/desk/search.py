"""The one search box: order number, phone tail, place, words in any script."""

from caseworker.cache import search_index
from caseworker.cache.connection import Cache
from caseworker.cache.lists import ListedOrder

DEFAULT_LIMIT = 50


def search(cache: Cache, query: str, limit: int = DEFAULT_LIMIT) -> list[ListedOrder]:
    """The newest orders that hold the query; an empty list where none does.

    Orders that came in since the last search are indexed first, so that none is missed.
    """
    while search_index.index_pending(cache):
        pass
    return search_index.search(cache, query, limit)
