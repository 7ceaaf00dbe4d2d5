-- Rendered by ecar-pool for the environment prod. Do not edit: edit ecar-pool.yaml,
-- then run `ecar-pool render --env prod`.
-- Safe to run again: what exists stays, passwords are set anew.

\set ON_ERROR_STOP on

SELECT 'CREATE ROLE "ecar_user" LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'ecar_user') \gexec
ALTER ROLE "ecar_user" PASSWORD 'md50f635a7edb94e63e7fa29d34e3025476';

SELECT 'CREATE DATABASE "ecar_db" OWNER "ecar_user"' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'ecar_db') \gexec
