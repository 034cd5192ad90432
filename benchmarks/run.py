"""One run: every scenario on the product, and on the floor where it has one."""

from collections.abc import Iterator

from benchmarks import inside, report, writes
from benchmarks.load import Figures, burst, in_turn
from benchmarks.scenarios import Scenario, beside_the_floor, read_scenarios
from benchmarks.visitors import visitors
from tests.live.server import Server

CONCURRENCIES = (1, 8, 32)
ROUNDS = 3  # of the product and the floor in turn


def measured(product: Server, floor: Server, options) -> Iterator[dict]:
    """The figures of every scenario, and of the writes."""
    if options.few:
        people = {None: {}}
        scenarios = beside_the_floor(inside.get)
    else:
        people = visitors(product)
        writes.make_talks(people["person"])
        scenarios = read_scenarios(inside.get, people["person"])
    for scenario in scenarios:
        headers = people[scenario.reader]
        for path in scenario.paths[:3] if scenario.has_floor else ():
            report.compare(inside.get(path), floor, path)
        yield from _read(scenario, product, floor, headers, options)
    if "person" in people:
        found = writes.measured_writes(product, people["person"], people["helper"])
        for name, figures in found:
            yield report.row({"scenario": name, "size": options.size}, 1, figures)


def _read(
    scenario: Scenario, product: Server, floor: Server, headers: dict, options
) -> Iterator[dict]:
    statements, size = inside.cost(scenario, headers)
    data = {"scenario": scenario.name, "size": options.size}
    spent = {"sql": statements, "bytes_": size}
    if not options.quick:
        burst(product, scenario.paths, at_once=16, seconds=1, headers=headers)  # warm
    for at_once in (8,) if options.quick else CONCURRENCIES:
        ours, floors = _side_by_side(
            scenario, product, floor, options, at_once=at_once, headers=headers
        )
        ratio = ours.rps / floors.rps if floors else None
        yield report.row(data, at_once, ours, ratio=ratio, **spent)
        if floors:
            facts_of_floor = data | {"scenario": f"floor: {scenario.name}"}
            yield report.row(facts_of_floor, at_once, floors, **spent)


def _side_by_side(
    scenario: Scenario, product: Server, floor: Server, options, *, at_once, headers
) -> tuple[Figures, Figures | None]:
    """Bursts on the product and, where there is one, on the floor, in turn."""
    how = {"at_once": at_once, "seconds": options.seconds}
    if not scenario.has_floor:
        alone = [(product, headers)]
        return in_turn(alone, scenario.paths, rounds=1, **how)[0], None
    both = [(product, headers), (floor, headers)]
    rounds = 1 if options.quick else ROUNDS
    ours, floors = in_turn(both, scenario.paths, rounds=rounds, **how)
    return ours, floors
