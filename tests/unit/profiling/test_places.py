"""Places are known by the names of two columns and by their values."""

import numpy as np
import pytest

from percept.dataset.formula import compute
from percept.profiling.columns import profile_column
from percept.profiling.places import directions


def found(low: float = 32.5, high: float = 41.9, **names: bool) -> dict[str, str]:
    """Derive from columns of these names, longitudes where true."""
    columns = []
    for name, is_longitude in names.items():
        numbers = np.linspace(*((-124.3, -114.3) if is_longitude else (low, high)), 200)
        cells = np.array([f"{number:.3f}" for number in numbers], dtype=object)
        columns.append(profile_column(name, cells, np.arange(len(cells)) + 2))
    return directions(columns)


@pytest.mark.parametrize("north", ["latitude", "lat", "Latitude", "위도"])
@pytest.mark.parametrize("east", ["longitude", "lng", "lon", "경도"])
def test_a_place_gives_six_directions(north, east):
    assert len(found(**{north: False, east: True})) == 6


def test_each_place_of_several_has_its_own():
    names = found(pickup_lat=False, pickup_lng=True, dropoff_lat=False, dropoff_lng=True)
    assert len(names) == 12
    assert all(formula.count("pickup") in (0, 2) for formula in names.values())


def test_directions_are_those_that_their_names_tell():
    one = {"lat": np.array([np.cos(np.radians(22.5))]), "lng": np.array([-np.sin(np.radians(22.5))])}
    formulas = found(lat=False, lng=True)
    lengths = {name: compute(formula, one)[0] for name, formula in formulas.items()}
    assert max(lengths, key=lambda name: lengths[name] / np.hypot(1, _slope(formulas[name]))) == "lat_west_22"


def _slope(formula: str) -> float:
    return float(formula.split()[2]) if "*" in formula else 1.0


@pytest.mark.parametrize(
    "columns",
    [
        {"lat": False},
        {"lat": False, "pickup_lng": True},
        {"platform": False, "lng": True},
        {"lat": False, "lng": True, "high": 91},
        {"the lat": False, "the lng": True},  # no name that a formula could have
    ],
)
def test_what_is_no_place_gives_none(columns):
    assert found(**columns) == {}
