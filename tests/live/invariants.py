"""What must hold among the rows of any database of the product.

Each entry counts the rows that break it. Stored counters that `manage.py maintain`
repairs are not here: `maintain --dry-run` counts those.
"""

import psycopg

INVARIANTS = {
    "messages are numbered from 1 without gaps": """
        SELECT count(*) FROM messaging_conversation AS conversation
        LEFT JOIN (
            SELECT conversation_id, count(*) AS number, max(seq) AS last
            FROM messaging_message GROUP BY conversation_id
        ) AS found ON found.conversation_id = conversation.id
        WHERE coalesce(number, 0) <> last_seq OR coalesce(last, 0) <> last_seq
    """,
    "a conversation names its last message": """
        SELECT count(*) FROM messaging_conversation AS conversation
        LEFT JOIN messaging_message AS message
            ON message.conversation_id = conversation.id AND message.seq = last_seq
        WHERE last_message_id IS DISTINCT FROM message.id
    """,
    "the history of a task leads to its status": """
        SELECT count(*) FROM tasks_taskrequest AS task
        WHERE status <> coalesce((
            SELECT new FROM tasks_taskevent WHERE task_id = task.id
            ORDER BY id DESC LIMIT 1
        ), 'open')
    """,
    "the history of a task has no gap": """
        SELECT count(*) FROM (
            SELECT old, lag(new, 1, 'open'::varchar)
                OVER (PARTITION BY task_id ORDER BY id) AS before
            FROM tasks_taskevent
        ) AS step WHERE old <> before
    """,
    "a task is assigned to whose application was accepted": """
        SELECT count(*) FROM tasks_taskrequest AS task
        LEFT JOIN tasks_taskapplication AS application
            ON application.task_id = task.id AND application.status = 'accepted'
        WHERE task.status <> 'cancelled'
            AND assigned_to_id IS DISTINCT FROM applicant_id
    """,
    "a picture of a message is private and used once": """
        SELECT count(*) FROM messaging_attachment
        JOIN uploads_upload AS upload ON upload.id = upload_id
        WHERE NOT is_private OR uses <> 1
    """,
    "a picture that an item names is an upload": """
        SELECT count(*) FROM (
            SELECT unnest(string_to_array(images, ',')) AS path FROM (
                SELECT images FROM listings_listing
                UNION ALL SELECT images FROM tasks_taskrequest
                UNION ALL SELECT images FROM offerings_offering
            ) AS item WHERE images <> ''
        ) AS named
        WHERE path LIKE '/api/uploads/%' AND NOT EXISTS (
            SELECT FROM uploads_upload WHERE '/api/uploads/' || key = path
        )
    """,
}
SEQUENCES = """
    SELECT format(
        'SELECT coalesce(max(%1$I), 0) > coalesce(pg_sequence_last_value(%2$L), 0)
         FROM %3$I', column_name, pg_get_serial_sequence(table_name, column_name),
        table_name
    ) FROM information_schema.columns
    WHERE table_schema = 'public' AND is_identity = 'YES'
"""


def broken(database: psycopg.Connection) -> dict[str, int]:
    """Return how many rows break each invariant, without those that hold."""
    found = {
        name: database.execute(sql).fetchone()[0] for name, sql in INVARIANTS.items()
    }
    checks = [sql for [sql] in database.execute(SEQUENCES).fetchall()]
    behind = sum(database.execute(sql).fetchone()[0] for sql in checks)
    found["the next id of a table is a new one"] = behind
    return {name: number for name, number in found.items() if number}


def fingerprints(database: psycopg.Connection) -> dict[str, list]:
    """Return the number of rows of each table, and a digest of their contents."""
    names = database.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
    ).fetchall()
    found = {}
    for [name] in names:
        digest = "md5(string_agg(digest, '' ORDER BY digest))"
        digests = f'SELECT md5(one::text) AS digest FROM "{name}" AS one'
        sql = f"SELECT count(*), {digest} FROM ({digests}) AS row_digests"
        row = database.execute(sql).fetchone()
        found[name] = list(row)
    return found


def _value(database: psycopg.Connection, sql: str) -> int:
    [value] = database.execute(sql).fetchone()
    return value
