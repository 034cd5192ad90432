"""What staff may do with a review; a hidden one no longer counts."""

from audit.workflow import moderation
from reviews import services

MODERATION = moderation(then=services.rate, parent="reviewed_user")
