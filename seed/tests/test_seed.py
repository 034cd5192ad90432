import re
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db.models import Count
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import UserFactory
from alerts.models import SavedSearch
from audit.models import Decision
from categories import tree
from categories.services import clean
from geo.distance import haversine_km
from jobs.maintenance import run_all
from jobs.models import Job
from jobs.queue import max_attempts
from listings.models import Listing
from listings.tests.factories import ListingFactory
from messaging.models import Conversation, Message
from moderation.models import Case, CaseSnapshot
from offerings.models import Offering
from reviews.models import Review
from seed import services
from seed.cases import WAVE
from seed.drawing import SHAPES
from seed.people import DEMO_PASSWORD, DEMO_ROLES
from seed.places import RIGA, random_place
from seed.services import MODELS
from seed.sizes import SIZES, Size
from seed.words.goods import ABOUT_GOODS, THINGS
from tasks.models import TaskApplication, TaskEvent, TaskRequest
from uploads.models import Upload

VILLAGE = Size(
    people=16,
    listings=24,
    tasks=90,
    offerings=12,
    reviews=150,
    favorites=40,
    conversations=12,
    own_pictures=True,
)
MORNING = datetime(2031, 5, 6, 5, 30, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def build(size=VILLAGE, *, random_state=1, now=MORNING):
    services.build(size, random_state=random_state, now=now)


def content() -> list:
    return [
        list(model.objects.order_by("pk").values())
        for model in MODELS
        if model is not User
    ] + [list(User.objects.order_by("pk").values("username", "email", "latitude"))]


def test_dead_jobs_have_had_all_their_attempts():
    build()
    dead = Job.objects.filter(status=Job.Status.DEAD)
    assert dead
    assert all(job.attempts == max_attempts(job.name) for job in dead)


def work_for_maintenance() -> dict[str, int]:
    """How many rows each periodic job would repair or delete."""
    found = dict(run_all(at=MORNING, dry_run=True))
    return {name: found[name] for name in found if not name.startswith("notify of")}


def test_counters_are_right_by_construction():
    """F4: the periodic jobs have nothing to repair."""
    before = work_for_maintenance()
    build()
    assert work_for_maintenance() == before
    assert User.objects.filter(reviews_count__gt=0, tasks_completed__gt=0).exists()
    assert Review.objects.filter(moderation="hidden").exists()


def test_items_that_share_pictures_count_their_uses():
    build(Size(**{**vars(VILLAGE), "own_pictures": False}))
    assert dict(run_all(at=MORNING, dry_run=True))["repair picture counts"] == 0
    assert Upload.objects.filter(uses__gt=1).exists()


def test_same_day_and_random_state_make_the_same_data():
    build()
    first = content()
    services.clear()
    build(now=MORNING + timedelta(hours=12))
    assert content() == first


def test_another_random_state_makes_other_data():
    build()
    first = content()
    services.clear()
    build(random_state=2)
    assert content() != first


def test_history_leads_to_the_status():
    """T11: each event starts in the status where the last one ended."""
    build()
    for task in TaskRequest.objects.prefetch_related("events"):
        status = "open"
        for event in sorted(task.events.all(), key=lambda event: event.pk):
            assert event.old == status
            assert event.created_at > task.created_at
            status = event.new
        assert status == task.status


def test_every_status_of_tasks_is_there():
    build(SIZES["small"])
    found = set(TaskRequest.objects.values_list("status", flat=True))
    assert found == set(TaskRequest.Status.values)


def test_the_worker_is_whose_application_was_accepted():
    build()
    taken = TaskRequest.objects.exclude(assigned_to=None)
    accepted = TaskApplication.objects.filter(status="accepted")
    assert set(accepted.values_list("task", "applicant")) == set(
        taken.values_list("pk", "assigned_to")
    )


def test_demo_accounts_sign_in(api):
    build()
    for name in DEMO_ROLES:
        answer = api.post(
            "/api/auth/login",
            {"email": f"{name}@example.com", "password": DEMO_PASSWORD},
        )
        assert answer.status_code == 200
    assert User.objects.get(username="staff").is_superuser
    moderator = User.objects.get(username="moderator")
    assert (moderator.is_staff, moderator.is_superuser) == (True, False)
    assert moderator.groups.get().name == "Moderators"
    validate_password(DEMO_PASSWORD, User.objects.get(username="demo"))


def test_demo_has_applications_to_answer_and_work_to_confirm(api):
    build()
    demo = User.objects.get(username="demo")
    waiting = api.as_(demo).get("/api/tasks/notifications").json()
    assert waiting["pending_applications"] > 0
    assert waiting["pending_confirmation"] > 0
    assert waiting["accepted_applications"] > 0


def test_demo_has_conversations_to_read(api):
    build(SIZES["small"])
    demo = User.objects.get(username="demo")
    rows = api.as_(demo).get("/api/messages/conversations").json()["conversations"]
    names = {row["other_participant"]["username"] for row in rows}
    assert {"helper"} < names
    assert {row["about"]["type"] for row in rows} == {"task"}
    assert sum(row["unread_count"] for row in rows) > 0


def test_messages_are_in_order():
    build()
    assert Conversation.objects.count() == VILLAGE.conversations
    for conversation in Conversation.objects.select_related("last_message"):
        messages = list(conversation.messages.order_by("seq"))
        assert [m.seq for m in messages] == list(range(1, conversation.last_seq + 1))
        times = [m.created_at for m in messages]
        assert times == sorted(times)
        assert (conversation.last_message, conversation.updated_at) == (
            messages[-1],
            times[-1],
        )
        assert conversation.created_at <= times[0]


def test_people_write_between_eight_and_ten():
    """D1: nobody writes at night."""
    build()
    hours = {
        timezone.localtime(at).hour
        for at in Message.objects.values_list("created_at", flat=True)
    }
    assert hours <= set(range(8, 22))


def test_people_have_names():
    """D1: everybody but the accounts of the demo has a name of their own."""
    build()
    assert not User.objects.filter(first_name="").exclude(is_staff=True).exists()


@pytest.mark.parametrize("model", [Listing, Offering, TaskRequest])
def test_no_sentence_stands_twice_in_a_description(model):
    """D1: each sentence of a description says something new."""
    build(SIZES["small"])
    for text in model.objects.values_list("description", flat=True):
        sentences = re.split(r"(?<=[.!?]) ", text)
        assert len(sentences) == len(set(sentences))


def test_listings_have_the_categories_that_clients_name():
    """D1: those of the client's form, which prints the key of any other."""
    build(SIZES["small"])
    known = {
        *("electronics", "vehicles", "property", "furniture", "clothing"),
        *("sports", "other"),
    }
    assert set(Listing.objects.values_list("category", flat=True)) == known


def test_vehicles_and_dwellings_have_values_that_their_categories_take():
    build(SIZES["small"])
    found = Listing.objects.exclude(attributes={})
    assert {row.category for row in found} == {"vehicles", "property"}
    for row in found:
        known = tree.of("listings").nodes[row.category].active_fields
        assert clean(known, row.attributes, stored={}) == row.attributes


def test_each_thing_has_a_drawing_and_sentences_of_its_kind():
    """D1: a picture shows what the title says."""
    assert {thing.motif for thing in THINGS} <= set(SHAPES)
    assert {thing.about for thing in THINGS} == set(ABOUT_GOODS)


def test_every_screen_has_something_to_show():
    """D1: what staff and people look at exists."""
    build(SIZES["small"])
    assert Conversation.objects.exists()
    assert SavedSearch.objects.exists()
    assert TaskRequest.objects.filter(status="disputed").exists()
    assert Listing.objects.exclude(moderation="visible").exists()
    assert Job.objects.filter(status="dead").exists()


def test_demo_has_notifications(api):
    build()
    demo = User.objects.get(username="demo")
    found = api.as_(demo).get("/api/notifications").json()["notifications"]
    assert {"application_received", "task_done"} <= {row["kind"] for row in found}
    assert {row["is_read"] for row in found} == {True, False}
    assert "…" not in str(found)


def test_moderators_have_a_case_of_each_kind():
    build()
    cases = Case.objects.all()
    assert {case.target_type for case in cases} >= {"listing", "task", "offering"}
    assert {case.target_type for case in cases} >= {"review", "message", "user"}
    assert {case.status for case in cases} >= {"open", "assigned", "decided"}
    assert User.objects.filter(is_restricted=True, restrictions__isnull=False).exists()
    assert Decision.objects.exclude(batch="").count() > 1
    wave = CaseSnapshot.objects.filter(text=WAVE).values("digest")
    assert len(wave) > 4


def test_demo_has_searches_that_the_lists_understand(api):
    build()
    demo = api.as_(User.objects.get(username="demo"))
    rows = demo.get("/api/saved-searches").json()["saved_searches"]
    assert {row["kind"] for row in rows} == {"listings", "tasks", "offerings"}
    assert all(demo.get(row["results"]).status_code == 200 for row in rows)
    same = {name: rows[0][name] for name in ("kind", "name", "query")}
    assert demo.post("/api/saved-searches", same).json()["code"] == "saved_already"


def test_pictures_are_stored_and_belong_to_the_poster():
    build()
    for upload in Upload.objects.all():
        assert default_storage.size(upload.key) == upload.size
        assert default_storage.exists(upload.thumbnail_key)
    listing = Listing.objects.exclude(images="").first()
    assert Upload.objects.get(
        key=listing.images.split(",")[0].split("/")[-1]
    ).owner_id == (listing.seller_id)


def test_all_is_past_but_deadlines_and_nothing_is_due():
    build()
    models = (User, Listing, TaskRequest, TaskApplication, TaskEvent, Upload, Message)
    for model in models:
        assert not model.objects.filter(created_at__gt=MORNING).exists()
    assert not TaskRequest.objects.due(at=MORNING).exists()


def test_two_fifths_live_around_riga():
    rng = Random(7)
    points = [random_place(rng) for _number in range(4000)]
    around = sum(
        haversine_km(*RIGA, point["latitude"], point["longitude"]) < 15
        for point in points
    )
    assert 0.37 < around / len(points) < 0.45


def test_rows_can_be_added_after_seeding():
    """The id sequences continue after the seeded rows."""
    build()
    assert ListingFactory().pk > VILLAGE.listings


@pytest.fixture
def village(monkeypatch):
    monkeypatch.setitem(SIZES, "small", VILLAGE)


def test_command_prints_counts(village, capsys):
    call_command("seed")
    assert "16 users" in capsys.readouterr().out


def test_command_refuses_with_real_users(village):
    UserFactory()
    with pytest.raises(CommandError, match="--yes"):
        call_command("seed")
    assert User.objects.count() == 1


def test_command_adds_to_real_users_with_yes(village):
    real = UserFactory()
    call_command("seed", "--yes")
    assert User.objects.filter(is_demo=True).count() == VILLAGE.people
    assert User.objects.filter(pk=real.pk).exists()


def test_command_never_deletes_real_users(village):
    UserFactory()
    with pytest.raises(CommandError, match="--reset"):
        call_command("seed", "--yes", "--reset")
    assert User.objects.count() == 1


def test_command_seeds_once_unless_reset(village):
    call_command("seed")
    with pytest.raises(CommandError, match="--reset"):
        call_command("seed")
    call_command("seed", "--reset")
    assert User.objects.aggregate(Count("pk"))["pk__count"] == VILLAGE.people


def test_command_does_nothing_with_if_empty(village, capsys):
    UserFactory()
    call_command("seed", "--if-empty")
    assert "nothing to seed" in capsys.readouterr().out
    assert User.objects.count() == 1
