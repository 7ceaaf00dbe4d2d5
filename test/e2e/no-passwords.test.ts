import { expect, it } from 'vitest';
import { appLogin } from './support/database.ts';
import { IMAGES } from './support/images.ts';
import { psqlLogin } from './support/psql.ts';
import { useProject } from './support/use-project.ts';

const useStack = useProject('open', (project) =>
  project.init(IMAGES.pgbouncer126, IMAGES.postgres17, '--auth-type', 'scram-sha-256'),
);

it('trust, and then any, must be rendered so that the pool gets in to Postgres, and be told as what they are', async () => {
  const project = useStack();
  const { user, database } = await appLogin(project);
  const logIn = (name: string) => psqlLogin(project, { user: name, password: 'of nobody', database });
  await project.set({ pgbouncer: { auth_type: 'trust' } });
  const { stderr } = await project.ecar(['render', '--env', 'prod']);
  expect(stderr).toMatch(/warning: whoever reaches port \d+ is any user of the pool, without a password/);
  await project.compose(['up', '-d', '--wait']);
  expect((await project.ecar(['verify', '--env', 'prod', '--wait'])).stdout).toContain(
    'skip  wrong password — because under auth_type trust PgBouncer asks nobody for one',
  );
  expect(await logIn(user)).toBe('ok');
  expect(await logIn('nobody')).toContain('FATAL');

  await project.set({ pgbouncer: { auth_type: 'any' } });
  const refused = await project.ecar(['render', '--env', 'prod'], { code: 2 });
  expect(refused.stderr).toContain('add `user: NAME` to the entry');
  const forced = { user, password: { env: 'DB_PASSWORD' } };
  await project.set({ databases: { [database]: forced, [`${project.name}_admin`]: forced } });
  await project.ecar(['render', '--env', 'prod']);
  await project.compose(['restart', 'pgbouncer']);
  await project.ecar(['verify', '--env', 'prod', '--wait']);
  expect(await logIn('nobody')).toBe('ok');
});
