"""Users, and what belongs to their sign-in."""

from accounts.models.block import Block
from accounts.models.challenge import Challenge
from accounts.models.second_factor import Passkey, RecoveryCode, TotpDevice
from accounts.models.security import SecurityEvent, SocialAccount, TermsAcceptance
from accounts.models.session import Session
from accounts.models.user import SUSPENDED_NAME, User, username_rule

__all__ = [
    "SUSPENDED_NAME",
    "Block",
    "Challenge",
    "Passkey",
    "RecoveryCode",
    "SecurityEvent",
    "Session",
    "SocialAccount",
    "TermsAcceptance",
    "TotpDevice",
    "User",
    "username_rule",
]
