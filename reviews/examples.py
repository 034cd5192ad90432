"""Bodies and answers shown in the API's description."""

from accounts.examples import BRIEF

REVIEWED = {
    "id": 9,
    "username": "helper9",
    "first_name": "Other",
    "last_name": "Last",
    "avatar_url": None,
    "profile_picture_url": None,
    "is_verified": False,
    "seller_type": "private",
}
REVIEW = {
    "id": 12,
    "reviewer_id": 7,
    "reviewer_name": "client7",
    "reviewer_avatar": BRIEF["avatar_url"],
    "reviewer": BRIEF,
    "reviewed_user_id": 9,
    "reviewed_user": REVIEWED,
    "task_id": 18,
    "listing_id": None,
    "review_type": "client_review",
    "rating": 5,
    "content": "Ātri, uzmanīgi un laikā.",
    "verified": True,
    "is_delayed": False,
    "moderation": "visible",
    "moderation_reason": "",
    "created_at": "2031-05-11T07:20:00Z",
    "updated_at": "2031-05-11T07:20:00Z",
}
ANSWER = {"message": "Your review is published.", "review": REVIEW, "id": 12}
WORDS = {"rating": 5, "content": "Ātri, uzmanīgi un laikā."}
CREATE = {
    "Request": [WORDS | {"reviewed_user_id": 9, "task_id": 18}],
    "Answer": [ANSWER],
}
OF_TASK = {"Request": [WORDS], "Answer": [ANSWER]}
CHANGE = {"Request": [{"rating": 4}]}
EXAMPLES: dict[str, dict] = {
    "create": CREATE,
    "update": CHANGE,
    "partial_update": CHANGE,
    "review_task": OF_TASK,
}
STATS = {
    "user_id": 9,
    "total_reviews": 3,
    "average_rating": 4.7,
    "rating_basis": "deals",
    "rating_breakdown": {"1": 0, "2": 0, "3": 0, "4": 1, "5": 2},
    "as_worker": {"count": 2, "average": 5.0},
    "as_client": {"count": 1, "average": 4.0},
}
