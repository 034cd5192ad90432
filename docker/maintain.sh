#!/bin/sh
# Do the periodic work once an hour, until told to stop.
set -u
trap 'exit 0' TERM INT
while :; do
    python manage.py maintain || echo "maintain failed; it will try again" >&2
    sleep "${MAINTAIN_EVERY_SECONDS:-3600}" &
    wait $!
done
