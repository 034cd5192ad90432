"""The races. Each plays one round on a `Stage`; `rounds` says how many there are."""

import itertools
import secrets
import time
from collections import Counter
from datetime import timedelta
from functools import cache, partial

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from accounts import tokens
from accounts.models import Session, User
from favorites.models import Favorite
from listings.models import Listing
from reviews.models import Review
from tasks.models import TaskApplication, TaskRequest
from tasks.services import run_due
from tasks.tests.factories import ApplicationFactory, TaskFactory
from tasks.workflow import TASK_WORKFLOW
from tests.live.stage import Call, Stage
from uploads.models import Upload

PASSWORD = "correct horse battery"
CONTESTS = []
_numbers = itertools.count()


def contest(*, rounds: int):
    def enter(play):
        play.rounds = rounds
        CONTESTS.append(play)
        return play

    return enter


# --- The cast -------------------------------------------------------------------------


@cache
def password_hash() -> str:
    return make_password(PASSWORD)  # slow: once for everybody


def people(count: int) -> list[User]:
    names = [f"racer{next(_numbers)}" for _ in range(count)]
    return User.objects.bulk_create(
        User(username=name, email=f"{name}@example.com", password=password_hash())
        for name in names
    )


@cache
def crowd() -> list[User]:
    """Fifty people who take part in many races."""
    return people(50)


@cache
def token(person: User) -> str:
    return tokens.open_session(person)["token"]


def post(path: str, person: User, **body) -> Call:
    return Call("POST", path, token(person), body)


def new_task(**facts) -> TaskRequest:
    facts.setdefault("creator", people(1)[0])
    return TaskFactory(**facts)


def history(task: TaskRequest) -> list[tuple[str, str]]:
    return list(task.events.order_by("pk").values_list("old", "new"))


def check_history(stage: Stage, task: TaskRequest, first: str) -> None:
    """T11: each event begins where the one before ended, and the last is the state."""
    steps = history(task)
    reached = [first, *(new for _old, new in steps)]
    stage.same("where events began", [old for old, _new in steps], reached[:-1])
    stage.same("state by history", reached[-1], task.status)


# --- Applications ---------------------------------------------------------------------


@contest(rounds=20)
def accept_different_applications(stage: Stage) -> None:
    """T2: of fifty acceptances one wins; the other applications are rejected."""
    task = new_task()
    rows = TaskApplication.objects.bulk_create(
        TaskApplication(task=task, applicant=person) for person in crowd()
    )
    accept = partial(post, f"/api/tasks/{task.pk}/accept", task.creator)
    answers = stage.at_once([accept(application_id=row.pk) for row in rows])
    stage.statuses(answers, {200: 1, 409: 49})
    found = Counter(task.applications.values_list("status", flat=True))
    stage.same("applications", found, Counter(accepted=1, rejected=49))
    task.refresh_from_db()
    chosen = task.applications.filter(status="accepted").first()
    stage.same("worker", task.assigned_to_id, chosen and chosen.applicant_id)
    stage.same("history", history(task), [("open", "assigned")])


@contest(rounds=10)
def apply_twenty_times(stage: Stage) -> None:
    """T3: a person applies once, and is counted once."""
    task, worker = new_task(), crowd()[0]
    answers = stage.at_once([post(f"/api/tasks/{task.pk}/apply", worker)] * 20)
    stage.statuses(answers, {201: 1, 409: 19})
    task.refresh_from_db()
    stage.same("rows", task.applications.count(), 1)
    stage.same("applications_count", task.applications_count, 1)


@contest(rounds=5)
def apply_by_fifty(stage: Stage) -> None:
    """The count of applications is exact."""
    task = new_task()
    calls = [post(f"/api/tasks/{task.pk}/apply", person) for person in crowd()]
    stage.statuses(stage.at_once(calls), {201: 50})
    task.refresh_from_db()
    stage.same("applications_count", task.applications_count, 50)


@contest(rounds=20)
def apply_while_accepted(stage: Stage) -> None:
    """No application is left waiting for a task that is taken."""
    first = ApplicationFactory(task=new_task(), applicant=crowd()[0])
    task = first.task
    TaskRequest.objects.filter(pk=task.pk).update(applications_count=1)
    calls = [post(f"/api/tasks/{task.pk}/apply", p) for p in crowd()[1:20]]
    accept = post(f"/api/tasks/{task.pk}/accept", task.creator, application_id=first.pk)
    calls.insert(8, accept)
    answers = stage.at_once(calls)
    applied = sum(answer.status == 201 for answer in answers)
    stage.statuses(answers, {200: 1, 201: applied, 409: 19 - applied})
    task.refresh_from_db()
    stage.same("waiting", task.applications.filter(status="pending").count(), 0)
    stage.same("applications_count", task.applications_count, applied + 1)


@contest(rounds=20)
def accept_or_withdraw(stage: Stage) -> None:
    """One application is accepted or withdrawn; the other call is refused."""
    application = ApplicationFactory(task=new_task(), applicant=crowd()[0])
    task = application.task
    TaskRequest.objects.filter(pk=task.pk).update(applications_count=1)
    path = f"/api/tasks/{task.pk}/applications/{application.pk}"
    accept = Call("POST", f"{path}/accept", token(task.creator))
    withdraw = Call("DELETE", path, token(application.applicant))
    answers = stage.at_once([accept, withdraw] * 4)
    stage.same("winners", sum(answer.is_success for answer in answers), 1)
    application.refresh_from_db()
    task.refresh_from_db()
    outcome = (application.status, task.status, task.applications_count)
    accepted = any(answer.is_success for answer in answers[::2])
    wanted = ("accepted", "assigned", 1) if accepted else ("withdrawn", "open", 0)
    stage.same("outcome", outcome, wanted)


@contest(rounds=20)
def accept_or_edit(stage: Stage) -> None:
    """An edit comes before the acceptance or is refused; it undoes nothing."""
    application = ApplicationFactory(task=new_task(), applicant=crowd()[0])
    task = application.task
    path = f"/api/tasks/{task.pk}"
    edit = Call("PATCH", path, token(task.creator), {"title": "Sweep the yard"})
    accept = post(f"{path}/accept", task.creator, application_id=application.pk)
    answers = stage.at_once([edit, accept, edit])
    stage.same("acceptance", answers[1].status, 200)
    edited = any(answer.is_success for answer in answers[::2])
    title = "Sweep the yard" if edited else task.title
    task.refresh_from_db()
    outcome = (task.status, task.assigned_to_id, task.title)
    stage.same("outcome", outcome, ("assigned", application.applicant_id, title))


# --- The end of a task ----------------------------------------------------------------


@contest(rounds=5)
def confirm_by_fifty(stage: Stage) -> None:
    """T5: a task is confirmed once, and counted once for its worker."""
    worker = people(1)[0]
    task = new_task(done=True, assigned_to=worker)
    answers = stage.at_once([post(f"/api/tasks/{task.pk}/confirm", task.creator)] * 50)
    stage.statuses(answers, {200: 1, 409: 49})
    worker.refresh_from_db()
    stage.same("tasks_completed", worker.tasks_completed, 1)
    stage.same("history", history(task), [("pending_confirmation", "completed")])


@contest(rounds=30)
def confirm_dispute_or_cancel(stage: Stage) -> None:
    """T6: one terminal outcome, and the history tells how it came."""
    worker = people(1)[0]
    task = new_task(done=True, assigned_to=worker)
    verbs = ("confirm", "dispute", "cancel")
    calls = [post(f"/api/tasks/{task.pk}/{verb}", task.creator) for verb in verbs]
    answers = stage.at_once(calls * 3)
    task.refresh_from_db()
    worker.refresh_from_db()
    events = list(task.events.order_by("pk").values_list("name", flat=True))
    won = [verb for verb, a in zip(verbs * 3, answers, strict=True) if a.is_success]
    stage.same("events", sorted(events), sorted(won))
    ends = [name for name in events if name != "dispute"]
    wanted = {"confirm": "completed", "cancel": "cancelled"}
    stage.same("ends", [wanted[name] for name in ends], [task.status])
    stage.same("tasks_completed", worker.tasks_completed, ends.count("confirm"))
    check_history(stage, task, "pending_confirmation")


@contest(rounds=10)
def confirm_each_others_tasks(stage: Stage) -> None:
    """Two people who work for each other confirm at once: nobody waits for ever."""
    one, other = people(2)
    tasks = [new_task(done=True, creator=one, assigned_to=other) for _ in range(8)]
    tasks += [new_task(done=True, creator=other, assigned_to=one) for _ in range(8)]
    calls = [post(f"/api/tasks/{task.pk}/confirm", task.creator) for task in tasks]
    stage.statuses(stage.at_once(calls), {200: 16})
    for person in (one, other):
        person.refresh_from_db()
        stage.same("tasks_completed", person.tasks_completed, 8)


@contest(rounds=3)
def confirm_beside_two_clocks(stage: Stage) -> None:
    """T7: the clock runs twice while creators confirm: each task ends once."""
    long_ago = timezone.now() - timedelta(days=settings.AUTO_CONFIRM_DAYS + 1)
    worker = people(1)[0]
    late = partial(new_task, done=True, assigned_to=worker, marked_done_at=long_ago)
    tasks = [late() for _ in range(20)]
    calls = [post(f"/api/tasks/{task.pk}/confirm", task.creator) for task in tasks]
    answers = stage.at_once(calls, beside=[confirm_late_tasks] * 2)
    won = sum(answer.is_success for answer in answers)
    stage.statuses(answers, {200: won, 409: 20 - won})
    for task in tasks:
        stage.same("history", history(task), [("pending_confirmation", "completed")])
    worker.refresh_from_db()
    stage.same("tasks_completed", worker.tasks_completed, 20)


def confirm_late_tasks() -> None:
    late = TaskRequest.objects.unconfirmed(at=timezone.now())
    run_due(TASK_WORKFLOW, "auto-confirm", late)


# --- Pictures -------------------------------------------------------------------------


@contest(rounds=5)
def swap_pictures(stage: Stage) -> None:
    """Items take each other's pictures: each is counted where it is shown."""
    seller = people(1)[0]
    items = [new_listing(seller) for _ in range(8)]
    sets = [[new_picture(seller).url for _ in range(5)] for _ in range(2)]
    for even, odd in (sets, sets[::-1]):
        calls = [
            Call("PATCH", f"/api/listings/{item.pk}", token(seller), {"images": images})
            for item, images in zip(items, [even, odd] * 4, strict=True)
        ]
        stage.statuses(stage.at_once(calls), {200: 8})
    uses = Upload.objects.filter(owner=seller).values_list("uses", flat=True)
    stage.same("uses", list(uses), [4] * 10)


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


# --- Favorites ------------------------------------------------------------------------


def new_listing(seller: User | None = None) -> Listing:
    return Listing.objects.create(
        seller=seller or people(1)[0],
        title="A bicycle",
        description="Blue.",
        category="bicycles",
        price=50,
    )


def marks(answers) -> int:
    """How many more of them marked than unmarked."""
    marked = sum(answer.data.get("is_favorited", False) for answer in answers)
    return 2 * marked - len(answers)


@contest(rounds=3)
def toggle_a_hundred_times(stage: Stage) -> None:
    """F1: by one person; the answers add up to what is left."""
    listing, person = new_listing(), crowd()[0]
    toggle = post("/api/favorites", person, item_type="listing", item_id=listing.pk)
    answers = stage.at_once([toggle] * 100)
    stage.statuses(answers, {200: 100})
    rows = Favorite.objects.filter(user=person, listing=listing).count()
    stage.same("rows", rows, 0)
    stage.same("marked less unmarked", marks(answers), rows)


@contest(rounds=3)
def toggle_by_fifty(stage: Stage) -> None:
    """F2: everybody's mark is kept."""
    item = {"item_type": "listing", "item_id": new_listing().pk}
    calls = [post("/api/favorites", person, **item) for person in crowd()]
    answers = stage.at_once(calls)
    stage.statuses(answers, {200: 50})
    stage.same("marked less unmarked", marks(answers), 50)
    rows = Favorite.objects.filter(listing=item["item_id"]).count()
    stage.same("rows", rows, 50)


# --- Reviews --------------------------------------------------------------------------


def check_rating(stage: Stage, person: User) -> None:
    """F4: the rating is what the rows come to."""
    ratings = Review.objects.filter(reviewed_user=person).values_list("rating")
    stars = [rating for (rating,) in ratings]
    person.refresh_from_db()
    average = sum(stars) / len(stars) if stars else 0
    stage.same("reviews_count", person.reviews_count, len(stars))
    stage.same("average", round(person.average_rating, 6), round(average, 6))


@contest(rounds=10)
def review_a_task_twenty_times(stage: Stage) -> None:
    """F3: a party of a task reviews it once."""
    worker = people(1)[0]
    task = new_task(completed=True, assigned_to=worker)
    review = post(f"/api/reviews/task/{task.pk}", task.creator, rating=4)
    stage.statuses(stage.at_once([review] * 20), {201: 1, 409: 19})
    stage.same("rows", task.reviews.count(), 1)
    check_rating(stage, worker)


@contest(rounds=10)
def review_each_other(stage: Stage) -> None:
    """Both parties of eight tasks at once: nobody waits for ever."""
    one, other = people(2)
    tasks = [new_task(completed=True, creator=one, assigned_to=other) for _ in range(8)]
    calls = [
        post(f"/api/reviews/task/{task.pk}", person, rating=5)
        for task in tasks
        for person in (one, other)
    ]
    stage.statuses(stage.at_once(calls), {201: len(calls)})
    check_rating(stage, one)
    check_rating(stage, other)


@contest(rounds=2)
def rate_one_person(stage: Stage) -> None:
    """F4: fifty reviews at once, then edits and deletions of them at once."""
    person = people(1)[0]
    calls = [
        post("/api/reviews", p, reviewed_user_id=person.pk, rating=number % 5 + 1)
        for number, p in enumerate(crowd())
    ]
    answers = stage.at_once(calls)
    stage.statuses(answers, {201: 50})
    check_rating(stage, person)
    rows = Review.objects.filter(reviewed_user=person).select_related("reviewer")
    changes = [
        Call("PATCH", f"/api/reviews/{row.pk}", token(row.reviewer), {"rating": 5})
        if row.pk % 2
        else Call("DELETE", f"/api/reviews/{row.pk}", token(row.reviewer))
        for row in rows
    ]
    stage.statuses(stage.at_once(changes), {200: 50})
    check_rating(stage, person)


# --- Sign-in --------------------------------------------------------------------------


@contest(rounds=1)
def register_one_address(stage: Stage) -> None:
    """A13: the spellings of one e-mail address are one address."""
    word = secrets.token_hex(4)
    spellings = [
        f"{k}arli{s}.{word}@{domain}"
        for k in ("k", "K", "\N{KELVIN SIGN}")
        for s in ("s", "S", "\N{LATIN SMALL LETTER LONG S}")
        for domain in ("example.com", "EXAMPLE.com", "Example.Com")
    ]
    calls = [
        Call("POST", "/api/auth/register", body=_joining(f"{word}_{i}", email))
        for i, email in enumerate(spellings[:20])
    ]
    stage.statuses(stage.at_once(calls), {201: 1, 409: 19})
    rows = User.objects.filter(email=f"karlis.{word}@example.com").count()
    stage.same("rows", rows, 1)


@contest(rounds=1)
def register_one_name(stage: Stage) -> None:
    """Nor does case make two usernames of one."""
    word = f"racer_{secrets.token_hex(4)}"
    calls = [
        Call(
            "POST", "/api/auth/register", body=_joining(name, f"{word}{i}@example.com")
        )
        for i, name in enumerate([word, word.upper(), word.title()] * 5)
    ]
    stage.statuses(stage.at_once(calls), {201: 1, 409: 14})
    stage.same("rows", User.objects.filter(username__iexact=word).count(), 1)


def _joining(username: str, email: str) -> dict:
    return {"username": username, "email": email, "password": PASSWORD}


@contest(rounds=10)
def use_one_refresh_token(stage: Stage) -> None:
    """A3: at most one use succeeds, and never do two children live."""
    pair = tokens.open_session(people(1)[0])
    use = Call("POST", "/api/auth/refresh", body={"refresh": pair["refresh"]})
    answers = stage.at_once([use] * 20)
    won = [answer.data for answer in answers if answer.status == 200]
    stage.same("more than one success", len(won) > 1, False)
    refused = 20 - len(won)
    stage.statuses(answers, {200: len(won), 401: refused})
    profile = [Call("GET", "/api/auth/profile", child["token"]) for child in won]
    alive = [a for a in stage.at_once(profile) if a.is_success] if profile else []
    stage.same("living children", len(alive), 0)  # the replays ended the sign-in
    stage.winners -= len(alive)


@contest(rounds=1)
def guess_a_password(stage: Stage) -> None:
    """A11: of two hundred guesses at once ten are evaluated."""
    person = people(1)[0]
    body = {"email": person.email, "password": "wrong horse battery"}
    _wait_for_a_fresh_window()
    answers = stage.at_once([Call("POST", "/api/auth/login", body=body)] * 200)
    stage.statuses(answers, {401: settings.SIGN_IN_ATTEMPTS, 429: 190})
    stage.same("sign-ins", Session.objects.filter(user=person).count(), 0)


def _wait_for_a_fresh_window() -> None:
    """The counter begins anew at fixed times: do not race across one."""
    window = settings.SIGN_IN_WINDOW_MINUTES * 60
    left = window - time.time() % window
    if left < 30:
        time.sleep(left)
