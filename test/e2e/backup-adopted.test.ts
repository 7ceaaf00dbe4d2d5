import { afterAll, expect, it } from 'vitest';
import { ExternalPostgres } from './support/external-postgres.ts';
import { IMAGES } from './support/images.ts';
import { printedCommands } from './support/next-steps.ts';
import { useProject } from './support/use-project.ts';

let server: ExternalPostgres | undefined;
afterAll(() => server?.remove());

/** A project that somebody else's Postgres is reached from by its own network, and only by TLS that is checked. */
const project = useProject('tlsdump', async (there) => {
  server = await ExternalPostgres.start('scram-sha-256');
  const { name } = server;
  await server.run("CREATE ROLE app LOGIN PASSWORD 'apple'", 'CREATE DATABASE shop OWNER app');
  await server.runIn(
    'shop',
    'CREATE TABLE t AS SELECT generate_series(1, 7) AS id',
    'ALTER TABLE t OWNER TO app',
  );
  await there.shell(
    `openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=${name} -addext subjectAltName=DNS:${name} ` +
      `-keyout key.pem -out ca.pem && docker cp ca.pem ${name}:/tmp/c.pem && docker cp key.pem ${name}:/tmp/k.pem && ` +
      `docker exec -u root ${name} sh -c 'chown postgres /tmp/?.pem && chmod 600 /tmp/?.pem'`,
  );
  await server.run(
    "ALTER SYSTEM SET ssl_cert_file = '/tmp/c.pem'",
    "ALTER SYSTEM SET ssl_key_file = '/tmp/k.pem'",
    'ALTER SYSTEM SET ssl = on',
    'SELECT pg_reload_conf()',
  );
  await there.write(
    'docker-compose.yml',
    `name: ${there.name}
services:
  web:
    image: ${IMAGES.django}
    entrypoint: ["sleep", "600"]
    stop_grace_period: 0s
    environment: { DATABASE_URL: "postgres://app:\${APP_PASSWORD}@${name}:5432/shop?sslmode=require" }
networks: { default: { name: ${name}, external: true } }
`,
  );
  await there.write('.env', 'APP_PASSWORD=apple\n', 0o600);
  await there.ecar([
    ...['init', '--from', 'docker-compose.yml', '--port', String(there.port)],
    ...['--pgbouncer-image', IMAGES.pgbouncer126],
  ]);
  await there.set({
    pgbouncer: { server_tls_sslmode: 'verify-full', server_tls_ca_file: 'ca.pem' },
    backup: { image: IMAGES.postgres17 },
  });
  const [up = ''] = printedCommands(await there.ecar(['render']));
  await there.shell(up);
});

it('must dump and restore a Postgres of others behind an adopted project, as PgBouncer reaches it', async () => {
  const there = project();
  await there.ecar(['verify', '--wait']);
  const { stdout } = await there.ecar(['backup', '--json']);
  const { backups } = JSON.parse(stdout);
  expect(backups).toEqual([expect.objectContaining({ database: 'shop', tables: 1 })]);
  await server?.runIn('shop', 'DELETE FROM t');
  await there.ecar(['restore', backups[0].file, '--into', 'shop', '--clean', '--yes']);
  expect(await server?.runIn('shop', 'SELECT count(*) FROM t')).toContain('7');
});

it('must refuse a server that the CA does not vouch for', async () => {
  const there = project();
  await there.shell(
    'openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=other -keyout k.pem -out ca.pem',
  );
  await there.ecar(['render']);
  const { stderr } = await there.ecar(['backup'], { code: 3 });
  expect(stderr).toContain('certificate verify failed');
});
