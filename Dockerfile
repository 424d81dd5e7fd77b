# docker compose up, or: docker build -t emberpeak . Nothing is installed at the start. The code belongs
# to root; the server runs as user 10001 and writes only /data and /tmp.
FROM python:3.11-slim AS build
WORKDIR /app
COPY requirements.txt ./
COPY scripts/environment.sh scripts/install.sh scripts/
RUN ["scripts/install.sh"]
COPY alembic.ini start_server.sh LICENSE ./
COPY scripts/ scripts/
COPY frontend/ frontend/
COPY backend/alembic/ backend/alembic/
COPY backend/app/ backend/app/
COPY backend/pixel_artist/ backend/pixel_artist/
RUN [".venv/bin/python", "-m", "compileall", "-q", "backend/app", "backend/pixel_artist", "backend/alembic"]

FROM python:3.11-slim
RUN ["install", "--directory", "--owner=10001", "--group=10001", "--mode=700", "/data"]
COPY --from=build /app /app
WORKDIR /app
ENV HOST=0.0.0.0 \
    PORT=8000 \
    DATABASE_URL=sqlite:////data/game.db \
    IMAGE_STORAGE_DIR=/data/images \
    BACKUP_DIR=/data/backups \
    LOG_FORMAT=json
USER 10001:10001
VOLUME ["/data"]
EXPOSE 8000
STOPSIGNAL SIGTERM
# Checks only that the process answers: a restart does not help a full disk. There is no curl, and
# Python without our packages starts in a tenth of a second.
HEALTHCHECK --interval=30s --timeout=20s --start-period=120s --retries=3 \
    CMD ["/app/.venv/bin/python", "-I", "-c", "import http.client, os, sys; c = http.client.HTTPConnection('127.0.0.1', int(os.environ['PORT']), timeout=15); c.request('GET', '/health/live'); sys.exit(c.getresponse().status != 200)"]
CMD ["./start_server.sh"]
