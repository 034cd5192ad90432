"""The erasure of one person deletes no job of another."""

import pytest

from accounts.tests.factories import UserFactory
from jobs.models import Job
from jobs.privacy import jobs_about
from jobs.services import enqueue_mail

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "fields",
    [
        {"email": "nna@example.com"},
        {"email": "anna@example.co"},
        {"phone": "Please confirm"},
        {"phone": "20000000"},
        {"first_name": "Please", "last_name": "confirm"},
    ],
    ids=str,
)
def test_a_job_that_only_looks_alike_stays(fields):
    """A16: as an address within another one, or any text as an unverified phone."""
    person = UserFactory(**fields)
    enqueue_mail("a", to="anna@example.com", subject="Please confirm", text="20000000")
    assert not jobs_about(person).exists()


def test_jobs_to_the_person_are_found_in_any_case():
    """A16: also where the mail server quotes the address."""
    person = UserFactory(email="anna@example.com")
    enqueue_mail(
        "a", to="b@example.com", subject="s", text="Write to <Anna@example.com>"
    )
    Job.objects.create(name="x", error="550 <ANNA@EXAMPLE.COM>: unknown")
    assert jobs_about(person).count() == 2
