"""The table of rules. A class in `checks` and a line here add one."""

from rules.base import Rule
from rules.checks.bursts import Bursts
from rules.checks.contacts import Contacts
from rules.checks.duplicate_pictures import DuplicatePictures
from rules.checks.duplicates import Duplicates
from rules.checks.first_posts import FirstPosts
from rules.checks.fraud_links import FraudLinks
from rules.checks.price import Price
from rules.checks.words import Words
from rules.checks.young_conversations import YoungConversations

# In the order in which they run: those without queries come first.
RULES: dict[str, Rule] = {
    rule.name: rule
    for rule in (
        FraudLinks(),
        Words(),
        Contacts(),
        Bursts(),
        FirstPosts(),
        YoungConversations(),
        Price(),
        Duplicates(),
        DuplicatePictures(),
    )
}
