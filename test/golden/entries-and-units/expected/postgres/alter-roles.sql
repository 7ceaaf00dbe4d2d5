-- Rendered by ecar-pool for the environment prod. Do not edit: edit ecar-pool.yaml,
-- then run `ecar-pool render --env prod`.
-- PgBouncer logs in to Postgres with what userlist.txt stores, so each role must store the same.
-- Run once as a superuser: psql -X -h pg1.example.com -p 5432 -U postgres -f alter-roles.sql

\set ON_ERROR_STOP on

ALTER ROLE "ecar_user" PASSWORD 'SCRAM-SHA-256$4096:/ztxyzuzJhWFsuNznwgTVA==$l+dMHiMaXXQvgwUsDZRXw9JV/22ffC9C614suIVefTA=:65/oZcg4KwTxIW02F/vn6ApznvjyIXbY5s/HVRLJ6Xw=';
ALTER ROLE "analyst" PASSWORD 'SCRAM-SHA-256$4096:bLlwox/CAntaPZV8kIo0sA==$MB7TRAtXcTKnoTdRrMhj/5C6C/pGcpNlWggzt22BYDw=:WLlccN/3C94qdIZZKQAhyvp1/ABRmtKacPA6jfxnfUI=';
