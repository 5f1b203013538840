"""Places on a map, given as latitude and longitude: how far they lie along slanting lines are numbers of their own.

Bins of latitude and longitude alone cut a map into a grid; a coast or a valley seldom runs along one.
"""

from collections.abc import Iterable

from percept.profiling.columns import ColumnProfile, words_of

LATITUDES = {"latitude", "lat", "breitengrad", "위도"}
LONGITUDES = {"longitude", "long", "lon", "lng", "längengrad", "laengengrad", "경도"}
SLOPES = {22: 0.41, 45: 1.0, 67: 2.41}  # direction in degrees from north or south -> its tangent
FEWEST = 50  # different values: fewer are places that a category tells apart


def directions(columns: Iterable[ColumnProfile]) -> dict[str, str]:
    """Return columns to derive from latitudes and longitudes, as `features.derive` takes them.

    A pair is two numeric columns whose names differ in the one word alone: pickup_lat and pickup_lng.
    """
    places = [column for column in columns if _may_be_place(column)]
    latitudes, longitudes = _by_other_words(places, LATITUDES, 90), _by_other_words(places, LONGITUDES, 180)
    found: dict[str, str] = {}
    for key, north in latitudes.items():
        if (east := longitudes.get(key)) is None:
            continue
        for degrees, slope in SLOPES.items():
            share = east if slope == 1 else f"{slope:g} * {east}"
            found |= {f"{north}_east_{degrees}": f"{north} + {share}", f"{north}_west_{degrees}": f"{north} - {share}"}
    return found


def _may_be_place(column: ColumnProfile) -> bool:
    return column.use == "numeric" and not column.whole and column.num_values >= FEWEST and column.name.isidentifier()


def _by_other_words(columns: Iterable[ColumnProfile], words: set[str], most: float) -> dict[tuple[str, ...], str]:
    """Return the names that have one of the words, by their other words."""
    found = {}
    for column in columns:
        parts = words_of(column.name)
        if len(words.intersection(parts)) == 1 and -most <= column.low and column.high <= most:
            found[tuple(part for part in parts if part not in words)] = column.name
    return found
