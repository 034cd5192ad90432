"""Where the words of a notification lead: pages of the client, by `CLIENT_PATHS`."""

from django.conf import settings


def path_of(subject_type: str, subject_id: int | None) -> str:
    """Such as `/tasks/5`; the first page for a subject that has none."""
    template = settings.CLIENT_PATHS.get(subject_type, "/")
    return template.format(id=subject_id)


def absolute(path: str) -> str:
    return f"{settings.SITE_URL}{path}"
