"""The seconds until an item that is removed is nowhere: a part of `benchmarks.desk`.

The server runs beside this process, with its caches: it does not decide itself. The
removed items stay in the database, with their decisions.
"""

from http.client import HTTPConnection
from time import monotonic, sleep
from urllib.parse import quote
from uuid import uuid4

from django.db import transaction

from accounts.models import User
from benchmarks import report
from items.services import post
from listings.models import Listing
from moderation import cases
from tests.live.server import Server, serve

MAX_SECONDS = 1.0
TIMES = 5
CLEAN_S = 1.5  # without a trace
WARM = 8  # answers before, so that each worker has its caches


def figure() -> None:
    """Print the seconds."""
    with serve({"LOG_LEVEL": "ERROR"}) as server:
        seconds = [_takedown(server) for _time in range(TIMES)]
    report.figure(
        "takedown: seconds until no answer shows the item",
        seconds,
        most=MAX_SECONDS,
        ours=f"at most {max(seconds):.2f} s of {TIMES}",
    )


def _takedown(server: Server) -> float:
    """Return after how many seconds the last answer showed a removed listing."""
    admin = User.objects.filter(is_superuser=True, is_active=True).order_by("pk")[0]
    seller = User.objects.filter(
        is_active=True, is_staff=False, email_confirmed=True
    ).order_by("pk")[0]
    word = f"zz{uuid4().hex[:10]}"
    number = int(uuid4().int % 1_900_000) + 0.125
    listing = post(
        Listing,
        owner=seller,
        fields={
            "title": f"Auto {word}",
            "description": f"Pārdodu auto {word}.",
            "category": "vehicles",
            "price": 77,
            "location": "Rīga",
            "latitude": 56.9512,
            "longitude": 24.1134,
            "attributes": {"mileage": number},
        },
        is_limited=False,
    )
    connection = server.connect()
    paths = _paths(listing, word, number)
    for _time in range(WARM):
        missing = [path for path in paths if not _shows(connection, path, listing)]
    if missing:
        raise RuntimeError(f"The listing is not in {missing}.")
    with transaction.atomic():
        case = cases.open_case("listing", listing, seller)
    began = monotonic()
    cases.decide(
        case,
        actor=admin,
        version=case.version,
        outcome="remove",
        ground="terms",
        facts="Made by a benchmark.",
    )
    last = 0.0
    while monotonic() - began - last < CLEAN_S:
        if any(_shows(connection, path, listing) for path in paths):
            last = monotonic() - began
        sleep(0.02)
    connection.close()
    return last


def _paths(listing: Listing, word: str, number: float) -> list[str]:
    """Return everything that shows a listing to the public."""
    latitude, longitude = listing.public_latitude, listing.public_longitude
    box = f"{longitude - 0.0005},{latitude - 0.0005},{longitude + 0.0005},"
    box += f"{latitude + 0.0005}"
    exact = f"attr.mileage_min={number}&attr.mileage_max={number}"
    return [
        f"/api/listings/{listing.pk}",
        "/api/listings?per_page=50",
        "/api/listings?category=vehicles&per_page=50",
        f"/api/listings?category=vehicles&{exact}",
        f"/api/listings?search={quote(word)}",
        f"/api/listings?owner={listing.seller_id}&per_page=50",
        f"/api/map?bbox={box}&zoom=20&kinds=listings&search={word}",
        f"/api/categories/listings/vehicles/facets?{exact}",
    ]


def _shows(connection: HTTPConnection, path: str, listing: Listing) -> bool:
    """Whether an answer has the title of the listing, or counts it among facets."""
    connection.request("GET", path)
    body = connection.getresponse().read().decode()
    if "/facets" in path:
        return '"total":1' in body.replace(" ", "")
    return listing.title in body
