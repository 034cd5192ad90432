"""Render docs/measurements/performance.md from the recorded figures."""

COLUMNS = {
    "scenario": "Scenario",
    "server": "Server",
    "concurrency": "Connections",
    "rps": "Requests/s",
    "p50_ms": "Median ms",
    "p95_ms": "p95 ms",
    "spread": "Spread",
    "baseline_ratio": "Of the baseline",
    "plain_ratio": "Of plain",
    "sql": "SQL",
    "bytes": "Bytes",
    "failed": "Failed",
}
INTRODUCTION = """\
# Performance

Written by `make bench`, `make bench-payments` and `make bench-memory`; not edited by
hand. wrk sends short bursts over loopback to the product under `gunicorn.conf.py`,
configured as in production. wrk, the servers and the database share the cores of one
machine. The *baseline* answers the same requests with hand-written SQL through a
psycopg pool, orjson and a plain WSGI function. *Plain* answers most of them as projects
usually do: `ModelSerializer`, viewsets, django-filter and `PageNumberPagination` on the
same models (`benchmarks/plain`). All have the same server, as many workers and threads.
They are measured in turn in one run, five bursts each; the table shows the median, and
as the spread the highest rate of them over the lowest. The answers of product and
baseline are compared first. Lists that *move* or *change* request hundreds or thousands
of different URLs in turn, so that an answer cached for one URL does not improve the
figure. *Signed in*, the baseline still answers as it does to everybody.
Beside a million rows there is no plain server: it counts all of a list for each page,
in seconds, and what PostgreSQL goes on with after a burst would slow the others.
"""
MEMORY, PAYMENTS = "memory", "payments"


def lines(rows: list[dict], runs: dict) -> list[str]:
    """Return the lines of the page, from all rows and from the runs by size."""
    page = [INTRODUCTION]
    for size, run in runs.items():
        if size in (MEMORY, PAYMENTS):
            continue
        page += [f"## Size {size}", "", *_machine(run["machine"]), ""]
        page += [*_table([row for row in rows if row["size"] == size]), ""]
        page += _growth(run["growth"], run["left_out"])
    for name, section in ((PAYMENTS, _payments), (MEMORY, _memory)):
        page += section(runs[name]) if name in runs else []
    return page


def _machine(machine: dict[str, str]) -> list[str]:
    return [f"- {name}: {value}" for name, value in machine.items()]


def _table(rows: list[dict]) -> list[str]:
    head = f"| {' | '.join(COLUMNS.values())} |"
    rule = f"|---|{'--:|' * (len(COLUMNS) - 1)}"
    cells = (["" if r.get(c) is None else str(r[c]) for c in COLUMNS] for r in rows)
    return [head, rule, *(f"| {' | '.join(line)} |" for line in cells)]


def _growth(growth: list[dict], left_out: list[str]) -> list[str]:
    if not growth:
        return []
    rows = (
        f"| {g['scenario']} | {g['city_ms']} | {g['million_ms']} | {g['growth']} |"
        for g in growth
    )
    skipped = f"Left out, because the city has no such page: {', '.join(left_out)}."
    return [
        "### From 10 k rows to this size",
        "",
        "One connection: the median of three bursts, alternately on both databases.",
        *([skipped] if left_out else []),
        "",
        "| List | City ms | Million ms | Growth |",
        "|---|--:|--:|--:|",
        *rows,
        "",
    ]


def _payments(run: dict) -> list[str]:
    rows = (
        f"| {one['figure']} | {one['measured']} | {one['lowest']} | {one['median']} "
        f"| {one['highest']} | {one['asked']} | {'yes' if one['holds'] else 'no'} |"
        for one in run["figures"]
    )
    return [
        "## Payments",
        "",
        "By `make bench-payments`: what a ratio compares was done in turn, with the",
        "sandbox as provider, and the median is that of the rounds.",
        "",
        *_machine(run["machine"]),
        "",
        "| Figure | Measured | Lowest | Median | Highest | Target | Met |",
        "|---|---|--:|--:|--:|---|---|",
        *rows,
        "",
    ]


def _memory(run: dict) -> list[str]:
    rows = (
        f"| {peaks['worker']} | {' | '.join(str(mb) for mb in peaks['rss_mb'])} "
        f"| {peaks['pss_mb']} |"
        for peaks in run["workers"]
    )
    return [
        "## Memory",
        "",
        *_machine(run["machine"]),
        f"- Load: {run['load']}",
        f"- Requests: {run['requests']}, of which {run['failed']} failed",
        f"- Hostile ones beside them, none twice: {run['hostile_requests']}, of which "
        f"{run['hostile_failed']} got an error of the server",
        "",
        "The highest resident memory of each worker in MB, in each third of the run",
        "after a warm-up of one minute, and its highest proportional share.",
        "",
        "| Worker | First | Second | Last | Share |",
        "|---|--:|--:|--:|--:|",
        *rows,
        "",
    ]
