"""How the cost of each list grows from a city to a million rows."""

from contextlib import ExitStack

from benchmarks import database, report
from benchmarks.load import in_turn
from benchmarks.scenarios import read_scenarios
from benchmarks.visitors import visitors
from tests.live.server import Server, serve

SMALLER = "city"
ROUNDS = 3


def growth(servers: ExitStack, large: Server, *, port: int) -> tuple[list, list[str]]:
    """Lines on the lists that both sizes have, and the names of the others.

    A page that is empty in the city says nothing about the cost of a full one.
    """
    smaller = database.own(SMALLER)
    if not database.exists(smaller):
        return [], []
    from benchmarks import inside

    small = servers.enter_context(serve(database.served(smaller), port=port))
    of_small, of_large = visitors(small), visitors(large)
    lines, left_out = [], []
    for scenario in read_scenarios(inside.get, of_large["person"]):
        if not scenario.is_list:
            continue
        if scenario.page > 1 and not report.asked(small, scenario.paths[0])["tasks"]:
            left_out.append(scenario.name)
            continue
        both = [
            (small, of_small[scenario.reader]),
            (large, of_large[scenario.reader]),
        ]
        found = in_turn(both, scenario.paths, rounds=ROUNDS, at_once=1, seconds=1)
        lines.append(report.grown(scenario.name, *found))
    return lines, left_out
