"""Pictures of others, and prices that are far off."""

import io
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone
from PIL import Image, ImageDraw

from items.services import edit, post
from listings.models import Listing
from listings.tests.factories import ListingFactory
from offerings.tests.factories import OfferingFactory
from rules import price_levels
from rules.jobs import compute_price_levels
from rules.matching.pictures import dhash, is_flat
from rules.models import Fingerprint, PriceLevel
from rules.tests.factories import PriceLevelFactory
from uploads import services as uploads

pytestmark = pytest.mark.django_db
FIELDS = {"title": "Velo", "description": "Labs", "category": "sports", "price": 100}


def picture(seed: int, *, size=(640, 480), quality=90) -> ContentFile:
    image = Image.new("RGB", (640, 480), (40 * seed % 255, 90, 120))
    draw = ImageDraw.Draw(image)
    for number in range(12):
        x, y = (seed * 131 + number * 97) % 560, (seed * 71 + number * 53) % 400
        draw.ellipse((x, y, x + 90, y + 70), fill=(number * 20, 255 - x % 255, y % 255))
    buffer = io.BytesIO()
    image.resize(size).save(buffer, "JPEG", quality=quality)
    return ContentFile(buffer.getvalue(), "a.jpg")


def sell(owner, file) -> Listing:
    upload = uploads.create(file, owner=owner)
    return post(Listing, owner=owner, fields=FIELDS | {"images": [upload.url]})


@pytest.mark.parametrize("copy", [{}, {"size": (400, 300), "quality": 60}])
def test_a_picture_of_another_person_is_found(
    alice, bob, turn_on, hits, run_jobs, copy
):
    turn_on("duplicate_pictures")
    sell(alice, picture(1))
    again = sell(bob, picture(1, **copy))
    sell(bob, picture(2))
    run_jobs()
    assert hits == [("duplicate_pictures", "flag", again)]
    assert Fingerprint.objects.filter(target_type="upload").count() == 3


@pytest.mark.parametrize("is_on_before", [True, False])
def test_a_copy_does_not_stop_the_original(
    alice, bob, turn_on, hits, run_jobs, is_on_before
):
    """Also if the rule is turned on after both were posted."""
    if is_on_before:
        turn_on("duplicate_pictures")
    original, copy = sell(alice, picture(1)), sell(bob, picture(1))
    run_jobs()
    turn_on("duplicate_pictures")
    hits.clear()
    for listing in (original, copy):
        edit(listing, changes={"title": "Cits"})
        run_jobs()
    assert hits == [("duplicate_pictures", "flag", copy)]


def test_ones_own_picture_may_be_shown_again(alice, turn_on, hits, run_jobs):
    turn_on("duplicate_pictures")
    sell(alice, picture(1))
    sell(alice, picture(1))
    run_jobs()
    assert hits == []


def test_an_edit_without_pictures_reads_no_files(alice, turn_on, run_jobs):
    turn_on("duplicate_pictures")
    listing = ListingFactory(seller=alice)
    edit(listing, changes={"title": "Cits"})
    assert run_jobs() == []


def test_a_plain_picture_is_like_any_other():
    buffer = io.BytesIO()
    Image.new("RGB", (100, 100), "white").save(buffer, "PNG")
    assert is_flat(dhash(buffer.getvalue()))
    assert not is_flat(dhash(picture(1).read()))


# --- Prices ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("price", "is_odd"),
    [(100, False), (60, False), (10, True), (5000, True), (0, False)],
)
def test_a_price_far_off_the_category_is_found(
    alice, turn_on, hits, run_jobs, price, is_odd
):
    turn_on("price")
    PriceLevelFactory(category="sports")
    post(Listing, owner=alice, fields=FIELDS | {"price": price})
    run_jobs()
    assert bool(hits) is is_odd


def test_a_small_category_has_no_usual_price(alice, turn_on, hits, run_jobs):
    turn_on("price")
    PriceLevelFactory(category="sports", count=19)
    post(Listing, owner=alice, fields=FIELDS | {"price": 1})
    run_jobs()
    assert hits == []


def test_the_levels_are_those_of_open_items(db):
    for price in (50, 100, 200):
        ListingFactory(category="sports", price=price)
    ListingFactory(category="sports", price=9000, status="sold")
    ListingFactory(category="sports", price=9000, hidden=True)
    ListingFactory(category="sports", price=0)
    OfferingFactory(category="music", price=20, price_type="hourly")
    PriceLevelFactory(category="gone")
    compute_price_levels()
    levels = {
        (row.item_type, row.category, row.price_type): row for row in all_levels()
    }
    assert set(levels) == {
        ("listing", "sports", ""),
        ("offering", "music", "hourly"),
    }
    sports = levels["listing", "sports", ""]
    assert (sports.count, round(sports.price)) == (3, 100)
    assert round(sports.deviation, 3) == 0.693


def all_levels():
    return PriceLevel.objects.all()


def test_the_levels_can_be_computed_again(db):
    ListingFactory(category="sports", price=50)
    assert [price_levels.compute(), price_levels.compute()] == [1, 1]


def test_old_fingerprints_and_hits_are_deleted(db, settings):
    from jobs.maintenance import REGISTRY
    from rules.models import RuleHit
    from rules.tests.factories import FingerprintFactory, RuleHitFactory

    now = timezone.now()
    for make in (FingerprintFactory, RuleHitFactory):
        make()
        make(created_at=now - timedelta(days=181))
    for name in ("delete old fingerprints", "delete old hits of rules"):
        assert REGISTRY[name].run(now, dry_run=True) == 1
        assert REGISTRY[name].run(now, dry_run=False) == 1
    assert (Fingerprint.objects.count(), RuleHit.objects.count()) == (1, 1)


def test_pictures_of_a_day_are_bounded(alice, settings):
    settings.PICTURES_PER_DAY = 2
    for seed in (1, 2):
        uploads.create(picture(seed), owner=alice)
    with pytest.raises(uploads.TooManyPictures):
        uploads.create(picture(3), owner=alice)
