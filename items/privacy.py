"""What the descriptions of all item types share. It describes no model itself."""

PLACE = "latitude longitude address"
DECISION = "moderation moderation_reason moderated_at"
MODERATED_BY = "Which member of staff has decided."
EXPORTS = (
    f"title description category attributes currency images location {DECISION} label"
)
INTERNAL = (
    "public_latitude public_longitude search_text moderated_by decision label_decision"
)
PURPOSE = "What people post: shown to everybody while it is public."
RETENTION = "As long as the account; the expired stay in the owner's list."
