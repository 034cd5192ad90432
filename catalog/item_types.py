"""The table of item types: a row adds a type to everything that runs across types."""

from django.utils.translation import gettext_lazy as _

from categories.defaults import LISTING_CATEGORIES, TASK_CATEGORIES
from items.types import ITEM_TYPES, ItemType, register
from listings.views import ListingViewSet
from listings.workflow import LISTING_WORKFLOW
from listings.workflow import MODERATION as LISTING_MODERATION
from offerings.views import OfferingViewSet
from offerings.workflow import MODERATION as OFFERING_MODERATION
from offerings.workflow import OFFERING_WORKFLOW
from tasks.views import TaskViewSet
from tasks.workflow import APPLICATION_WORKFLOW, TASK_WORKFLOW
from tasks.workflow import MODERATION as TASK_MODERATION

__all__ = ["ITEM_TYPES", "ItemType"]

register(
    ItemType(
        name="task",
        plural="tasks",
        label=_("Tasks"),
        viewset=TaskViewSet,
        categories=TASK_CATEGORIES,
        final_status="cancelled",
        moderation=TASK_MODERATION,
        workflows={
            "A task": TASK_WORKFLOW,
            "An application for a task": APPLICATION_WORKFLOW,
        },
        icon="handyman",
        related_pages=(("tasks.taskapplication", "waving_hand"),),
    ),
    ItemType(
        name="listing",
        plural="listings",
        label=_("Listings"),
        viewset=ListingViewSet,
        categories=LISTING_CATEGORIES,
        final_status="deleted",
        moderation=LISTING_MODERATION,
        workflows={"A listing": LISTING_WORKFLOW},
        icon="sell",
    ),
    ItemType(
        name="offering",
        plural="offerings",
        label=_("Services"),
        viewset=OfferingViewSet,
        categories=TASK_CATEGORIES,
        final_status="deleted",
        moderation=OFFERING_MODERATION,
        workflows={"An offering": OFFERING_WORKFLOW},
        icon="storefront",
    ),
)
