-- Rendered by ecar-pool for the environment prod. Do not edit: edit ecar-pool.yaml,
-- then run `ecar-pool render --env prod`.
-- Safe to run again: what exists stays, passwords are set anew.

\set ON_ERROR_STOP on

ALTER ROLE "postgres" PASSWORD 'md54169ad22ff791f8df6e380f2b1035aed';

SELECT 'CREATE ROLE "ecar_user"' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'ecar_user') \gexec
ALTER ROLE "ecar_user" LOGIN;
ALTER ROLE "ecar_user" PASSWORD 'md51ea1fc9e31d8b452ce677ffdcf19169a';

SELECT 'CREATE DATABASE "ecar_db" OWNER "ecar_user"' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'ecar_db') \gexec
GRANT ALL ON DATABASE "ecar_db" TO "ecar_user";
REVOKE ALL ON DATABASE "ecar_db" FROM PUBLIC;
