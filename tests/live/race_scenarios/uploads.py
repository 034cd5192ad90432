"""A race for pictures."""

import secrets

from accounts.models import User
from tests.live.harness import Call, Harness
from tests.live.race_scenarios import race_scenario
from tests.live.race_scenarios.cast import new_listing, people, token
from uploads.models import Upload


@race_scenario(rounds=5)
def swap_pictures(harness: Harness) -> None:
    """Listings exchange their pictures; the use count of each picture stays exact."""
    seller = people(1)[0]
    items = [new_listing(seller) for _ in range(8)]
    sets = [[new_picture(seller).url for _ in range(5)] for _ in range(2)]
    for even, odd in (sets, sets[::-1]):
        calls = [
            Call("PATCH", f"/api/listings/{item.pk}", token(seller), {"images": images})
            for item, images in zip(items, [even, odd] * 4, strict=True)
        ]
        harness.check_statuses(harness.send_together(calls), {200: 8})
    uses = Upload.objects.filter(owner=seller).values_list("uses", flat=True)
    harness.check_equal("uses", list(uses), [4] * 10)


def new_picture(owner: User) -> Upload:
    return Upload.objects.create(
        owner=owner,
        key=f"{secrets.token_hex(16)}.png",
        content_type="image/png",
        size=1,
        width=1,
        height=1,
        digest="",
    )
