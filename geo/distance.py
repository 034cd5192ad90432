"""Distances on the surface of the Earth."""

import math

EARTH_RADIUS_KM = 6371.0  # of the contract's haversine distance


KM_PER_DEGREE = math.pi * EARTH_RADIUS_KM / 180


def haversine_km(lat1: float, lng1: float, lat2: float, lng2: float) -> float:
    """Return the great-circle distance in km.

    R. W. Sinnott, "Virtues of the Haversine" (1984).
    """
    return (
        2
        * EARTH_RADIUS_KM
        * math.asin(math.sqrt(min(1.0, _haversine(lat1, lng1, lat2, lng2))))
    )


def _haversine(lat1: float, lng1: float, lat2: float, lng2: float) -> float:
    rise = math.sin(math.radians(lat2 - lat1) / 2) ** 2
    run = math.sin(math.radians(lng2 - lng1) / 2) ** 2
    return rise + math.cos(math.radians(lat1)) * math.cos(math.radians(lat2)) * run
