# Stand-ins for the two images of compose.yaml that come from a registry, for machines that reach none (run.py).
FROM docker.io/library/debian:bookworm-slim AS debian
RUN apt-get -q update \
 && apt-get -q install -y --no-install-recommends mariadb-server python3 python3-aiosmtpd \
 && rm -rf /var/lib/apt/lists/* /var/lib/mysql

FROM debian AS database
COPY --chmod=755 tests/compose/database tests/compose/healthcheck.sh /usr/local/bin/
ENTRYPOINT ["database"]

FROM debian AS mail
COPY tools/mailsink/mailsink.py /opt/
ENTRYPOINT ["python3", "/opt/mailsink.py", "--smtp-port=1025", "--http-host=0.0.0.0", "--http-port=8025"]
