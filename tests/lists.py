"""The public lists, and the rows of a response."""

LISTS = (
    "/api/listings",
    "/api/tasks",
    "/api/offerings",
    "/api/helpers",
    "/api/reviews",
)
PLACES = LISTS[:4]


def rows(answer) -> list[dict]:
    assert answer.status_code == 200, answer.content
    data = answer.json()
    return data if isinstance(data, list) else next(iter(data.values()))
