"""Personal data of listings."""

from core.privacy import describe
from items.privacy import EXPORTS, INTERNAL, PLACE, PURPOSE, RETENTION
from listings.models import Listing

describe(
    Listing,
    whose="seller",
    purpose=PURPOSE,
    retention=RETENTION,
    exports=f"{EXPORTS} subcategory price is_negotiable condition listing_type "
    "contact_info tags is_featured views_count status expires_at",
    private=PLACE,
    internal=INTERNAL,
    delete=True,
)
