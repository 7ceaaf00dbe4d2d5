-- Rendered by ecar-pool for the environment prod. Do not edit: edit ecar-pool.yaml,
-- then run `ecar-pool render --env prod`.
-- Safe to run again: what exists stays, passwords are set anew.

\set ON_ERROR_STOP on

ALTER ROLE "postgres" PASSWORD 'SCRAM-SHA-256$4096:5nGV1KU8gmRqKzLXjCkBfQ==$Z8Tf805gJkETJ5iXLBeRE1KbptIrHRyx2lZ/AoJ9egc=:4r7mJlu/t5/JtjEzgEp7fkS+su8EgKtaFtXFMOjM/q8=';

SELECT 'CREATE ROLE "ecar_user"' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'ecar_user') \gexec
ALTER ROLE "ecar_user" LOGIN;
ALTER ROLE "ecar_user" PASSWORD 'SCRAM-SHA-256$4096:zuZK9DKwt/jkYcOUrVnRZQ==$FlvNgyK9yZZjyAQUnDg6dOyW24NxMD8PU3ub70Cf0e0=:wspHEN13UggSwCgjO/ORXjIq8/KTiJJpwCmiNPixqIA=';

SELECT 'CREATE ROLE "lookup"' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'lookup') \gexec
ALTER ROLE "lookup" LOGIN;
ALTER ROLE "lookup" PASSWORD 'SCRAM-SHA-256$4096:E5JnHOMAxemcWYKsMZK5yQ==$fM/rAEFlUeEzrbAx77yQIUqDhWnzw8Bw8YT02N4cHs0=:PZZwWbLbEUSNKxFyWGat3Eo6gA4XnCfl6yGAQ3+jFoA=';

SELECT 'CREATE DATABASE "ecar_db" OWNER "ecar_user"' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'ecar_db') \gexec
GRANT ALL ON DATABASE "ecar_db" TO "ecar_user";
GRANT CONNECT ON DATABASE "ecar_db" TO "lookup";
REVOKE ALL ON DATABASE "ecar_db" FROM PUBLIC;

SELECT 'CREATE DATABASE "it''s \ = ""odd""" OWNER "ecar_user"' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'it''s \ = "odd"') \gexec
GRANT ALL ON DATABASE "it's \ = ""odd""" TO "ecar_user";
GRANT CONNECT ON DATABASE "it's \ = ""odd""" TO "lookup";
REVOKE ALL ON DATABASE "it's \ = ""odd""" FROM PUBLIC;

SELECT 'CREATE DATABASE "warehouse" OWNER "ecar_user"' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'warehouse') \gexec
GRANT ALL ON DATABASE "warehouse" TO "ecar_user";
REVOKE ALL ON DATABASE "warehouse" FROM PUBLIC;

CREATE TEMPORARY TABLE ecar_pool_users (usename) AS VALUES ('ecar_user'), ('lookup');
CREATE TEMPORARY TABLE ecar_pool_access (datname, usename) AS VALUES ('ecar_db', 'ecar_user'), ('ecar_db', 'lookup'), ('it''s \ = "odd"', 'ecar_user'), ('it''s \ = "odd"', 'lookup'), ('warehouse', 'ecar_user');
SELECT DISTINCT format('REVOKE ALL ON DATABASE %I FROM %I', datname, rolname) FROM pg_database, aclexplode(datacl), pg_roles WHERE pg_roles.oid = grantee AND datname IN (SELECT datname FROM ecar_pool_access) AND rolname IN (SELECT usename FROM ecar_pool_users) AND (datname, rolname) NOT IN (SELECT datname, usename FROM ecar_pool_access) \gexec
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname IN (SELECT datname FROM ecar_pool_access) AND usename IN (SELECT usename FROM ecar_pool_users) AND (datname, usename) NOT IN (SELECT datname, usename FROM ecar_pool_access);

\connect -reuse-previous=on 'dbname=''ecar_db'''
BEGIN;
CREATE SCHEMA IF NOT EXISTS ecar_pool;
ALTER SCHEMA ecar_pool OWNER TO CURRENT_USER;
REVOKE ALL ON SCHEMA ecar_pool FROM PUBLIC;
DROP FUNCTION IF EXISTS ecar_pool.user_lookup(text);
CREATE FUNCTION ecar_pool.user_lookup(name text, OUT usename text, OUT passwd text) RETURNS SETOF record
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT rolname::text, rolpassword FROM pg_catalog.pg_authid
    WHERE rolname = $1 AND rolcanlogin AND NOT rolsuper AND NOT rolreplication
      AND (rolvaliduntil IS NULL OR rolvaliduntil > pg_catalog.now())
  $$;
REVOKE ALL ON FUNCTION ecar_pool.user_lookup(text) FROM PUBLIC;
GRANT USAGE ON SCHEMA ecar_pool TO "lookup";
GRANT EXECUTE ON FUNCTION ecar_pool.user_lookup(text) TO "lookup";
COMMIT;

\connect -reuse-previous=on 'dbname=''it\\''s \\\\ = """"odd""""'''
BEGIN;
CREATE SCHEMA IF NOT EXISTS ecar_pool;
ALTER SCHEMA ecar_pool OWNER TO CURRENT_USER;
REVOKE ALL ON SCHEMA ecar_pool FROM PUBLIC;
DROP FUNCTION IF EXISTS ecar_pool.user_lookup(text);
CREATE FUNCTION ecar_pool.user_lookup(name text, OUT usename text, OUT passwd text) RETURNS SETOF record
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT rolname::text, rolpassword FROM pg_catalog.pg_authid
    WHERE rolname = $1 AND rolcanlogin AND NOT rolsuper AND NOT rolreplication
      AND (rolvaliduntil IS NULL OR rolvaliduntil > pg_catalog.now())
  $$;
REVOKE ALL ON FUNCTION ecar_pool.user_lookup(text) FROM PUBLIC;
GRANT USAGE ON SCHEMA ecar_pool TO "lookup";
GRANT EXECUTE ON FUNCTION ecar_pool.user_lookup(text) TO "lookup";
COMMIT;
