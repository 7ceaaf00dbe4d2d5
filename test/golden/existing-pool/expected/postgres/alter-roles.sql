-- Rendered by ecar-pool for the environment prod. Do not edit: edit ecar-pool.yaml,
-- then run `ecar-pool render --env prod`.
-- PgBouncer logs in to Postgres with what userlist.txt stores, so each role must store the same.
-- Run once as a superuser: psql -X -h pg1.example.com -p 5432 -U postgres -f alter-roles.sql

\set ON_ERROR_STOP on

ALTER ROLE "lookup" PASSWORD 'SCRAM-SHA-256$4096:vxAbzmHXFRz9+UYXuRkG8g==$D96aC/fHCL9Q+/xTm5kVsAX9s18hXlxTyKu3ehenviA=:2/6Fjq3jbd4Y0ZhXtRkLTIZrNbawtOz+ob+BOEasPnw=';
