-- Rendered by ecar-pool for the environment prod. Do not edit: edit ecar-pool.yaml,
-- then run `ecar-pool render --env prod`.
-- PgBouncer logs in to Postgres with what userlist.txt stores, so each role must store the same.
-- Run once as a superuser: psql -X -h host.docker.internal -p 5432 -U postgres -f alter-roles.sql

\set ON_ERROR_STOP on

ALTER ROLE "ecar_user" PASSWORD 'md50f635a7edb94e63e7fa29d34e3025476';
