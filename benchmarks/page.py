"""The page of the documentation that shows what was measured."""

COLUMNS = {
    "scenario": "Scenario",
    "concurrency": "At once",
    "rps": "Requests/s",
    "p50_ms": "Median ms",
    "p95_ms": "p95 ms",
    "floor_ratio": "Of the floor",
    "sql": "SQL",
    "bytes": "Bytes",
    "failed": "Failed",
}
INTRODUCTION = """\
# Performance

Written by `make bench` and `make bench-memory`; not edited by hand. The load is short
bursts by wrk over loopback on the product under `gunicorn.conf.py`, set up as in
production; it shares the machine's cores with the servers and the database. The *floor*
answers the same requests with hand-written SQL through a psycopg pool, orjson and a
plain WSGI function, on the same server with as many workers and threads. Both are asked
in turn in one run, three bursts each, of which the median is told, and their answers
are compared first. Lists that *move* or *change* ask for hundreds or thousands of
different addresses in turn, so that nothing kept for one address flatters the figure.
Writes go one after the other.
"""
MEMORY = "memory"


def lines(rows: list[dict], runs: dict) -> list[str]:
    """The page, from all rows and from the runs by size."""
    page = [INTRODUCTION]
    for size, run in runs.items():
        if size == MEMORY:
            continue
        page += [f"## Size {size}", "", *_facts(run["machine"]), ""]
        page += [*_table([row for row in rows if row["size"] == size]), ""]
        page += _growth(run["growth"], run["left_out"])
    return page + (_memory(runs[MEMORY]) if MEMORY in runs else [])


def _facts(machine: dict[str, str]) -> list[str]:
    return [f"- {name}: {value}" for name, value in machine.items()]


def _table(rows: list[dict]) -> list[str]:
    head = f"| {' | '.join(COLUMNS.values())} |"
    rule = f"|---|{'--:|' * (len(COLUMNS) - 1)}"
    cells = (["" if r[c] is None else str(r[c]) for c in COLUMNS] for r in rows)
    return [head, rule, *(f"| {' | '.join(line)} |" for line in cells)]


def _growth(growth: list[dict], left_out: list[str]) -> list[str]:
    if not growth:
        return []
    rows = (
        f"| {g['scenario']} | {g['city_ms']} | {g['million_ms']} | {g['growth']} |"
        for g in growth
    )
    absent = f"Left out, for the city has no such page: {', '.join(left_out)}."
    return [
        "### From 10 k rows to this size",
        "",
        "One reader at a time: the median of three bursts, in turn on both databases.",
        *([absent] if left_out else []),
        "",
        "| List | City ms | Million ms | Growth |",
        "|---|--:|--:|--:|",
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
        *_facts(run["machine"]),
        f"- Load: {run['load']}",
        f"- Requests: {run['requests']}, of which {run['failed']} failed",
        "",
        "The highest resident memory of each worker in MB, in each third of the run",
        "after a minute of warming up, and its highest proportional share.",
        "",
        "| Worker | First | Second | Last | Share |",
        "|---|--:|--:|--:|--:|",
        *rows,
        "",
    ]
