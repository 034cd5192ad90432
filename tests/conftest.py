"""What each of the lists may find."""

import pytest

from accounts.tests.factories import UserFactory
from listings.tests.factories import ListingFactory
from offerings.tests.factories import OfferingFactory
from reviews.tests.factories import ReviewFactory
from tasks.tests.factories import TaskFactory


@pytest.fixture
def one_of_each(db):
    helper = UserFactory(helper=True)
    ListingFactory(seller=helper)
    TaskFactory(creator=helper)
    OfferingFactory(creator=helper)
    ReviewFactory(reviewed_user=helper)
