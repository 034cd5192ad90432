"""Personal data of offerings."""

from core.privacy import describe
from items.privacy import EXPORTS, INTERNAL, PLACE, PURPOSE, RETENTION
from offerings.models import Offering

describe(
    Offering,
    whose="creator",
    purpose=PURPOSE,
    retention=RETENTION,
    exports=f"{EXPORTS} price price_type availability experience service_radius "
    "contact_count status",
    private=PLACE,
    internal=INTERNAL,
    delete=True,
)
