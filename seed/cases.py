"""The queue of moderators: cases of each kind and status, an appeal, restrictions."""

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from random import Random
from typing import Any

from accounts.models import Restriction, User
from audit.models import NUMBER_ALPHABET, Decision
from items.models import Item
from listings.models import Listing
from messaging.models import Message
from moderation.categories import CATEGORIES
from moderation.models import Appeal, Case, CaseEvent, CaseSnapshot, Report
from moderation.targets import TARGET_TYPES
from offerings.models import Offering
from reviews.models import Review
from seed.market import Market
from seed.plan import STAFF
from tasks.models import TaskRequest
from uploads.models import Upload

Outcome = Decision.Outcome
EXPLANATIONS = {
    "scam": "Pārdevējs prasa pārskaitīt naudu pirms preces apskates.",
    "spam": "Tas pats teksts publicēts vairākās sadaļās.",
    "misleading": "Цена в описании не та, что в объявлении.",
    "prohibited": "Such services may not be offered without a licence.",
    "harassment": "Сообщение оскорбительное, ответить на него нельзя.",
    "intellectual_property": "Šī fotogrāfija ir mana, atļauju neesmu devis.",
    "fake_account": "The name and the picture are of somebody else.",
}
WAVE = "Nopelni mājās! Raksti man, un jau rīt būs pirmā nauda."
WAVE_CASES = 5


class Queue:
    """Makes cases with numbers that the random state determines."""

    def __init__(self, market: Market) -> None:
        self.market = market
        self.rng = market.rng("cases")
        self.staff_id = market.person_id(STAFF)
        people = User.objects.filter(is_active=True, is_staff=False, is_demo=True)
        self.reporters = list(people.order_by("pk").values_list("pk", flat=True)[:40])

    def number(self, prefix: str) -> str:
        """Return a number as of `audit.models.new_number`."""
        return _number(prefix, self.rng)

    def add(
        self, kind: str, target: Any, category: str, *, text: str = "", **fields: Any
    ) -> Case:
        """Insert a case with one or two reports and the text of the target."""
        person = TARGET_TYPES[kind].owner_of(target)
        at = self.market.calendar.before(self.rng.uniform(0.1, 4))
        others = [pk for pk in self.reporters if pk != person.pk]
        reporters = self.rng.sample(others, k=min(len(others), self.rng.choice((1, 2))))
        case = Case.objects.create(
            number=self.number("C"),
            target_type=kind,
            target_id=target.pk,
            target_label=TARGET_TYPES[kind].title_of(target),
            person=person,
            severity=CATEGORIES[category].severity,
            reports_count=len(reporters),
            version=1 + len(reporters),
            opened_at=at,
            due_at=at + timedelta(hours=72 / CATEGORIES[category].severity),
            **fields,
        )
        text = text or TARGET_TYPES[kind].text_of(target)
        if text:
            digest = hashlib.sha256(text.encode()).hexdigest()
            CaseSnapshot.objects.create(
                case=case, digest=digest, text=text, created_at=at
            )
        status = _status_of_reports(case)
        for reporter_id in reporters:
            Report.objects.create(
                number=self.number("R"),
                case=case,
                reporter_id=reporter_id,
                category=category,
                explanation=EXPLANATIONS[category],
                status=status,
                created_at=at,
                decided_at=case.decided_at,
            )
        return case

    def decide(
        self, target: Any, person: User, outcome: str, **fields: Any
    ) -> Decision:
        """Insert a decision of the staff account."""
        return Decision.objects.create(
            number=self.number("D"),
            target_type=target._meta.label_lower,
            target_id=target.pk,
            target_label=str(target)[:200],
            target_created_at=target.created_at,
            person=person,
            outcome=outcome,
            actor_id=self.staff_id,
            source=Decision.Source.NOTICE,
            created_at=self.market.calendar.before(1),
            **{"facts": "Spam.", "basis": "4.1"} | fields,
        )

    def decided(self, decision: Decision, *, status: str = "decided") -> dict[str, Any]:
        """Return the fields of a case that is decided so."""
        at = decision.created_at
        return {"status": status, "decision": decision, "decided_at": at}


def _number(prefix: str, rng: Random) -> str:
    parts = ("".join(rng.choices(NUMBER_ALPHABET, k=4)) for _part in range(3))
    return "-".join([prefix, *parts])


def _status_of_reports(case: Case) -> str:
    if case.decision is None or case.is_open:
        return Report.Status.OPEN
    is_upheld = case.decision.outcome != Outcome.NO_ACTION
    return Report.Status.UPHELD if is_upheld else Report.Status.NOT_UPHELD


def _free(rows: Any) -> Iterator[Any]:
    """Yield visible rows of the demo, each once, the newest first."""
    rows = rows.filter(moderation="visible") if _is_moderated(rows) else rows
    return rows.order_by("-pk")[:40].iterator()


def _is_moderated(rows: Any) -> bool:
    return issubclass(rows.model, Item | Review | Upload)


def open_cases(market: Market) -> None:
    """Fill the queue: each type of target, each status, an appeal, a wave of spam."""
    queue = Queue(market)
    listings = _free(Listing.objects.select_related("seller"))
    _each_type(queue, listings)
    _each_status(queue, listings)
    _restricted(queue, listings)
    for listing in islice(listings, WAVE_CASES):
        queue.add("listing", listing, "spam", text=WAVE)
    _decided_wave(queue, listings)


def _each_type(queue: Queue, listings: Iterator[Listing]) -> None:
    pictures = Upload.objects.filter(is_private=False, uses__gt=0)
    people = User.objects.filter(is_active=True, is_staff=False, is_demo=True)
    sources: tuple[tuple[str, Iterator[Any], str], ...] = (
        ("listing", listings, "scam"),
        ("task", _free(TaskRequest.objects.all()), "misleading"),
        ("offering", _free(Offering.objects.all()), "prohibited"),
        ("review", _free(Review.objects.all()), "harassment"),
        ("message", _free(Message.objects.all()), "harassment"),
        ("upload", _free(pictures), "intellectual_property"),
        ("user", _free(people), "fake_account"),
    )
    for kind, rows, category in sources:
        if (target := next(rows, None)) is not None:
            queue.add(kind, target, category)


def _each_status(queue: Queue, listings: Iterator[Listing]) -> None:
    for listing in islice(listings, 1):
        queue.add(
            "listing",
            listing,
            "misleading",
            status="assigned",
            assignee_id=queue.staff_id,
        )
    for listing in islice(listings, 1):
        nothing = queue.decide(listing, listing.seller, Outcome.NO_ACTION, facts="")
        queue.add("listing", listing, "misleading", **queue.decided(nothing))
    hidden = Listing.objects.exclude(moderation="visible").exclude(decision=None)
    for listing, status in zip(
        hidden.order_by("pk"), ("appealed", "closed", "decided"), strict=False
    ):
        assert listing.decision is not None
        case = queue.add(
            "listing",
            listing,
            "scam",
            **queue.decided(listing.decision, status=status),
        )
        if status != "decided":
            _appeal(case, is_open=status == "appealed", queue=queue)


def _appeal(case: Case, *, is_open: bool, queue: Queue) -> None:
    assert case.decision is not None  # the caller has made it
    at = queue.market.calendar.before(0.5)
    answer = {} if is_open else {"status": "rejected", "answer": "Tas pats vēlreiz."}
    Appeal.objects.create(
        decision=case.decision,
        case=case,
        text="Sludinājumā nav nekā aizliegta: lūdzu, izlasiet vēlreiz.",
        created_at=at,
        decided_at=None if is_open else at,
        **answer,
    )
    CaseEvent.objects.create(
        case=case, name="appeal", old="decided", new="appealed", created_at=at
    )


def _restricted(queue: Queue, listings: Iterator[Listing]) -> None:
    """Restrict somebody for two weeks, and label a listing."""
    for listing in islice(listings, 1):
        person = listing.seller
        until = queue.market.calendar.today + timedelta(days=14)
        decision = queue.decide(
            person, person, Outcome.RESTRICT, restricts="posting messages", until=until
        )
        for scope in decision.scopes:
            Restriction.objects.create(
                person=person, scope=scope, decision=decision, until=until
            )
        User.objects.filter(pk=person.pk).update(is_restricted=True)
        queue.add("listing", listing, "spam", **queue.decided(decision))
    for listing in islice(listings, 1):
        label = Decision.Label.DISPUTED_PRICE
        decision = queue.decide(listing, listing.seller, Outcome.LABEL, label=label)
        Listing.objects.filter(pk=listing.pk).update(
            label=label, label_decision=decision
        )
        queue.add("listing", listing, "misleading", **queue.decided(decision))


def _decided_wave(queue: Queue, listings: Iterator[Listing]) -> None:
    """Warn the authors of three listings as one batch."""
    batch = queue.number("B")
    for listing in islice(listings, 3):
        decision = queue.decide(listing, listing.seller, Outcome.WARN, batch=batch)
        queue.add("listing", listing, "spam", text=WAVE, **queue.decided(decision))
