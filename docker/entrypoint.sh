#!/bin/sh
# Prepare keys and database, then exec the command, which receives the signals.
set -eu
cd "$(dirname "$0")/.."

# Generate a missing key once and store it in the volume. Containers that start at the
# same moment use the same key: `ln` fails if the name exists, so the first one stays.
generate_key() {
    mkdir -p "$KEYS_DIR"
    [ -s "$KEYS_DIR/$1" ] && return
    new=$(mktemp "$KEYS_DIR/.XXXXXX")
    python -c 'import secrets; print(secrets.token_urlsafe(64))' > "$new"
    ln "$new" "$KEYS_DIR/$1" 2> /dev/null || true
    rm "$new"
}
if [ -n "${KEYS_DIR:-}" ]; then
    if [ -z "${SECRET_KEY:-}${SECRET_KEY_FILE:-}" ]; then
        generate_key secret
        export SECRET_KEY_FILE="$KEYS_DIR/secret"
    fi
    if [ -z "${JWT_SIGNING_KEY:-}${JWT_SIGNING_KEY_FILE:-}" ]; then
        generate_key tokens
        export JWT_SIGNING_KEY_FILE="$KEYS_DIR/tokens"
    fi
fi

if [ "${MIGRATE_ON_START:-true}" = true ]; then
    python manage.py migrate_together
    case "${DEMO:-}" in 1 | true | True) python manage.py seed --if-empty ;; esac
fi
exec "$@"
