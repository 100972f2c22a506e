# One image for web, worker, scheduler and set-up; docker-compose.yml says which command each of them runs.
FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 \
    LANG=C.UTF-8 \
    IPDASH_VAR=/data

RUN useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin ipdash \
    && install -d -o ipdash -g ipdash -m 0700 /data

WORKDIR /app

# Wheels alone, each with its hash: nothing is compiled from source, so no build tools are needed.
COPY requirements.lock ./
RUN python -m venv --without-pip .venv \
    && python -m pip --python .venv/bin/python install --no-cache-dir --disable-pip-version-check \
        --no-deps --require-hashes --only-binary=:all: -r requirements.lock

COPY manage.py ./
COPY ipdash ipdash
COPY plans plans
COPY indicators indicators
COPY templates templates
COPY static static
COPY fixtures fixtures
COPY docs/rules.md docs/rules.md
COPY locale locale
RUN .venv/bin/python -m ipdash.launch.catalogues && .venv/bin/python -m compileall -q ipdash plans indicators

ENV PATH=/app/.venv/bin:$PATH
USER ipdash
VOLUME /data
EXPOSE 8000

HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]

CMD ["granian", "--interface", "wsgi", "ipdash.wsgi:application", "--host", "0.0.0.0", "--port", "8000", \
     "--workers", "2", "--blocking-threads", "4", "--no-ws", "--respawn-failed-workers", "--log-level", "warning"]
