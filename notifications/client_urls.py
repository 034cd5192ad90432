"""URLs of the client's pages, from the setting `CLIENT_PATHS`."""

from django.conf import settings


def path_of(subject_type: str, subject_id: int | None) -> str:
    """Return a path such as `/tasks/5`, or `/` for a subject without a page."""
    template = settings.CLIENT_PATHS.get(subject_type, "/")
    return template.format(id=subject_id)


def absolute(path: str) -> str:
    """Return the URL of `path` on `SITE_URL`."""
    return f"{settings.SITE_URL}{path}"
