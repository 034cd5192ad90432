"""Races for pictures."""

import random
import secrets
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.utils import timezone

from accounts.models import User
from tests.live.harness import Call, Harness
from tests.live.race_scenarios import race_scenario
from tests.live.race_scenarios.cast import new_listing, people, token
from uploads import services
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


@race_scenario(rounds=40)
def attach_and_delete(harness: Harness) -> None:
    """R8: an owner attaches a picture and deletes it: one of the two takes effect."""
    seller = people(1)[0]
    item, upload = new_listing(seller), new_picture(seller)
    attach = attach_call(item.pk, upload)
    delete = Call("DELETE", upload.url, token(seller))
    answers = harness.send_together([attach, delete])
    attached, deleted = (answer.status for answer in answers)
    uses = list(Upload.objects.filter(pk=upload.pk).values_list("uses", flat=True))
    outcome = (attached, deleted, uses)
    if outcome not in ((200, 409, [1]), (404, 200, [])):
        harness.violations.append(f"attach, delete, uses: {outcome}")


luck = random.Random(5)


@race_scenario(rounds=40)
def attach_and_sweep(harness: Harness) -> None:
    """R8: maintenance deletes an old unused picture while its owner attaches it."""
    seller = people(1)[0]
    item, upload = new_listing(seller), new_picture(seller)
    for _ in range(luck.randint(2, 25)):  # newer ones, which the sweep deletes first
        new_picture(seller)
    at = timezone.now() + timedelta(hours=settings.ORPHAN_UPLOAD_HOURS + 1)
    sweep = partial(_sweep, at)
    [answer] = harness.send_together([attach_call(item.pk, upload)], beside=[sweep])
    uses = list(Upload.objects.filter(pk=upload.pk).values_list("uses", flat=True))
    outcome = (answer.status, uses)
    if outcome not in ((200, [1]), (404, [])):
        harness.violations.append(f"attach, uses after the sweep: {outcome}")


def _sweep(at: datetime) -> None:
    services.delete_orphans(at=at)


def attach_call(listing_id: int, upload: Upload) -> Call:
    body = {"images": [upload.url]}
    return Call("PATCH", f"/api/listings/{listing_id}", token(upload.owner), body)
