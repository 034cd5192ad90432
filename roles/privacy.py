"""Roles hold nothing about people."""

from core.privacy import describe_impersonal
from roles.models import GrantedPermission

describe_impersonal(
    GrantedPermission,
    "group name granted_at",
    because="Which permissions releases have given to groups of staff.",
)
