"""Users, and what belongs to their sign-in."""

from accounts.models.block import Block
from accounts.models.challenge import Challenge
from accounts.models.registration import PendingRegistration
from accounts.models.restriction import Restriction
from accounts.models.second_factor import Passkey, RecoveryCode, TotpDevice
from accounts.models.security import (
    SecurityEvent,
    SocialAccount,
    TermsAcceptance,
    UsedSocialToken,
)
from accounts.models.session import Session
from accounts.models.trader import Trader
from accounts.models.user import DELETED_NAME, SUSPENDED_NAME, User, username_rule

__all__ = [
    "DELETED_NAME",
    "SUSPENDED_NAME",
    "Block",
    "Challenge",
    "Passkey",
    "PendingRegistration",
    "RecoveryCode",
    "Restriction",
    "SecurityEvent",
    "Session",
    "SocialAccount",
    "TermsAcceptance",
    "TotpDevice",
    "Trader",
    "UsedSocialToken",
    "User",
    "username_rule",
]
