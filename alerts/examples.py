"""Bodies and answers shown in the API's description."""

QUERY = {"category": "sports", "max_price": "150", "search": "velosipēds"}
SAVED_SEARCH = {
    "id": 3,
    "kind": "listings",
    "name": "A bicycle",
    "query": QUERY,
    "frequency": "daily",
    "results": "/api/listings?category=sports&max_price=150&search=velosip%C4%93ds",
    "created_at": "2031-05-06T12:00:00Z",
    "next_at": "2031-05-07T05:07:00Z",
}
SAVED = {"message": "The search is saved.", "saved_search": SAVED_SEARCH}
UPDATE = {"Request": [{"frequency": "weekly"}]}
CREATE = {
    "Request": [
        {"kind": "listings", "name": "A bicycle", "frequency": "daily"}
        | {"query": QUERY | {"max_price": 150}}
    ],
    "Answer": [SAVED],
}
