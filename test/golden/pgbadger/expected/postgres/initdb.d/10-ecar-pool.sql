-- Rendered by ecar-pool for the environment prod. Do not edit: edit ecar-pool.yaml,
-- then run `ecar-pool render --env prod`.
-- Safe to run again: what exists stays, passwords are set anew.

\set ON_ERROR_STOP on

ALTER ROLE "postgres" PASSWORD 'md50b573de6890c6084f3b290a8c9b7f034';

SELECT 'CREATE ROLE "ecar_user"' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'ecar_user') \gexec
ALTER ROLE "ecar_user" LOGIN;
ALTER ROLE "ecar_user" PASSWORD 'md50f635a7edb94e63e7fa29d34e3025476';

SELECT 'CREATE DATABASE "ecar_db" OWNER "ecar_user"' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'ecar_db') \gexec
GRANT ALL ON DATABASE "ecar_db" TO "ecar_user";
REVOKE ALL ON DATABASE "ecar_db" FROM PUBLIC;
