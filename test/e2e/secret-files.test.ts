import { cp, rename, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { inspectContainer } from './support/container.ts';
import { starterSecrets } from './support/database.ts';
import { IMAGES } from './support/images.ts';
import { findLeaks } from './support/leaks.ts';
import { failingChecks, renderAndFollow } from './support/next-steps.ts';
import type { Project } from './support/project.ts';
import { psqlLogin } from './support/psql.ts';
import { quoteDotenv } from './support/quote-dotenv.ts';
import { useProject } from './support/use-project.ts';

/** What means something to .env, Compose or a shell; the mark is what a leak is found by. */
const MARK = 'kZ7qWv3Leak';
const NASTY = ` '"$HOME\${X}#;=%\`id\`${MARK}é\\`;

/** Asks through the pool, and shows what Django was given. */
const ASK = `
import json
from django.conf import settings
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("SELECT 1")
print("ANSWER", json.dumps([settings.DATABASES["default"]["PASSWORD"], settings.SECRET_KEY]))
`;

describe('a stack with `app.secrets: files`, and with all that watches', () => {
  const useStack = useProject('files', async (project) => {
    await project.init(IMAGES.pgbouncer126, IMAGES.postgres17, '--auth-type', 'scram-sha-256');
    await cp('test/e2e/django', project.path('backend'), { recursive: true });
    const { stdout: snippet } = await project.ecar(['snippet', 'django']);
    await writeFile(project.path('backend/database.py'), snippet);
    await project.write(
      '.env.prod',
      [
        await project.read('.env.prod'),
        `SECRET_KEY=${quoteDotenv(NASTY)}\nDB_PASSWORD=${quoteDotenv(NASTY)}\n`,
        `POSTGRES_PASSWORD=${quoteDotenv(NASTY)}\nGRAFANA_PASSWORD='admin-${MARK}'\n`,
      ].join(''),
    );
    const [port, grafanaPort] = [await freePort(), await freePort()];
    await project.set({
      app: {
        image: IMAGES.django,
        secrets: 'files',
        volumes: ['./backend:/app'],
        command: 'sleep 3600',
        environment: { SECRET_KEY: { env: 'SECRET_KEY' } },
      },
      monitoring: {
        prometheus: { image: IMAGES.prometheus, port, exporter: { image: IMAGES.exporter } },
        grafana: {
          image: IMAGES.grafanaStandIn,
          port: grafanaPort,
          password: { env: 'GRAFANA_PASSWORD' },
        },
        log: { max_size: '10M' },
        pgbadger: { image: IMAGES.pgbadger, every: '24h', postgres: true },
      },
    });
    const { verified } = await renderAndFollow(project);
    expect(verified.code, verified.stdout).toBe(0);
  });

  it('must show no password in the inspection of any container, nor in the project as Compose reads it', async () => {
    const project = useStack();
    const secrets = [MARK, ...Object.values(await starterSecrets(project))];
    expect(secrets.length).toBeGreaterThan(2);
    const names = await containerNames(project);
    expect(names.length).toBe(7);
    const shown = [
      (await project.docker(['inspect', ...names])).stdout,
      (await project.compose(['config'])).stdout,
    ];
    expect(shown.flatMap((text) => findLeaks(text, secrets))).toEqual([]);
  });

  it('must give them to the application to the byte, whichever user it runs as', async () => {
    const project = useStack();
    expect(await askDjango(project)).toEqual([NASTY, NASTY]);
    const read = ['exec', '-T', '-u', 'nobody', 'django', 'cat', '/run/secrets/DB_PASSWORD'];
    expect((await project.compose(read)).stdout).toBe(NASTY);
  });

  it("must have given the superuser's to Postgres", async () => {
    const project = useStack();
    const logIn = (password: string) =>
      psqlLogin(
        project,
        { user: 'postgres', password, database: 'postgres' },
        { host: 'postgres', port: 5432 },
      );
    expect(await logIn(NASTY)).toBe('ok');
    expect(await logIn(`${NASTY} `)).toContain('password authentication failed');
  });

  it('must make the application anew for a new password, and nothing else', async () => {
    const project = useStack();
    const before = await inspectContainer(project, 'postgres');
    await project.ecar(['rotate', `${project.name}_user`, '--env', 'prod', '--yes']);
    const [password, key] = await askDjango(project);
    expect(password).not.toBe(NASTY);
    expect(key).toBe(NASTY);
    expect((await inspectContainer(project, 'postgres')).id).toBe(before.id);
    expect(await failingChecks(project)).toEqual([]);
  });

  it('must not be touched by Compose where a secret is gone or empty', async () => {
    const project = useStack();
    const before = await inspectContainer(project, 'postgres');
    const dotenv = await project.read('stack/prod/.env');
    await rename(project.path('stack/prod/.env'), project.path('stack/prod/away'));
    for (const text of ['', dotenv.replace(/^POSTGRES_PASSWORD=.*$/m, 'POSTGRES_PASSWORD=')]) {
      await project.write('stack/prod/.env', text, 0o600);
      const { code, stderr } = await project.compose(['up', '-d', '--force-recreate'], { code: 'any' });
      expect(code).not.toBe(0);
      expect(stderr).toMatch(/secret "\w+" must declare/);
    }
    await rename(project.path('stack/prod/away'), project.path('stack/prod/.env'));
    expect(await inspectContainer(project, 'postgres')).toEqual(before);
  });

  it("must show only the application's own without it", async () => {
    const project = useStack();
    await project.set({ app: { secrets: undefined } });
    const { verified } = await renderAndFollow(project);
    expect(verified.code, verified.stdout).toBe(0);
    const leaking: string[] = [];
    for (const name of await containerNames(project)) {
      const { stdout } = await project.docker(['inspect', name]);
      if (findLeaks(stdout, [MARK]).length > 0) leaking.push(name);
    }
    expect(leaking).toEqual([`${project.name}_django`]);
    const { stdout } = await project.compose([
      'exec',
      '-T',
      'django',
      'sh',
      '-c',
      'echo $SECRET_KEY; ls /run',
    ]);
    expect(stdout).toContain(MARK);
    expect(stdout).not.toContain('secrets');
  });
});

async function containerNames(project: Project): Promise<string[]> {
  const label = `label=com.docker.compose.project=${project.name}`;
  const { stdout } = await project.docker(['ps', '-a', '--filter', label, '--format', '{{.Names}}']);
  return stdout.trim().split('\n');
}

/** The password and the key of the running Django, once it has asked through the pool. */
async function askDjango(project: Project): Promise<string[]> {
  const { stdout } = await project.compose([
    'exec',
    '-T',
    'django',
    'python',
    'manage.py',
    'shell',
    '-c',
    ASK,
  ]);
  return JSON.parse(/^ANSWER (.*)$/m.exec(stdout)?.[1] ?? '[]');
}
