"""URLs of the client's pages, from the setting `CLIENT_PATHS`."""

from django.conf import settings


def path_of(subject_type: str, subject_id: int | None) -> str:
    """Return a path such as `/tasks/5`, or `/` for a subject without a page."""
    template = settings.CLIENT_PATHS.get(subject_type, "/")
    return template.format(id=subject_id)


def subject_of(path: str) -> tuple[str, int] | None:
    """Return the type and the id of the subject whose page `path` is, or None."""
    for subject_type, template in settings.CLIENT_PATHS.items():
        head, has_id, tail = template.partition("{id}")
        number = path.removeprefix(head).removesuffix(tail)
        if has_id and number.isdecimal() and path == f"{head}{number}{tail}":
            return subject_type, int(number)
    return None


def absolute(path: str) -> str:
    """Return the URL of `path` on `SITE_URL`."""
    return f"{settings.SITE_URL}{path}"
