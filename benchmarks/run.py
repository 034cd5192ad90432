"""One run: every scenario on the product, and on the servers that answer it too."""

from collections.abc import Iterator

from benchmarks import in_process, report, writes
from benchmarks.load import Figures, alternate, burst
from benchmarks.scenarios import Scenario, baseline_scenarios, read_scenarios
from benchmarks.sign_in import headers_by_reader
from tests.live.server import Server

CONCURRENCIES = (1, 8, 32)
ROUNDS = 5  # of all servers, in turn
PRODUCT, BASELINE, PLAIN = "product", "baseline", "plain"


def measured(servers: dict[str, Server], options) -> Iterator[dict]:
    """Yield the figures of every scenario and of the writes.

    `servers` are the product, the baseline and the plain one, by name.
    """
    product = servers[PRODUCT]
    people = headers_by_reader(product)
    if options.baseline_scenarios_only:
        scenarios = baseline_scenarios(in_process.get)
    else:
        writes.ensure_conversations(people["person"])
        scenarios = read_scenarios(in_process.get, people["person"])
    for scenario in scenarios:
        if scenario.has_baseline and not scenario.reader:
            for path in scenario.paths[:3]:
                report.compare(in_process.get(path), servers[BASELINE], path)
        yield from _measure(scenario, servers, people[scenario.reader], options)
    if not options.baseline_scenarios_only:
        for at_once in writes.CONCURRENCIES:
            found = writes.measured_writes(
                product, people["person"], people["helper"], at_once=at_once
            )
            for name, figures in found:
                data = {"scenario": name, "size": options.size, "server": PRODUCT}
                yield report.row(data, at_once, figures)


def _measure(
    scenario: Scenario, servers: dict[str, Server], headers: dict, options
) -> Iterator[dict]:
    statements, size = in_process.cost(scenario, headers)
    spent = {"sql": statements, "bytes_": size}
    asked = {
        name: server
        for name, server in servers.items()
        if {BASELINE: scenario.has_baseline, PLAIN: scenario.has_plain}.get(name, True)
    }
    if not options.quick:
        for server in asked.values():  # warm
            burst(server, scenario.paths, at_once=16, seconds=1, headers=headers)
    for at_once in (8,) if options.quick else CONCURRENCIES:
        figures = _in_turn(asked, scenario, headers, options, at_once=at_once)
        for name, found in figures.items():
            data = {"scenario": scenario.name, "size": options.size, "server": name}
            ratios = {}
            if name == PRODUCT:
                ratios = {
                    other: found.rps / one.rps
                    for other, one in figures.items()
                    if other != PRODUCT and one.rps
                }
            # The statements and the size of the answers of the product are known.
            yield report.row(
                *(data, at_once, found),
                ratios=ratios,
                **(spent if name == PRODUCT else {}),
            )


def _in_turn(
    asked: dict[str, Server], scenario: Scenario, headers: dict, options, *, at_once
) -> dict[str, Figures]:
    """Return the figures of each server, measured in turn."""
    targets = [(server, headers) for server in asked.values()]
    rounds = 1 if options.quick or len(asked) == 1 else ROUNDS
    how = {"at_once": at_once, "seconds": options.seconds}
    return dict(
        zip(
            asked, alternate(targets, scenario.paths, rounds=rounds, **how), strict=True
        )
    )
