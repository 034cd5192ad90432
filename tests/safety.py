"""The safety checklist: what must hold, and the tests that hold it.

A test names the entries that it holds first in its docstring (`A3: …`, `U6, U9: …`).
`python -m tests.safety` prints docs/safety.md; a test compares it.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
QUOTED = re.compile(r"((?:[A-Z]\d{1,2}, )*[A-Z]\d{1,2})(?:[:.,]|\s|$)")

SECTIONS = {
    "Accounts and tokens": {
        "A1": (
            "A wrong password, an unknown address and a suspended account answer alike."
        ),
        "A2": "A suspension ends tokens and sockets at once.",
        "A3": (
            "A refresh token is used once; a replay ends every token of that sign-in."
        ),
        "A4": "Tokens of one kind are refused in the place of another.",
        "A5": "Forged, expired and damaged tokens answer 401.",
        "A6": "Keys and token settings that are unsafe stop the start.",
        "A7": "Signing out and a new password end the tokens they must.",
        "A8": "Links in e-mails name the configured host.",
        "A9": "No request sets a field that is not its own to set.",
        "A10": "Failed sign-ins are limited, whatever the forwarded headers say.",
        "A11": "Parallel sign-ins cannot pass the limit.",
        "A12": "An attacker's failures do not lock the owner out of a known device.",
        "A13": "Two accounts cannot share an address in another spelling.",
        "A14": (
            "Credentials change only after a recent confirmation, and the owner is "
            "notified."
        ),
        "A16": (
            "An account in use is not deleted; of a deleted one no personal data stay."
        ),
        "A15": "Passwords have a sensible length; secrets stay out of the logs.",
    },
    "Phone codes": {
        "O1": "Codes are random, short-lived, used once and stored as keyed hashes.",
        "O2": "Five guesses, then the code is burned.",
        "O3": "A new code replaces the old one, and sends are limited per number.",
        "O4": (
            "Text messages are limited per number, prefix, network and account, "
            "to mobile numbers of allowed countries."
        ),
        "O5": (
            "At the daily limit messages stop, staff are notified, and the rest works."
        ),
        "O6": "A code works for its person, number and purpose alone.",
        "O7": "Taken and free numbers answer alike; a number has one verified owner.",
        "O8": "A request sends one message at most, whatever fails, and answers soon.",
        "O9": "A phone number has one spelling.",
        "O10": (
            "Forged callbacks are refused, replays change nothing, and prefixes whose "
            "codes are not entered are blocked."
        ),
        "O11": "A phone number alone does not move money.",
    },
    "Uploads": {
        "U1": "A body over the limit is refused before it is held in memory.",
        "U2": "Only pictures are decoded, in a fixed list of formats.",
        "U3": "Decompression bombs are refused cheaply.",
        "U4": "Stored pictures carry no metadata.",
        "U5": "Names of files come from the server, types are fixed.",
        "U6": "Nobody attaches another person's picture; orphans are swept.",
        "U8": "The server fetches no address that a user supplied.",
        "U9": "Parallel uploads cannot pass a quota.",
        "U10": "A storage that is away answers 503, and no row points at nothing.",
    },
    "Tasks": {
        "T1": "Every status, person and transition answers as the table says.",
        "T2": "One application is accepted, however many are tried at once.",
        "T3": "Nobody applies twice, to their own task, or across a block.",
        "T4": "Terms that changed since they were seen are not accepted.",
        "T5": "Work is confirmed once.",
        "T6": "Competing transitions leave exactly one outcome.",
        "T7": "Periodic jobs give the same result twice, late, or in two workers.",
        "T8": "The status is not a field to write.",
        "T9": "The exact address is for the people of the task alone.",
        "T10": "A hidden task is a missing one to strangers.",
        "T11": "The history of a task is complete and append-only.",
        "T13": "A task is disputed once, both sides are heard, and it ends once.",
    },
    "Messages and sockets": {
        "M1": (
            "A socket needs a fresh ticket or token, which never stands in the address."
        ),
        "M2": "A foreign origin opens no socket.",
        "M3": "A stranger's conversation is a missing one.",
        "M4": "Sockets close when the right to them ends.",
        "M5": "Each message arrives once and in order after any reconnection.",
        "M6": "A repeated `client_msg_id` is one message.",
        "M7": "Large frames, floods and slow readers are cut off.",
        "M8": "Messages are stored while Redis is away.",
        "M9": "Blocks and new accounts are limited in whom they write to.",
        "M10": "Unread counts are exact after parallel sends and reads.",
        "M11": "Text stays text in e-mails and in the admin.",
    },
    "Staff": {
        "S1": "Every route of the staff is closed to everybody else.",
        "S2": "The admin's sign-in is limited, and needs a second factor.",
        "S3": "Forged forms of the admin create nothing.",
        "S4": "Cells of exported tables begin no formula.",
        "S5": "Text of users is escaped wherever the staff read it.",
        "S6": "Of two decisions at once one counts, and nobody decides on their own.",
        "S7": "What is taken down is gone everywhere within a minute.",
        "S8": "The audit log and decisions never change.",
        "S9": "A report counts once, and new accounts hide nothing together.",
        "S10": "The admin's lists stay quick on large tables.",
    },
    "Search, places and pages": {
        "G1": "Sizes and numbers of pages are bounded.",
        "G2": "A filter that is not declared reaches no query.",
        "G3": "Only the declared orders are accepted.",
        "G4": "Impossible points, boxes and radii are refused, or answered rightly.",
        "G5": "Private fields never reach another person.",
        "G6": "Strange searches answer, and quickly.",
        "G7": "Cursors lose and repeat nothing.",
        "G8": "Personal answers are not cached.",
        "G10": "What is hidden is in no result, count or suggestion.",
    },
    "Favorites and reviews": {
        "F1": "A favorite is one row, however often it is toggled.",
        "F2": "Counts of favorites are exact.",
        "F3": "One review per deal and person, and none of oneself.",
        "F4": "Stored ratings equal their recomputation.",
        "F5": "Ratings are whole numbers from 1 to 5.",
    },
    "Platform": {
        "P1": "The deployment checks pass; hosts and proxies are not believed blindly.",
        "P2": "A fault of the server shows a request id and nothing else.",
        "P3": "Fuzzing finds no answer outside the description.",
        "P4": "Every route stands in the matrix of who may call it.",
        "P5": "A repeated POST with one `Idempotency-Key` has one effect.",
        "P6": "Strange JSON, encodings and origins are refused.",
        "P7": "E-mails are sent once and survive a mail server that is away.",
    },
    "Abuse and exhaustion": {
        "B1": "Long lists are refused before they are read; error answers stay small.",
        "B2": "Loops of actions do not flood a person's mailbox.",
        "B3": "An unconfirmed address receives one fixed e-mail; names cannot deceive.",
        "B4": "One client cannot occupy the server.",
        "B5": "The map's answers and caches are bounded.",
        "B6": "Sign-in limits hold per account, per address and per network.",
        "B7": "Quotas bound what one person creates; views cannot be inflated.",
        "B8": "Ratings rest on deals as soon as there is one.",
    },
    "Rules": {
        "R1": (
            "Work that waits for confirmation cannot be cancelled; a "
            "worker may give up."
        ),
        "R2": "Nobody is bound by terms that changed under them.",
        "R3": "A block holds in every way one person can reach another.",
        "R4": "Private addresses never become public places.",
        "R5": "Pictures that are taken down stop being served everywhere.",
        "R6": "Closed things show strangers only what is public.",
        "R7": "Suspended people are hidden wherever they are named.",
        "R8": "A picture in use is not deleted.",
        "R9": "Empty values are last in every order.",
        "R10": "Pictures keep the order in which they were sent.",
        "R11": "Passwords follow simple rules and are normalised before hashing.",
    },
    "Text, pictures and HTTP": {
        "X1": (
            "Text is normalised by one rule per kind of field; search folds spellings."
        ),
        "X2": "One e-mail address is one account, in every spelling of its domain.",
        "X3": "Pictures keep their colours; phones' formats are accepted.",
        "X4": "Odd headers, addresses and parameters are answered properly.",
        "X5": (
            "Browsers are told strictly what pages may load and who may read answers."
        ),
        "X6": "Clocks may differ a little, and two tabs may refresh at once.",
        "X7": "Idempotency keys cover every POST that creates or moves something.",
    },
    "Held payments": {
        "E1": "Webhooks that the provider has not signed lately are refused.",
        "E2": "An event that arrives many times has one effect.",
        "E3": "Events in any order lead to the same end.",
        "E4": "An event that arrives before the answer of its call is recorded.",
        "E5": "An event that fails ten times waits for staff; new types are stored.",
        "E6": "What does not fit the records credits nothing, and staff are notified.",
        "E7": "A process killed at any step leaves one object at the provider.",
        "E8": "A call without an answer is repeated as it was, with its key.",
        "E9": "After 23 hours what was done is looked up before anything is repeated.",
        "E10": "A refused call is made anew with another key, and booked once.",
        "E11": "Never more is paid out and refunded than was charged.",
        "E12": "Money for a payee without an active account waits, and is not lost.",
        "E13": "A refund after the release takes the transfer back first.",
        "E14": "A contested payment is frozen; won and lost disputes are booked.",
        "E15": "Payments of others are not found; secrets are never logged.",
        "E16": "Amounts are whole minor units; commission and net make up the price.",
        "E17": "The ledger balances and never changes: the database sees to it.",
        "E18": "Much money needs a second member of staff, a reason and a record.",
        "E19": "A payment that is not completed opens the task, and holds nothing.",
        "E20": "The reconciliation finds every fault, and reports no other.",
        "E21": "While the provider is away people go on, and the calls follow.",
        "E22": "Only the payee opens the account; its state is read from the provider.",
        "E23": "A payout that fails is reported to the payee; the ledger stays right.",
        "E24": "Live keys are for production alone; restricted keys are accepted.",
        "E25": "Money that is held is not paid out to the platform.",
    },
    "Machinery": {
        "K1": "The service recovers within seconds from a database restart.",
        "K2": "A Redis that refuses is treated as one that is away.",
        "K3": "A slow mail server receives each e-mail once.",
        "K4": "Starting twice at once, a port in use and a full disk end properly.",
        "K5": "Balancers do not meet closed connections.",
    },
    "Operation": {
        "Y1": "Unsafe settings stop the start with one message.",
        "Y2": "`manage.py doctor` names each problem and its remedy.",
        "Y3": "Bounced addresses get no more mail; the demo shows its e-mails.",
        "Y4": "Metrics, traces and logs are there when asked for.",
        "Y5": "Backups restore, releases overlap, and the deployment files are valid.",
        "Y6": "A read replica is used while it is fresh.",
    },
    "Demonstration": {"D1": "The demo data read like a real marketplace."},
}
ENTRIES = {
    entry: text for section in SECTIONS.values() for entry, text in section.items()
}


def quotations() -> Iterator[tuple[str, str]]:
    """Yield (entry, `path::name`) for each entry that a docstring begins with."""
    for path in sorted(ROOT.glob("*/**/*.py")):
        parts = path.relative_to(ROOT).parts
        if "tests" not in parts or parts[0].startswith("."):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                found = QUOTED.match(ast.get_docstring(node) or "")
                for entry in found[1].split(", ") if found else ():
                    yield entry, f"{'/'.join(parts)}::{node.name}"


def holders() -> dict[str, list[str]]:
    """Return the tests of each entry, by path and name."""
    held: dict[str, list[str]] = {}
    for entry, test in quotations():
        held.setdefault(entry, []).append(test)
    return {entry: sorted(tests) for entry, tests in held.items()}


def document() -> str:
    """Return docs/safety.md."""
    held = holders()
    lines = [
        "# Safety checklist",
        "",
        "What must hold under attack and under faults, and the tests that hold it.",
        "`make safety` generates the page from the docstrings of the tests.",
    ]
    for section, entries in SECTIONS.items():
        lines += [
            "",
            f"## {section}",
            "",
            "| id | what holds | held by |",
            "|---|---|---|",
        ]
        for entry, text in entries.items():
            tests = "<br>".join(f"`{test}`" for test in held[entry])
            lines.append(f"| {entry} | {text} | {tests} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(document())
