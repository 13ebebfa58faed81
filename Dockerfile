# syntax=docker/dockerfile:1
# `collect` in a container: one static program, run by a user without a name, that keeps what it receives in the volume /data.
#
#   docker build -t cruddur-trace .
#   docker run -p 127.0.0.1:4318:4318 -p 127.0.0.1:2000:2000/udp -v traces:/data cruddur-trace

# The version is that of rust-version in Cargo.toml.
FROM rust:1.95-slim-bookworm AS build
WORKDIR /source
COPY Cargo.toml Cargo.lock README.md LICENSE ./
COPY src src
COPY benches benches
COPY tests/it/main.rs tests/it/main.rs
# crt-static: glibc within the program. Since 2.34 it resolves names by itself, from /etc/hosts and by DNS. The target has to be named, or
# the flags would hold for procedural macros too, which cannot be static.
# The caches outlive a build, so that a change of ours does not compile the dependencies again.
ENV RUSTFLAGS="-C target-feature=+crt-static"
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/source/target \
    target="$(uname -m)-unknown-linux-gnu" && \
    cargo build --release --locked --bin cruddur-trace --target "$target" && \
    install -D "target/$target/release/cruddur-trace" /image/cruddur-trace && \
    install -d -m 0700 /image/data

# Certificates, /tmp, and the user 65532; no shell, no library.
FROM gcr.io/distroless/static-debian12:nonroot
LABEL org.opencontainers.image.title="cruddur-trace" \
      org.opencontainers.image.description="Local receiver of OpenTelemetry, AWS X-Ray and Zipkin traces" \
      org.opencontainers.image.licenses="MIT"
# The program is root's: whoever runs it cannot put another one in its place.
COPY --from=build /image/cruddur-trace /usr/local/bin/cruddur-trace
COPY --from=build --chown=65532:65532 /image/data /data
# From here on everything is a setting as any other, so that `docker run cruddur-trace collect --forward honeycomb` listens the same way, and
# `docker exec … cruddur-trace list` reads the same store. Outside, a port is where it is published: `-p 127.0.0.1:4318:4318`.
ENV HOME=/data \
    CRUDDUR_TRACE_DATA_DIR=/data \
    CRUDDUR_TRACE_CACHE_DIR=/data/cache \
    CRUDDUR_TRACE_COLLECT_OTLP_GRPC=0.0.0.0:4317 \
    CRUDDUR_TRACE_COLLECT_OTLP_HTTP=0.0.0.0:4318 \
    CRUDDUR_TRACE_COLLECT_ZIPKIN=0.0.0.0:9411 \
    CRUDDUR_TRACE_COLLECT_XRAY=0.0.0.0:2000
USER 65532:65532
VOLUME /data
EXPOSE 4317/tcp 4318/tcp 9411/tcp 2000/udp 2000/tcp
HEALTHCHECK --interval=10s --timeout=5s --start-period=5s CMD ["cruddur-trace", "collect", "--status"]
ENTRYPOINT ["cruddur-trace"]
CMD ["collect"]
