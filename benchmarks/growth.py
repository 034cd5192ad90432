"""Compare the cost of each list on the `city` and the `million` database."""

from contextlib import ExitStack

from benchmarks import database, report
from benchmarks.load import alternate
from benchmarks.scenarios import read_scenarios
from benchmarks.sign_in import headers_by_reader
from tests.live.server import Server, serve

SMALLER = "city"
ROUNDS = 3


def growth(servers: ExitStack, large: Server, *, port: int) -> tuple[list, list[str]]:
    """Return a row per list that both sizes have, and the names of the other lists.

    A list whose page is empty on the city database is left out: an empty page says
    nothing about the cost of a full one.
    """
    smaller = database.own(SMALLER)
    if not database.exists(smaller):
        return [], []
    from benchmarks import in_process

    small = servers.enter_context(serve(database.served(smaller), port=port))
    of_small, of_large = headers_by_reader(small), headers_by_reader(large)
    lines, left_out = [], []
    for scenario in read_scenarios(in_process.get, of_large["person"]):
        if not scenario.is_list:
            continue
        if (
            scenario.page > 1
            and not report.fetch_json(small, scenario.paths[0])["tasks"]
        ):
            left_out.append(scenario.name)
            continue
        both = [
            (small, of_small[scenario.reader]),
            (large, of_large[scenario.reader]),
        ]
        found = alternate(both, scenario.paths, rounds=ROUNDS, at_once=1, seconds=1)
        lines.append(report.growth_row(scenario.name, *found))
    return lines, left_out
