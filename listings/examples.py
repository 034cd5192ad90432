"""Bodies and answers shown in the API's description."""

from accounts.examples import BRIEF, TRADER

SELLER = BRIEF | {
    "city": "Rīga",
    "country": "Latvija",
    "average_rating": 4.8,
    "rating_basis": "deals",
    "reviews_count": 12,
    "completion_rate": 90.0,
    "created_at": "2031-03-01T08:15:00Z",
    "trader": TRADER,
}
REQUEST = {
    "title": "Bērnu velosipēds, 20 collas",
    "description": "Maz lietots, jaunas riepas. Var apskatīt vakaros.",
    "category": "sports",
    "attributes": {"wheel-size": 20},
    "price": 85.5,
    "condition": "used",
    "is_negotiable": True,
    "contact_info": "+371 20000000",
    "address": "Kalnciema iela 35, Rīga",
    "latitude": 56.9472,
    "longitude": 24.0689,
}
LISTING = REQUEST | {
    "id": 41,
    "user_id": 7,
    "seller_id": 7,
    "seller": "client7",
    "seller_type": "trader",
    "subcategory": "",
    "currency": "EUR",
    "listing_type": "sale",
    "images": "",
    "image_urls": [],
    "tags": "",
    "is_featured": False,
    "views_count": 0,
    "status": "active",
    "location": "Kalnciema iela 35, Rīga",
    "moderation": "visible",
    "moderation_reason": "",
    "created_at": "2031-05-06T11:30:00Z",
    "updated_at": "2031-05-06T11:30:00Z",
    "expires_at": None,
    "actions": ["reserve", "sell", "archive"],
    "label": None,
    "seller_info": SELLER,
}
CREATE = {
    "Request": [REQUEST],
    "Answer": [{"message": "The listing is published.", "listing": LISTING}],
}
CHANGE = {"Request": [{"price": 80, "status": "pending"}]}
EXAMPLES: dict[str, dict] = {
    "create": CREATE,
    "update": CHANGE,
    "partial_update": CHANGE,
}
