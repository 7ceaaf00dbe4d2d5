-- Rendered by ecar-pool for the environment prod. Do not edit: edit ecar-pool.yaml,
-- then run `ecar-pool render --env prod`.
-- Safe to run again: what exists stays, passwords are set anew.

\set ON_ERROR_STOP on

ALTER ROLE "postgres" PASSWORD 'md58dbfd793c92c5e6a5a5fd1f9c6e4f57a';

SELECT 'CREATE ROLE "o''brien ""bo"""' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'o''brien "bo"') \gexec
ALTER ROLE "o'brien ""bo""" LOGIN;
ALTER ROLE "o'brien ""bo""" PASSWORD 'md5e12b0fc1a73310385d35fca2a2619453';

SELECT 'CREATE ROLE "ecar.user"' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'ecar.user') \gexec
ALTER ROLE "ecar.user" LOGIN;
ALTER ROLE "ecar.user" PASSWORD 'md5e9e187bebf90f5d56b9589720395eb03';

SELECT 'CREATE DATABASE "it''s = ""odd""; #1" OWNER "o''brien ""bo"""' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'it''s = "odd"; #1') \gexec
GRANT ALL ON DATABASE "it's = ""odd""; #1" TO "o'brien ""bo""", "ecar.user";
REVOKE ALL ON DATABASE "it's = ""odd""; #1" FROM PUBLIC;

SELECT 'CREATE DATABASE "ecar$db" OWNER "ecar.user"' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'ecar$db') \gexec
GRANT ALL ON DATABASE "ecar$db" TO "ecar.user";
REVOKE ALL ON DATABASE "ecar$db" FROM PUBLIC;

CREATE TEMPORARY TABLE ecar_pool_users (usename) AS VALUES ('o''brien "bo"'), ('ecar.user');
CREATE TEMPORARY TABLE ecar_pool_access (datname, usename) AS VALUES ('it''s = "odd"; #1', 'o''brien "bo"'), ('it''s = "odd"; #1', 'ecar.user'), ('ecar$db', 'ecar.user');
SELECT DISTINCT format('REVOKE ALL ON DATABASE %I FROM %I', datname, rolname) FROM pg_database, aclexplode(datacl), pg_roles WHERE pg_roles.oid = grantee AND datname IN (SELECT datname FROM ecar_pool_access) AND rolname IN (SELECT usename FROM ecar_pool_users) AND (datname, rolname) NOT IN (SELECT datname, usename FROM ecar_pool_access) \gexec
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname IN (SELECT datname FROM ecar_pool_access) AND usename IN (SELECT usename FROM ecar_pool_users) AND (datname, usename) NOT IN (SELECT datname, usename FROM ecar_pool_access);
