from django.db import migrations

from core.db.migrations import PostgresOnly

# `categories.texts` writes the same texts. The cost keeps the planner from calling it
# for each row of a scan: it is for the index alone. It is not marked as safe in parallel
# queries: starting a process takes longer than reading the few rows that it is for.
# Another definition needs new indexes, so it must have another name.
CREATE = r"""
CREATE OR REPLACE FUNCTION attribute_texts(attributes jsonb) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT COST 1000 AS $$
SELECT array_agg(text)
FROM (
    SELECT key || '=' || (value #>> '{}') AS text
    FROM jsonb_each(attributes)
    WHERE jsonb_typeof(value) IN ('string', 'boolean')
    UNION ALL
    SELECT key || CASE WHEN number < 0 THEN '-' ELSE '+' END
        || left(encode(float8send(abs(number)), 'hex'), length)
    FROM (
        SELECT key,
            CASE
                WHEN jsonb_typeof(value) = 'number' THEN value::float8
                WHEN value #>> '{}' ~ '^\d{4}-\d\d-\d\d$' THEN
                    ((left(value #>> '{}', 4)::integer - 2000) * 12
                    + substr(value #>> '{}', 6, 2)::integer) * 31
                    + right(value #>> '{}', 2)::integer
            END AS number
        FROM jsonb_each(attributes)
    ) AS numbers, generate_series(1, 6) AS length
    WHERE number IS NOT NULL
) AS texts
$$"""
DROP = "DROP FUNCTION IF EXISTS attribute_texts(jsonb)"


class Migration(migrations.Migration):

    dependencies = [("categories", "0002_defaults")]

    operations = [PostgresOnly([CREATE], reverse_sql=[DROP])]
