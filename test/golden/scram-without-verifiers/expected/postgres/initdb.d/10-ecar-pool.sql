-- Rendered by ecar-pool for the environment prod. Do not edit: edit ecar-pool.yaml,
-- then run `ecar-pool render --env prod`.
-- Safe to run again: what exists stays, passwords are set anew.

\set ON_ERROR_STOP on

ALTER ROLE "postgres" PASSWORD 'SCRAM-SHA-256$4096:5nGV1KU8gmRqKzLXjCkBfQ==$Z8Tf805gJkETJ5iXLBeRE1KbptIrHRyx2lZ/AoJ9egc=:4r7mJlu/t5/JtjEzgEp7fkS+su8EgKtaFtXFMOjM/q8=';

SELECT 'CREATE ROLE "ecar_user"' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'ecar_user') \gexec
ALTER ROLE "ecar_user" LOGIN;
ALTER ROLE "ecar_user" PASSWORD 'SCRAM-SHA-256$4096:zuZK9DKwt/jkYcOUrVnRZQ==$FlvNgyK9yZZjyAQUnDg6dOyW24NxMD8PU3ub70Cf0e0=:wspHEN13UggSwCgjO/ORXjIq8/KTiJJpwCmiNPixqIA=';

SELECT 'CREATE DATABASE "ecar_db" OWNER "ecar_user"' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'ecar_db') \gexec
GRANT ALL ON DATABASE "ecar_db" TO "ecar_user";
REVOKE ALL ON DATABASE "ecar_db" FROM PUBLIC;
