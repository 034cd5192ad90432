"""Bodies and answers shown in the API's description."""

from accounts.examples import PICTURE, TRADER

REQUEST = {
    "title": "Dārza darbi un zāles pļaušana",
    "description": "Savs inventārs. Strādāju Rīgā un Mārupē.",
    "category": "outdoor",
    "attributes": {},
    "location": "Rīga",
    "latitude": 56.9383,
    "longitude": 24.0801,
    "price": 15,
    "price_type": "hourly",
    "availability": "Darbdienās pēc 16",
    "experience": "Seši gadi",
    "service_radius": 20,
}
OFFERING = REQUEST | {
    "id": 23,
    "creator_id": 7,
    "creator_name": "First Last",
    "creator_avatar": PICTURE,
    "creator_rating": 4.8,
    "creator_review_count": 12,
    "creator_completed_tasks": 9,
    "seller_type": "trader",
    "price": 15.0,
    "currency": "EUR",
    "service_radius": 20.0,
    "images": "",
    "contact_count": 0,
    "address": "",
    "status": "active",
    "moderation": "visible",
    "moderation_reason": "",
    "created_at": "2031-05-06T11:30:00Z",
    "updated_at": "2031-05-06T11:30:00Z",
    "actions": ["pause", "close"],
}
OFFERING_DETAIL = OFFERING | {"label": None, "trader": TRADER}
CREATE = {
    "Request": [REQUEST],
    "Answer": [{"message": "The service is published.", "offering": OFFERING_DETAIL}],
}
CHANGE = {"Request": [{"price": 18, "availability": "Brīvdienās"}]}
CONTACT = {"Request": [{"message": "Labdien! Vai varat atbraukt sestdien?"}]}
EXAMPLES: dict[str, dict] = {
    "create": CREATE,
    "update": CHANGE,
    "partial_update": CHANGE,
    "contact": CONTACT,
}
