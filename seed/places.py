"""Districts of Riga and towns of Latvia, with coordinates."""

import math
from random import Random

from geo.distance import KM_PER_DEGREE

RIGA = (56.9496, 24.1052)
SHARE_IN_RIGA = 0.4  # within 15 km of its centre
DISTRICTS = (  # name, latitude, longitude, weight
    ("Rīga, Centrs", 56.9550, 24.1200, 20),
    ("Rīga, Vecrīga", 56.9489, 24.1064, 6),
    ("Rīga, Āgenskalns", 56.9363, 24.0730, 9),
    ("Rīga, Purvciems", 56.9570, 24.1880, 14),
    ("Rīga, Imanta", 56.9580, 24.0090, 10),
    ("Rīga, Ziepniekkalns", 56.8990, 24.0960, 8),
    ("Rīga, Teika", 56.9680, 24.1830, 8),
    ("Rīga, Mežciems", 56.9640, 24.2410, 4),
    ("Rīga, Pļavnieki", 56.9370, 24.2030, 9),
    ("Rīga, Ķengarags", 56.9050, 24.1730, 9),
    ("Rīga, Sarkandaugava", 56.9930, 24.1250, 4),
    ("Rīga, Jugla", 56.9860, 24.2530, 5),
    ("Rīga, Torņakalns", 56.9290, 24.0890, 3),
    ("Rīga, Zolitūde", 56.9420, 24.0130, 4),
    ("Rīga, Mežaparks", 57.0070, 24.1470, 3),
    ("Mārupe", 56.9060, 24.0580, 6),
    ("Baloži", 56.8752, 24.1192, 2),
    ("Ulbroka", 56.9370, 24.3010, 2),
)
TOWNS = (
    ("Daugavpils", 55.8747, 26.5362, 26),
    ("Liepāja", 56.5047, 21.0108, 24),
    ("Jelgava", 56.6511, 23.7214, 22),
    ("Jūrmala", 56.9680, 23.7704, 22),
    ("Ventspils", 57.3894, 21.5606, 14),
    ("Rēzekne", 56.5099, 27.3331, 11),
    ("Valmiera", 57.5385, 25.4264, 11),
    ("Ogre", 56.8162, 24.6140, 11),
    ("Jēkabpils", 56.4990, 25.8574, 9),
    ("Salaspils", 56.8609, 24.3497, 9),
    ("Tukums", 56.9670, 23.1529, 8),
    ("Cēsis", 57.3119, 25.2745, 8),
    ("Sigulda", 57.1537, 24.8540, 7),
    ("Olaine", 56.7953, 23.9358, 6),
    ("Ādaži", 57.0769, 24.3233, 5),
    ("Ķekava", 56.8266, 24.2300, 4),
    ("Kuldīga", 56.9681, 21.9619, 6),
    ("Saldus", 56.6636, 22.4881, 5),
    ("Bauska", 56.4076, 24.1905, 5),
    ("Dobele", 56.6249, 23.2788, 5),
    ("Talsi", 57.2446, 22.5858, 5),
    ("Krāslava", 55.8951, 27.1680, 3),
    ("Ludza", 56.5469, 27.7190, 3),
    ("Gulbene", 57.1777, 26.7529, 3),
    ("Madona", 56.8533, 26.2170, 3),
    ("Alūksne", 57.4223, 27.0464, 3),
    ("Līvāni", 56.3542, 26.1757, 3),
    ("Aizkraukle", 56.6000, 25.2553, 3),
    ("Limbaži", 57.5128, 24.7194, 3),
    ("Smiltene", 57.4241, 25.9017, 2),
    ("Balvi", 57.1313, 27.2658, 2),
    ("Preiļi", 56.2942, 26.7246, 2),
    ("Valka", 57.7753, 26.0174, 2),
    ("Saulkrasti", 57.2620, 24.4117, 2),
    ("Kandava", 57.0373, 22.7785, 2),
    ("Aizpute", 56.7211, 21.6000, 1),
    ("Grobiņa", 56.5352, 21.1678, 1),
    ("Rūjiena", 57.8975, 25.3320, 1),
)
STREETS = (
    "Skolas",
    "Dārza",
    "Parka",
    "Liepu",
    "Stacijas",
    "Meža",
    "Jūras",
    "Rīgas",
    "Ozolu",
    "Saules",
    "Upes",
    "Pils",
)
SPREAD_KM = 0.9


def random_place(rng: Random) -> dict:
    """Return a random place as model fields: location, address and exact point."""
    group = DISTRICTS if rng.random() < SHARE_IN_RIGA else TOWNS
    return place_near(_choose(rng, group), rng)


def place_near(place: tuple, rng: Random) -> dict:
    """Return a random place about `SPREAD_KM` from `place`, as model fields."""
    name, latitude, longitude, _weight = place
    north, east = (rng.gauss(0, SPREAD_KM) for _axis in range(2))
    km_per_degree = KM_PER_DEGREE * math.cos(math.radians(latitude))
    town = name.split(",")[0]
    street = rng.choice(STREETS)
    return {
        "location": name,
        "address": f"{street} iela {rng.randint(1, 120)}, {town}",
        "latitude": round(latitude + north / KM_PER_DEGREE, 6),
        "longitude": round(longitude + east / km_per_degree, 6),
    }


_CUMULATIVE_WEIGHTS: dict[tuple, list[int]] = {}


def _choose(rng: Random, group: tuple) -> tuple:
    if group not in _CUMULATIVE_WEIGHTS:
        total, sums = 0, []
        for place in group:
            total += place[3]
            sums.append(total)
        _CUMULATIVE_WEIGHTS[group] = sums
    return rng.choices(group, cum_weights=_CUMULATIVE_WEIGHTS[group])[0]
