"""Market settings hold nothing about people."""

from core.privacy import describe_impersonal
from market.models import MarketSettings, StoredSetting

describe_impersonal(
    MarketSettings, "version changed_at", because="Which change of the settings it is."
)
describe_impersonal(
    StoredSetting, "name value", because="What staff have set for the whole market."
)
