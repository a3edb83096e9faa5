#!/bin/bash
# The image's own: the server takes connections. A refused password is an answer too.
exec mariadb-admin --no-defaults --host=127.0.0.1 --connect-timeout=2 ping
