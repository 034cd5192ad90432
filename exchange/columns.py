"""Which lists can be exported, and which columns of them."""

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db.models import Model

from accounts.models import User
from core.admin.base import Admin

ITEM = "description category price currency images location address latitude longitude"
STATE = "status moderation moderation_reason created_at updated_at"
# In this order; those in `private` of the page are for readers of private data.
COLUMNS = {
    "listings.listing": f"id seller title {ITEM} subcategory is_negotiable condition "
    f"contact_info tags is_featured {STATE} expires_at",
    "tasks.taskrequest": "id creator assigned_to title description category budget "
    "currency deadline priority is_urgent required_skills images location address "
    f"latitude longitude radius applications_count {STATE} completed_at",
    "offerings.offering": f"id creator title {ITEM} price_type availability "
    f"experience service_radius {STATE}",
    "accounts.user": "id username email phone first_name last_name city country "
    "language user_type is_helper is_active suspended_at is_verified email_confirmed "
    "phone_verified average_rating reviews_count tasks_completed created_at",
    "moderation.report": "id number case reporter name email category explanation "
    "status created_at decided_at",
    "audit.decision": "id number outcome target_type target_id target_label person "
    "ground basis category facts source detected_automatically "
    "decided_automatically until created_at",
    "payments.payment": "id reference subject_type subject_id payer payee currency "
    "price_cents fee_cents to_payee_cents commission_cents to_payer_cents "
    "charged_cents transferred_cents reversed_cents refunded_cents status is_disputed "
    "problem held_at ended_at created_at",
}


def page_of(label: str) -> Admin | None:
    """Return the admin page of a list that can be exported; None for another one."""
    if label not in COLUMNS:
        return None
    page: Any = admin.site._registry[apps.get_model(label)]
    return page


def columns_for(page: Admin, request: Any) -> dict[str, str]:
    """Return the paths of the columns that the user may see, by their titles.

    People stand as their user names.
    """
    names = COLUMNS[page.model._meta.label_lower].split()
    hidden = page._hidden_fields(request)
    return {name: _path(page.model, name) for name in names if name not in hidden}


def _path(model: type[Model], name: str) -> str:
    field = model._meta.get_field(name)
    return f"{name}__username" if field.related_model is User else name
