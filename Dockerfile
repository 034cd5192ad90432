# Two stages: the first installs packages and collects static files, the second runs.
FROM python:3.13.16-slim-trixie AS build

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1 \
    PYTHONDONTWRITEBYTECODE=1
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH

# Install wheels with known hashes only: no compiler is needed.
COPY requirements/base.txt /tmp/base.txt
RUN pip install --only-binary=:all: --require-hashes -r /tmp/base.txt

WORKDIR /app
COPY . .
# The settings of production are required; nothing is signed with these keys.
RUN key() { python -c 'import secrets; print(secrets.token_urlsafe(64))'; } \
 && SECRET_KEY=$(key) JWT_SIGNING_KEY=$(key) ALLOWED_HOSTS=localhost \
    SITE_URL=http://localhost DEFAULT_FROM_EMAIL=build@example.com \
    STATIC_ROOT=/app/static DATABASE_URL=sqlite:////tmp/none.sqlite3 \
    python manage.py collectstatic --noinput --verbosity 0 \
 && python -m compileall -q /opt/venv /app


FROM python:3.13.16-slim-trixie

RUN groupadd --gid 10001 market \
 && useradd --uid 10001 --gid market --no-create-home --home-dir /nonexistent market \
 && install -d -o market -g market -m 0750 /data

COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app

WORKDIR /app
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HOST=0.0.0.0 \
    PORT=8000 \
    STATIC_ROOT=/app/static \
    UPLOADS_DIR=/data/uploads \
    KEYS_DIR=/data/keys

USER market
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=180s --retries=3 \
    CMD ["python", "docker/healthcheck.py"]
ENTRYPOINT ["/app/docker/entrypoint.sh"]
CMD ["gunicorn", "--config", "gunicorn.conf.py"]
