# syntax=docker/dockerfile:1
# The connector as an image: built by its own lock file, run by nobody in particular, with nothing else inside.
#
#   docker build --build-arg CONNECTOR_COMMIT="$(git rev-parse --short HEAD)" -t healthengine-connector .
#   docker run --rm healthengine-connector --help
#
# deploy/compose.yaml runs it as it is meant to be run.

FROM rust:1.95-slim-bookworm AS build
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
WORKDIR /build

# Dependencies first, against stand-ins for every target that the manifest names: this layer, the long one,
# is built again only when the manifest or the lock file changes.
COPY Cargo.toml Cargo.lock ./
RUN sed -n 's/^path = "\(.*\.rs\)"$/\1/p' Cargo.toml | while read -r target; do \
        mkdir -p "$(dirname "$target")"; \
        echo 'fn main() {}' > "$target"; \
    done \
    && cargo build --profile dist --locked --bin healthengine-connector \
    && rm -r src

COPY config config
COPY src src
# Which commit this is, for `--version` and the first line of the log.
ARG CONNECTOR_COMMIT=unknown
# The sources may be older than the stand-ins, and cargo goes by dates.
RUN find src config -type f -exec touch {} + \
    && cargo build --profile dist --locked --bin healthengine-connector \
    && mkdir -p /image/state/data \
    && cp target/dist/healthengine-connector /image/

# glibc, libgcc, the certificates that TLS needs, and no shell.
FROM gcr.io/distroless/cc-debian12:nonroot
LABEL org.opencontainers.image.title="healthengine-connector" \
      org.opencontainers.image.description="Puts Healthengine bookings into a practice's diary exactly once, and publishes its free times" \
      org.opencontainers.image.licenses="Apache-2.0"

COPY LICENSE /usr/share/doc/healthengine-connector/LICENSE
COPY config /etc/healthengine-connector
COPY --from=build /image/healthengine-connector /usr/local/bin/healthengine-connector
# A volume begins as a copy of this directory, its owner included.
COPY --from=build --chown=65532:65532 /image/state /var/lib/healthengine-connector

# Keeps memory in few heaps, however many threads read diaries.
ENV MALLOC_ARENA_MAX=2
# By number, so that a cluster's "must not run as root" can be checked without reading the image.
USER 65532:65532
# Relative paths in the settings (the ledger, the built-in diary) are below this: the only place that is written to.
WORKDIR /var/lib/healthengine-connector
VOLUME ["/var/lib/healthengine-connector"]
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["/usr/local/bin/healthengine-connector", "status", "--config", "/etc/healthengine-connector"]
ENTRYPOINT ["/usr/local/bin/healthengine-connector"]
CMD ["run", "--config", "/etc/healthengine-connector", "--log-format", "json"]
