#!/bin/sh
# Two roles and two databases on a new PostgreSQL: the warehouse is never Prefect's own.
set -eu
for name in kinerja prefect; do
    psql --set ON_ERROR_STOP=1 --username postgres --set name="$name" --set word="$(cat "/run/secrets/$name")" <<'SQL'
CREATE ROLE :"name" LOGIN PASSWORD :'word';
CREATE DATABASE :"name" OWNER :"name";
REVOKE ALL ON DATABASE :"name" FROM PUBLIC;
SQL
done
