# codecheck-bot in a container: its virtual environment on a slim Python, without any build tools.
#
#   docker build -t codecheck-bot .
#   docker run --read-only --cap-drop ALL --security-opt no-new-privileges --tmpfs /tmp -v codecheck:/data \
#     --env-file codecheck.env -v ./codecheck.toml:/etc/codecheck/codecheck.toml:ro -p 3000:3000 codecheck-bot
#
# To pin the base by its content as well, append the digest that `docker buildx imagetools inspect` prints to the tag:
# python:3.11-slim-bookworm@sha256:...
ARG PYTHON=python:3.11-slim-bookworm

FROM ${PYTHON} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src
RUN python -m venv /build && python -m venv --without-pip /opt/codecheck-bot
# The locks first: their layers are cached until a lock changes. A lock is complete, so nothing is resolved (--no-deps).
# To send traces, build with --build-arg LOCK=requirements-otel.lock, which has everything in the other one as well.
ARG LOCK=requirements.lock
COPY requirements.lock requirements-otel.lock requirements-build.lock ./
# An index of your own: `docker build --secret id=pip.conf,src=pip.conf .`; neither it nor its password stays in a layer.
RUN --mount=type=secret,id=pip.conf,target=/etc/pip.conf \
    /build/bin/pip install --no-deps --only-binary :all: --require-hashes -r requirements-build.lock \
 && /build/bin/pip --python /opt/codecheck-bot/bin/python install --no-deps --only-binary :all: --require-hashes -r "$LOCK"
COPY pyproject.toml README.md LICENSE manifest.yml ./
COPY bot ./bot
RUN /build/bin/python -m hatchling build -t wheel -d /wheel \
 && /build/bin/pip --python /opt/codecheck-bot/bin/python install --no-deps --no-index /wheel/*.whl \
 && /build/bin/pip --python /opt/codecheck-bot/bin/python check \
 && /opt/codecheck-bot/bin/python -m compileall -q /opt/codecheck-bot

FROM ${PYTHON}
RUN groupadd --gid 10001 codecheck \
 && useradd --uid 10001 --gid codecheck --no-create-home --home-dir /data --shell /usr/sbin/nologin codecheck \
 && install -d -o codecheck -g codecheck -m 0700 /data \
 && python -m pip uninstall --yes --quiet pip setuptools wheel
COPY --from=build /opt/codecheck-bot /opt/codecheck-bot
ENV PATH=/opt/codecheck-bot/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOST=0.0.0.0 \
    PORT=3000 \
    CODECHECK_DATA_DIR=/data
# Only the embedded server writes, and only to /data; with REDIS_URL nothing does. The bot looks for codecheck.toml here:
WORKDIR /etc/codecheck
USER 10001:10001
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f\"http://127.0.0.1:{os.environ['PORT']}/readyz\", timeout=2)"]
# Exec form, so PID 1 is the bot itself: it gets SIGTERM, finishes within 20 s and exits 0. Give it 30 s to stop.
STOPSIGNAL SIGTERM
ENTRYPOINT ["codecheck-bot"]
CMD ["run"]
