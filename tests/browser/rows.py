"""The rows that the browser tests need. Run as a script."""

import django

django.setup()

from accounts.tests.factories import UserFactory  # noqa: E402 - needs the settings
from listings.tests.factories import ListingFactory  # noqa: E402
from reviews.tests.factories import ReviewFactory  # noqa: E402
from tasks.models import TaskEvent  # noqa: E402
from tasks.tests.factories import ApplicationFactory, TaskFactory  # noqa: E402

inspector = {"username": "inspector", "is_staff": True, "is_superuser": True}
UserFactory(**inspector, first_name="Staff", last_name="Member")
UserFactory(username="keeper", is_staff=True, is_superuser=True)
UserFactory(username="arbiter", is_staff=True, is_superuser=True)
seller = UserFactory(username="seller", first_name="First", city="Rīga")
worker = UserFactory(username="worker", first_name="Other")
UserFactory(username="payer", first_name="Paying")
UserFactory(username="payee", first_name="Paid")
ListingFactory(seller=seller, title="Far too cheap telephone", category="electronics")
ListingFactory(seller=seller, title="Bicycle <i>for</i> two")
task = TaskFactory(
    creator=seller,
    assigned_to=worker,
    status="disputed",
    title="Paint the garden fence",
    budget=60,
    dispute_reason="Half of it is not painted.",
)
ApplicationFactory(task=task, applicant=worker, status="accepted")
ReviewFactory(reviewer=worker, reviewed_user=seller)
STEPS = (
    (seller, "accept", "open", "assigned"),
    (worker, "mark-done", "assigned", "pending_confirmation"),
    (seller, "dispute", "pending_confirmation", "disputed"),
)
for actor, name, old, new in STEPS:
    TaskEvent.objects.create(task=task, actor=actor, name=name, old=old, new=new)
