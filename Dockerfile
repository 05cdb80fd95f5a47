# One image for every process: `p2i WORD` chooses which. Built from a clean checkout; nothing is fetched at run time.

FROM python:3.11.15-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /build
RUN python -m venv /opt/p2i
# Dependencies first, by their hashes: this layer changes only when the lock file does.
COPY requirements.lock ./
RUN /opt/p2i/bin/pip install --require-hashes -r requirements.lock
# grafana-client replaces urllib3 for its whole environment: one of its own (docs/decisions/0010-grafana-client.md).
RUN python -m venv /opt/p2i-grafana
COPY deploy/grafana/requirements.lock grafana.lock
RUN /opt/p2i-grafana/bin/pip install --require-hashes -r grafana.lock
COPY pyproject.toml README.md LICENSE ./
COPY facilities facilities
COPY collectors collectors
COPY store store
COPY sla_engine sla_engine
COPY alerting alerting
COPY dashboards dashboards
COPY reports reports
COPY p2i p2i
RUN /opt/p2i/bin/pip install --no-deps .

FROM python:3.11.15-slim-bookworm
# PYTHONTZPATH is empty on purpose: the zone rules are those of the pinned tzdata package. The image's own predate
# Morocco's change of 2026-09-20 and would cut every month one hour off.
ENV PATH=/opt/p2i/bin:$PATH \
    PYTHONTZPATH="" \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1
RUN useradd --system --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin p2i \
    && install --directory --owner=10001 --group=10001 /statements /backups /hooks /logins /alertmanager
COPY --from=build /opt/p2i /opt/p2i
COPY --from=build /opt/p2i-grafana /opt/p2i-grafana
USER 10001:10001
WORKDIR /tmp
ENTRYPOINT ["p2i"]
CMD ["--help"]
