"""One run: every scenario on the product, and on the baseline if it has one."""

from collections.abc import Iterator

from benchmarks import in_process, report, writes
from benchmarks.load import Figures, alternate, burst
from benchmarks.scenarios import Scenario, baseline_scenarios, read_scenarios
from benchmarks.sign_in import headers_by_reader
from tests.live.server import Server

CONCURRENCIES = (1, 8, 32)
ROUNDS = 3  # of the product and the baseline, alternately


def measured(product: Server, baseline: Server, options) -> Iterator[dict]:
    """Yield the figures of every scenario and of the writes."""
    if options.baseline_scenarios_only:
        people = {None: {}}
        scenarios = baseline_scenarios(in_process.get)
    else:
        people = headers_by_reader(product)
        writes.ensure_conversations(people["person"])
        scenarios = read_scenarios(in_process.get, people["person"])
    for scenario in scenarios:
        headers = people[scenario.reader]
        for path in scenario.paths[:3] if scenario.has_baseline else ():
            report.compare(in_process.get(path), baseline, path)
        yield from _measure(scenario, product, baseline, headers, options)
    if "person" in people:
        found = writes.measured_writes(product, people["person"], people["helper"])
        for name, figures in found:
            yield report.row({"scenario": name, "size": options.size}, 1, figures)


def _measure(
    scenario: Scenario, product: Server, baseline: Server, headers: dict, options
) -> Iterator[dict]:
    statements, size = in_process.cost(scenario, headers)
    data = {"scenario": scenario.name, "size": options.size}
    spent = {"sql": statements, "bytes_": size}
    if not options.quick:
        burst(product, scenario.paths, at_once=16, seconds=1, headers=headers)  # warm
    for at_once in (8,) if options.quick else CONCURRENCIES:
        ours, baselines = _measure_both(
            scenario, product, baseline, options, at_once=at_once, headers=headers
        )
        ratio = ours.rps / baselines.rps if baselines else None
        yield report.row(data, at_once, ours, ratio=ratio, **spent)
        if baselines:
            baseline_data = data | {"scenario": f"baseline: {scenario.name}"}
            yield report.row(baseline_data, at_once, baselines, **spent)


def _measure_both(
    scenario: Scenario, product: Server, baseline: Server, options, *, at_once, headers
) -> tuple[Figures, Figures | None]:
    """Measure the product and, if the scenario has one, the baseline, alternately."""
    how = {"at_once": at_once, "seconds": options.seconds}
    if not scenario.has_baseline:
        alone = [(product, headers)]
        return alternate(alone, scenario.paths, rounds=1, **how)[0], None
    both = [(product, headers), (baseline, headers)]
    rounds = 1 if options.quick else ROUNDS
    ours, baselines = alternate(both, scenario.paths, rounds=rounds, **how)
    return ours, baselines
