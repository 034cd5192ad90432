"""Bodies and answers shown in the API's description."""

MARKED = {
    "message": "Added to favorites.",
    "is_favorited": True,
    "favorite": {
        "id": 3,
        "user_id": 7,
        "item_type": "listing",
        "item_id": 41,
        "created_at": "2031-05-06T12:00:00Z",
    },
}
UNMARKED = {
    "message": "Removed from favorites.",
    "is_favorited": False,
    "favorite": None,
}
TOGGLE = {
    "Request": [{"item_type": "listing", "item_id": 41}],
    "Answer": [MARKED, UNMARKED],
}
