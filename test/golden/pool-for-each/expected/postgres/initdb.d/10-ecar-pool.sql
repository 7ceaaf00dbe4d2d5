-- Rendered by ecar-pool for the environment prod. Do not edit: edit ecar-pool.yaml,
-- then run `ecar-pool render --env prod`.
-- Safe to run again: what exists stays, passwords are set anew.

\set ON_ERROR_STOP on

ALTER ROLE "postgres" PASSWORD 'md50b573de6890c6084f3b290a8c9b7f034';

SELECT 'CREATE ROLE "web"' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'web') \gexec
ALTER ROLE "web" LOGIN;
ALTER ROLE "web" PASSWORD 'md50d1659bf7a52e25fffdae7275d293ebb';

SELECT 'CREATE ROLE "worker"' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'worker') \gexec
ALTER ROLE "worker" LOGIN;
ALTER ROLE "worker" PASSWORD 'md5525c188d227bad34103ff0635f9a421b';

SELECT 'CREATE DATABASE "shop" OWNER "web"' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'shop') \gexec
GRANT ALL ON DATABASE "shop" TO "web", "worker";
REVOKE ALL ON DATABASE "shop" FROM PUBLIC;

SELECT 'CREATE DATABASE "reports" OWNER "worker"' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'reports') \gexec
GRANT ALL ON DATABASE "reports" TO "worker";
REVOKE ALL ON DATABASE "reports" FROM PUBLIC;

CREATE TEMPORARY TABLE ecar_pool_users (usename) AS VALUES ('web'), ('worker');
CREATE TEMPORARY TABLE ecar_pool_access (datname, usename) AS VALUES ('shop', 'web'), ('shop', 'worker'), ('reports', 'worker');
SELECT DISTINCT format('REVOKE ALL ON DATABASE %I FROM %I', datname, rolname) FROM pg_database, aclexplode(datacl), pg_roles WHERE pg_roles.oid = grantee AND datname IN (SELECT datname FROM ecar_pool_access) AND rolname IN (SELECT usename FROM ecar_pool_users) AND (datname, rolname) NOT IN (SELECT datname, usename FROM ecar_pool_access) \gexec
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname IN (SELECT datname FROM ecar_pool_access) AND usename IN (SELECT usename FROM ecar_pool_users) AND (datname, usename) NOT IN (SELECT datname, usename FROM ecar_pool_access);
