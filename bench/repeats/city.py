"""A generated American city's year: no citizen text, only a type, a place and a time.

Neighbours report one thing from their own house numbers, from the crossing, or by a point on the
map; the same address has other things, and the same thing comes back after months.
"""

from datetime import UTC, datetime, timedelta
from math import cos, radians
from random import Random

from bench.repeats.street import Labelled
from caseworker.model.order import CategoryStep, WorkOrder

START = datetime(2026, 1, 1, tzinfo=UTC)
LAT, LON = 39.1, -94.5
BLOCK = 100.0
"""Metres between two streets."""


def city(orders: int, seed: int = 1) -> list[Labelled]:
    """About so many orders of one year, in the order in which they came."""
    chance = Random(seed)
    side = max(int((orders / 12) ** 0.5), 8)
    types = [(f"{wide} {n % 3}", f"{wide} {n}") for n, wide in enumerate(_TYPES * 4)]
    weights = [1 / (1 + n) for n in range(len(types))]
    found: list[Labelled] = []
    matter = 0
    while len(found) < orders:
        kind = chance.choices(types, weights)[0]
        spot = _spot(chance, side)
        # The busy corners of the city have many things each.
        for _ in range(chance.choice((1, 1, 1, 3))):
            matter += 1
            found += _matter(chance, f"c{matter}", kind, types, spot, side, len(found))
            kind = chance.choices(types, weights)[0]
    found.sort(key=lambda one: (one.order.received_at or START, one.order.order_no))
    return found[:orders]


def _spot(chance: Random, side: int) -> tuple[float, float]:
    """Metres east and north; the middle of the city is denser."""
    reach = side * BLOCK / 2
    return (
        max(min(chance.gauss(0, reach / 2), reach), -reach) + reach,
        max(min(chance.gauss(0, reach / 2), reach), -reach) + reach,
    )


def _matter(
    chance: Random, name: str, kind: tuple[str, str], types: list[tuple[str, str]],
    spot: tuple[float, float], side: int, count: int,
) -> list[Labelled]:  # fmt: skip
    size = chance.choices((1, 2, 3, 5, 9), (60, 22, 10, 5, 3))[0]
    at = START + timedelta(minutes=chance.randrange(365 * 24 * 60))
    found = []
    for turn in range(size):
        if turn:
            at += timedelta(days=chance.expovariate(1 / chance.choice((0.2, 2.0, 12.0))))
        east = spot[0] + chance.gauss(0, chance.choice((2, 10, 35)))
        north = spot[1] + chance.gauss(0, chance.choice((2, 10, 35)))
        wide, narrow = kind if chance.random() < 0.93 else chance.choice(types)
        closed = at + timedelta(days=chance.expovariate(1 / 12))
        placed = chance.random() < 0.9
        found.append(
            Labelled(
                WorkOrder(
                    order_no=f"{count + turn:09}",
                    title=narrow,
                    category=(CategoryStep(wide), CategoryStep(narrow)),
                    received_at=at,
                    closed_at=closed,
                    state="closed",
                    address=_address(chance, east, north),
                    lat=round(LAT + north / 111_320, 6) if placed else None,
                    lon=round(LON + east / (111_320 * cos(radians(LAT))), 6) if placed else None,
                ),
                name,
            )
        )
    return found


def _address(chance: Random, east: float, north: float) -> str:
    column, row = round(east / BLOCK), round(north / BLOCK)
    round_the_city, name = divmod(column, len(_NAMES))
    across = f"{_ordinal(row)} Street"
    along = f"{_NAMES[name]} Avenue {round_the_city or ''}".strip()
    from_across, from_along = abs(north - row * BLOCK), abs(east - column * BLOCK)
    if max(from_across, from_along) < 15 and chance.random() < 0.6:
        return f"{across} & {along}" if chance.random() < 0.5 else f"{along} and {across}"
    if from_across < from_along:
        return f"{int(east)} {chance.choice((across, across.replace('Street', 'St')))}"
    return f"{int(north)} {chance.choice((along, along.replace('Avenue', 'Ave')))}"


def _ordinal(n: int) -> str:
    return f"{n}{'th' if 10 < n % 100 < 14 else {1: 'st', 2: 'nd', 3: 'rd'}.get(n % 10, 'th')}"


_NAMES = (
    "Oak", "Maple", "Cedar", "Elm", "Pine", "Walnut", "Cherry", "Birch", "Willow", "Ash", "Grand",
    "Troost", "Holmes", "Locust", "Campbell", "Harrison", "Forest", "Tracy", "Virginia", "Lydia",
    "Highland", "Woodland", "Garfield", "Euclid", "Brooklyn", "Park", "Olive",
)  # fmt: skip
_TYPES = (
    "Trash",
    "Pothole",
    "Street Light",
    "Water Leak",
    "Animals",
    "Abandoned Vehicle",
    "Nuisance",
    "Illegal Dumping",
    "Sidewalk",
    "Signal",
    "Sewer",
    "Snow",
    "Trees",
    "Graffiti",
    "Parking",
    "Noise",
    "Rats",
    "Permit",
    "Parks",
    "Catch Basin",
)
