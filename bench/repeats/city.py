"""A generated American city's year: no citizen text, only a type, a place and a time.

Each type has its own way of repeating. What belongs to a house (a missed collection) is reported
from that house, comes back after weeks, and comes in the same week from the neighbours, each for
itself. What lies in the street (a pothole) is reported from whatever house is near, from the
crossing, or by a point on the map. What stands in a building has many things of other types beside
it. One address is written in many ways, some have only the street, some no point on the map.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from math import cos, radians
from random import Random
from typing import Literal, NamedTuple

from bench.repeats.street import Labelled
from caseworker.model.order import CategoryStep, WorkOrder

START = datetime(2026, 1, 1, tzinfo=UTC)
LAT, LON = 39.1, -94.5
BLOCK = 100.0
"""Metres between two streets."""
YEAR = 365.0


class Service(NamedTuple):
    """A type of request, and where its matters lie."""

    wide: str
    name: str
    at: Literal["house", "street", "building"]


class Spot(NamedTuple):
    """A house or a place in the street: metres east and north, and its address."""

    east: float
    north: float
    house: int
    """The house's number on its street; 0 at a crossing."""
    along: str
    across: str


def city(orders: int, seed: int = 1) -> list[Labelled]:
    """About so many orders of one year, in the order in which they came."""
    chance = Random(seed)
    side = max(int((orders / 9) ** 0.5), 8)
    weights = [1 / (2 + n) for n in range(len(SERVICES))]
    found: list[Labelled] = []
    matter = 0
    while len(found) < orders:
        spot = _spot(chance, side)
        # The busy places have many things, of several types.
        for _ in range(chance.choices((1, 2, 5), (70, 22, 8))[0]):
            service = chance.choices(SERVICES, weights)[0]
            at = chance.uniform(0, YEAR)
            for again in _times(chance, service, at):
                matter += 1
                found += _orders_of(chance, f"c{matter}", service, spot, side, again, len(found))
            if service.at == "house" and chance.random() < 0.2:
                for _other in range(chance.randrange(1, 5)):
                    matter += 1
                    near = _neighbour(chance, spot, side)
                    on = at + chance.uniform(-3, 3)
                    found += _orders_of(chance, f"c{matter}", service, near, side, on, len(found))
    found.sort(key=lambda one: (one.order.received_at or START, one.order.order_no))
    return found[:orders]


def _times(chance: Random, service: Service, at: float) -> Iterator[float]:
    """When the thing befalls: once, or again after weeks, each time a matter of its own."""
    yield at
    while service.at != "building" and chance.random() < 0.25:
        at += 20 + chance.expovariate(1 / 60)
        yield at


def _orders_of(
    chance: Random, name: str, service: Service, spot: Spot, side: int, at: float, count: int
) -> Iterator[Labelled]:
    days = at
    for turn in range(chance.choices((1, 2, 3, 5, 9), (66, 19, 8, 5, 2))[0]):
        if turn:
            days += chance.expovariate(1 / chance.choice((0.1, 1.0, 4.0, 10.0)))
        where = spot if service.at == "house" else _reported_from(chance, service, spot, side)
        told = service if chance.random() < 0.96 else _sibling(chance, service)
        placed = chance.random() < 0.92
        # A geocoder puts every request of one address on one point; a telephone does not.
        by_phone = chance.random() < 0.3
        slip = (chance.gauss(0, 12), chance.gauss(0, 12)) if by_phone else (0.0, 0.0)
        received = START + timedelta(days=days)
        yield Labelled(
            WorkOrder(
                order_no=f"{count + turn:09}",
                title=told.name,
                type=told.name,
                category=(CategoryStep(told.wide), CategoryStep(told.name))
                if count % 3 == 0
                else (),
                received_at=received,
                closed_at=received + timedelta(days=chance.expovariate(1 / 9)),
                state="closed",
                address=_address(chance, where),
                lat=round(LAT + (where.north + slip[0]) / 111_320, 6) if placed else None,
                lon=round(LON + (where.east + slip[1]) / (111_320 * _WIDTH), 6) if placed else None,
            ),
            name,
        )


def _spot(chance: Random, side: int) -> Spot:
    """Somewhere in the city; its middle is denser."""
    reach = side * BLOCK
    return _house(
        chance,
        min(max(chance.gauss(reach / 2, reach / 4), 0.0), reach),
        min(max(chance.gauss(reach / 2, reach / 4), 0.0), reach),
    )


def _neighbour(chance: Random, spot: Spot, side: int) -> Spot:
    return _house(
        chance,
        spot.east + chance.choice((-30, -15, 15, 30, 45)),
        spot.north + chance.choice((0, 0, 14)),
    )


def _reported_from(chance: Random, service: Service, spot: Spot, side: int) -> Spot:
    """The same spot, the houses about it, or the crossing."""
    chosen = chance.random()
    if chosen < (0.75 if service.at == "building" else 0.45):
        return spot
    metres = chance.choice((8, 20, 45))
    east, north = spot.east + chance.gauss(0, metres), spot.north + chance.gauss(0, metres)
    if chosen < 0.85:
        return _house(chance, east, north)
    column, row = round(east / BLOCK), round(north / BLOCK)
    return Spot(column * BLOCK, row * BLOCK, 0, _avenue(column), _street(row))


def _house(chance: Random, east: float, north: float) -> Spot:
    """The house nearest to a point: its number counts a hundred a block, even on one side."""
    column, row = round(east / BLOCK), round(north / BLOCK)
    if abs(north - row * BLOCK) < abs(east - column * BLOCK):
        number = max(int(east) // 4 * 4, 2)
        return Spot(number, row * BLOCK, number, _street(row), _avenue(column))
    number = max(int(north) // 4 * 4 + 1, 1)
    return Spot(column * BLOCK, number, number, _avenue(column), _street(row))


def _sibling(chance: Random, service: Service) -> Service:
    """What another clerk calls the same thing: mostly another type of the same department."""
    same = [other for other in SERVICES if other.wide == service.wide]
    return chance.choice(same if chance.random() < 0.7 else SERVICES)


def _address(chance: Random, spot: Spot) -> str:
    """One of the ways to write it."""
    chosen = chance.random()
    if not spot.house:
        pair = [spot.along, spot.across]
        chance.shuffle(pair)
        return _spelt(chance, chance.choice((" & ", " and ", " / ")).join(pair))
    if chosen < 0.04:
        return ""
    if chosen < 0.08:
        return _spelt(chance, spot.along)
    unit = f" Apt {chance.randrange(1, 9)}" if chosen > 0.95 else ""
    rest = f", Kansas City, MO 641{spot.house % 40:02}" if chance.random() < 0.25 else ""
    return _spelt(chance, f"{spot.house} {spot.along}{unit}") + rest


def _spelt(chance: Random, address: str) -> str:
    if chance.random() < 0.35:
        for long, short in (("Street", "St"), ("Avenue", "Ave"), ("North", "N"), ("East", "E")):
            address = address.replace(long, short)
    return address.upper() if chance.random() < 0.3 else address


def _street(row: int) -> str:
    side = "East " if row % 3 else ""
    return f"{side}{row}{'th' if 10 < row % 100 < 14 else _ENDS.get(row % 10, 'th')} Street"


def _avenue(column: int) -> str:
    round_the_city, name = divmod(column, len(_NAMES))
    side = "North " if round_the_city % 2 else ""
    return (
        f"{side}{_NAMES[name]} {('Avenue', 'Road', 'Drive', 'Boulevard')[round_the_city // 2 % 4]}"
    )


_WIDTH = cos(radians(LAT))
_ENDS = {1: "st", 2: "nd", 3: "rd"}
_NAMES = (
    "Oak", "Maple", "Cedar", "Elm", "Pine", "Walnut", "Cherry", "Birch", "Willow", "Ash", "Grand",
    "Troost", "Holmes", "Locust", "Campbell", "Harrison", "Forest", "Tracy", "Virginia", "Lydia",
    "Highland", "Woodland", "Garfield", "Euclid", "Brooklyn", "Park", "Olive",
)  # fmt: skip

_SERVICES = """
Trash|house|Missed Trash Collection;Missed Recycling;Bulky Item Pick Up;Cart Replacement;Yard Waste
Streets|street|Pothole;Street Light Out;Sidewalk Damage;Street Sweeping;Signal Timing;Sign Missing
Water|street|Water Main Leak;Low Pressure;Hydrant;Catch Basin Clogged;Sewer Backup;Manhole Cover
Nuisance|building|Trash and Debris;Rank Weeds;Illegal Dumping;Abandoned Vehicle;Unsafe Structure
Animals|building|Stray Dog;Barking;Dead Animal Pickup;Bite;Neglect
Forestry|street|Tree Down;Tree Trimming;Stump;Park Maintenance;Mowing
Noise|building|Loud Music;Construction Noise;Fireworks;Idling Truck
Housing|building|No Heat;Mold;Rodents;Bed Bugs;Plumbing;Elevator Out of Service
Parking|street|Blocked Driveway;Illegal Parking;Meter Broken;Double Parked
Graffiti|building|Graffiti on Private Property;Graffiti on Public Property
Snow|street|Snow Plow Request;Icy Sidewalk
"""


def _services() -> list[Service]:
    found: list[Service] = []
    for line in _SERVICES.split("\n"):
        if line:
            wide, at, names = line.split("|")
            lies: Literal["house", "street", "building"] = (
                "house" if at == "house" else "street" if at == "street" else "building"
            )
            found += [Service(wide, name, lies) for name in names.split(";")]
    # Which are frequent has nothing to do with where they stand in the list.
    Random(3).shuffle(found)
    return found


SERVICES = _services()
