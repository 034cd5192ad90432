"""Compare the search around a point with other ways to write it.

    DATABASE_URL=… python -m benchmarks.radius [runs]

Prints a table of milliseconds (the best of the runs, of EXPLAIN ANALYZE) and of the
size of the index. Each way returns the first 20 rows, nearest first and then newest
first, and the total, capped at 1001. All changes are rolled back.
"""

import os
import re
import sys

import django

LATITUDE, LONGITUDE, PER_PAGE, MAX_TOTAL = 56.9496, 24.1052, 20, 1001
CIRCLES_KM = (2, 10, 50, 300)
CATEGORY = "cleaning"
DISTANCE = f"""2 * 6371 * asin(sqrt(
    power(sin(radians((public_latitude - {LATITUDE}) / 2)), 2)
    + cos(radians({LATITUDE})) * cos(radians(public_latitude))
    * power(sin(radians((public_longitude - {LONGITUDE}) / 2)), 2)))"""
SCALED_POINT = "point(public_longitude * 0.5453765573679363, public_latitude)"
CENTRE = f"point({LONGITUDE * 0.5453765573679363}, {LATITUDE})"
WAYS = {  # name: (index, which rows, nearest first)
    "haversine in a box, b-tree": (
        "CREATE INDEX radius_try ON tasks_taskrequest (public_latitude, "
        "public_longitude) WHERE status = 'open' AND moderation = 'visible'",
        "public_latitude BETWEEN {south} AND {north} AND public_longitude "
        f"BETWEEN {{west}} AND {{east}} AND {DISTANCE} <= {{km}}",
        DISTANCE,
    ),
    "GiST on point, <->": (
        f"CREATE INDEX radius_try ON tasks_taskrequest USING gist ({SCALED_POINT}) "
        "WHERE status = 'open' AND moderation = 'visible'",
        f"{SCALED_POINT} <@ circle({CENTRE}, {{degrees}})",
        f"{SCALED_POINT} <-> {CENTRE}",
    ),
    "earthdistance, GiST": (
        "CREATE INDEX radius_try ON tasks_taskrequest USING gist "
        "(ll_to_earth(public_latitude, public_longitude)) "
        "WHERE status = 'open' AND moderation = 'visible'",
        f"earth_box(ll_to_earth({LATITUDE}, {LONGITUDE}), {{km}} * 1000) "
        "@> ll_to_earth(public_latitude, public_longitude) AND earth_distance("
        f"ll_to_earth({LATITUDE}, {LONGITUDE}), "
        "ll_to_earth(public_latitude, public_longitude)) <= {km} * 1000",
        f"ll_to_earth({LATITUDE}, {LONGITUDE}) <-> "
        "ll_to_earth(public_latitude, public_longitude)",
    ),
}
ROWS = """FROM tasks_taskrequest WHERE status = 'open' AND moderation = 'visible'
    AND creator_id NOT IN (SELECT id FROM accounts_user WHERE NOT is_active)"""


def milliseconds(cursor, sql: str, runs: int) -> float:
    """Return the best execution time of `sql` in `runs` runs, in ms."""
    times = []
    for _ in range(runs):
        cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF) {sql}")
        text = "\n".join(row[0] for row in cursor.fetchall())
        times.append(float(re.search(r"Execution Time: ([\d.]+)", text)[1]))
    return min(times)


def ours(km: int, category: str) -> list[str]:
    """Return the SQL that the product runs for a page and its total."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    params = f"latitude={LATITUDE}&longitude={LONGITUDE}&radius={km}"
    with CaptureQueriesContext(connection) as queries:
        address = f"/api/tasks?{params}&category={category}"
        assert Client(headers={"host": "localhost"}).get(address).status_code == 200
    return [query["sql"] for query in queries]


def baselines(km: int, _category: str) -> list[str]:
    """Return the SQL of the baseline of `make bench`: our way, written by hand."""
    from django.db import connection

    from benchmarks import baseline

    def written(sql: str, reach: float) -> str:
        circle = baseline._circle(LATITUDE, LONGITUDE, reach)
        return connection.ops.compose_sql(sql, circle)

    statements = [written(baseline.COUNT_WITHIN_RADIUS, km)]
    for radius in (
        *(radius for radius in (baseline.FIRST_CIRCLE_KM, km / 10) if radius < km),
        km,
    ):
        statements.append(written(baseline.NEAREST, radius))
        with connection.cursor() as cursor:
            cursor.execute(statements[-1].replace("%", "%%"))
            if len(cursor.fetchall()) > PER_PAGE:
                break
    return statements


def hand_written(way: tuple, km: int, category: str) -> list[str]:
    """Return the SQL of one alternative for a page and its total."""
    _index, in_process, nearest = way
    degrees = km / 111.19492664455873
    run = degrees / 0.5453765573679363
    words = {"km": km, "degrees": degrees, "north": LATITUDE + degrees}
    words |= {"south": LATITUDE - degrees, "west": LONGITUDE - run * 1.05}
    words["east"] = LONGITUDE + run * 1.05
    rows = f"{ROWS} AND {in_process.format(**words)}"
    if category:
        rows += f" AND category = '{category}'"
    page = f"SELECT id {rows} ORDER BY {nearest}, id DESC LIMIT {PER_PAGE + 1}"
    whole = f"SELECT * FROM tasks_taskrequest WHERE id IN ({page})"
    return [f"SELECT count(*) FROM (SELECT 1 {rows} LIMIT {MAX_TOTAL}) found", whole]


def measure(cursor, name, queries_of, size, runs, categories=("", CATEGORY)) -> None:
    """Print the rows of one alternative, in ms per radius."""
    for category in categories:
        taken = [
            sum(milliseconds(cursor, sql, runs) for sql in queries_of(km, category))
            for km in CIRCLES_KM
        ]
        cells = " | ".join(f"{value:.1f}" for value in taken)
        print(f"| {name} | {category or '–'} | {cells} | {size} |", flush=True)


def main(runs: int) -> None:
    """Measure all alternatives; skip one whose extension is missing."""
    from django.db import connection, transaction
    from django.db.utils import Error

    print(f"| way | category | {' | '.join(f'{km} km' for km in CIRCLES_KM)} | index |")
    print("|---|---|---|---|---|---|---|")
    with connection.cursor() as cursor:
        measure(cursor, "ours", ours, "task_place, task_category_place", runs)
        measure(cursor, "the same, by hand", baselines, "the same", runs, [""])
        for name, way in WAYS.items():
            try:
                with transaction.atomic():
                    if name.startswith("earth"):
                        cursor.execute("CREATE EXTENSION earthdistance CASCADE")
                    cursor.execute(way[0])
                    cursor.execute("ANALYZE tasks_taskrequest")
                    cursor.execute("SELECT pg_relation_size('radius_try') / 1000000")
                    size = f"{cursor.fetchone()[0]} MB"
                    measure(
                        cursor,
                        name,
                        lambda km, category, way=way: hand_written(way, km, category),
                        size,
                        runs,
                    )
                    transaction.set_rollback(True)
            except Error as error:
                print(f"| {name} | not here: {str(error).splitlines()[0]} |")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.development")
    django.setup()
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
