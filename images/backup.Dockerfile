# scripts/backup with what it needs: docker build -f images/backup.Dockerfile -t ip-backup .
FROM docker.io/library/debian:bookworm-slim
RUN apt-get -q update \
 && apt-get -q install -y --no-install-recommends mariadb-server mariadb-client zstd python3 python3-cryptography \
 && rm -rf /var/lib/apt/lists/* /var/lib/mysql
COPY scripts/backup /opt/individuellplan/scripts/backup
COPY tools/backup /opt/individuellplan/tools/backup
COPY tools/lib/dbserver.py /opt/individuellplan/tools/lib/
COPY tools/suite/database.py tools/suite/process.py /opt/individuellplan/tools/suite/
USER 65532:65532
ENTRYPOINT ["/opt/individuellplan/scripts/backup"]
