"""How an order stands, and the key that every list is ordered by: numbers, without the model.

Apart from `orders`, since the first painted row needs these and not what an order is made of.
"""

from typing import Final

OPEN: Final = 0
CLOSED: Final = 1
LEFT: Final = 2
"""Left this worker's scope, readable until their annotations on it are settled (DESIGN §5.8)."""

NO_DEADLINE: Final = 2**40
"""Sorts after every deadline, in seconds since 1970."""
