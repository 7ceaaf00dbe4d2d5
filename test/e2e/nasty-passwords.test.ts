import { describe, expect, it } from 'vitest';
import { connect } from './support/database.ts';
import { eventually } from './support/eventually.ts';
import { failingRuns } from './support/failing-runs.ts';
import { IMAGES } from './support/images.ts';
import { findLeaks, openFilesWith, watchArgv } from './support/leaks.ts';
import { addNastyUsers, MARKS, type NastyUser } from './support/nasty-passwords.ts';
import type { Project } from './support/project.ts';
import { psqlLogin } from './support/psql.ts';
import { useProject } from './support/use-project.ts';

const CASES = [
  { auth: 'md5', appFrom: '.env.prod' },
  { auth: 'scram-sha-256', appFrom: 'environment' },
  { auth: 'scram-sha-256', appFrom: '.env.prod', as: '1.25.2' },
] as const;

// biome-ignore lint/suspicious/noTemplateCurlyInString: Compose must not interpolate it.
const LITERAL = '$X${Y} $$';

for (const { auth, appFrom, ...rest } of CASES) {
  const as = 'as' in rest ? rest.as : undefined;
  describe(`passwords full of special characters, under ${auth}${as ? ` as ${as}` : ''}`, () => {
    let users: NastyUser[] = [];
    let env: Record<string, string> = {};
    const useStack = useProject('nasty', async (project) => {
      await project.init(IMAGES.pgbouncer126, IMAGES.postgres17, '--auth-type', auth);
      await project.set({
        pgbouncer: { min_pool_size: 0, ...(as === undefined ? {} : { version: as }) },
        app: {
          ...{ service: 'app', kind: 'other', image: IMAGES.django, command: ['sleep', '3600'] },
          environment: { APP_SECRET: { env: 'APP_SECRET' }, PLAIN: LITERAL },
        },
      });
      ({ users, env } = await addNastyUsers(project, appFrom));
      await project.ecar(['render', '--env', 'prod'], { env });
      await project.compose(['up', '-d', '--wait']);
    });

    it('must log in through the pool', async () => {
      const said = await eachLogin(useStack(), users, (password) => password);
      expect(said).toEqual(users.map(({ name }) => `${name}: ok`));
    });

    it('must be refused when they are almost right', async () => {
      for (const change of [(text: string) => text.slice(0, -1), (text: string) => `${text} `]) {
        for (const said of await eachLogin(useStack(), users, change)) {
          expect(said).toMatch(/authentication failed/);
        }
      }
    });

    it('must reach the application to the byte', async () => {
      const project = useStack();
      const [{ name: user, password, database }] = users as [NastyUser];
      const script =
        'import json,os;print(json.dumps([os.environ[n] for n in ("DB_PASSWORD","APP_SECRET","PLAIN")]))';
      const { stdout } = await project.docker(['exec', `${project.name}_app`, 'python', '-c', script]);
      // What a test asks for is no leak.
      project.said.pop();
      project.said.pop();
      expect(JSON.parse(stdout)).toEqual([password, password, LITERAL]);
      const client = await connect(project, { user, password, database });
      await client.end();
    });

    it('must show in no output and no command line, whether a run passes or fails', async () => {
      const project = useStack();
      const secrets = [...MARKS, ...(await storedSecrets(project))];
      const verify = ['verify', '--env', 'prod'];
      const argv: string[] = [];
      const hasSeen = (command: RegExp) => argv.some((line) => command.test(line));
      // Without these two, nothing was watched; a psql ends within milliseconds, and a look may miss it.
      await eventually(async () => {
        argv.push(...(await watchArgv(project.ecar(verify, { env, code: as === undefined ? 0 : 1 }))));
        expect(hasSeen(/^psql /)).toBe(true);
        expect(hasSeen(/exec --interactive/)).toBe(true);
      });
      argv.push(...(await watchArgv(failingRuns(project, env))));
      expect(argv.filter((line) => findLeaks(line, secrets).length > 0)).toEqual([]);
      expect(project.said.filter((text) => findLeaks(text, secrets).length > 0)).toEqual([]);
    });

    it('must show in no log and not in what the engine tells of pgbouncer', async () => {
      const project = useStack();
      const secrets = [...MARKS, ...(await storedSecrets(project))];
      const logs = await project.compose(['logs', '--no-color']);
      expect(findLeaks(logs.stdout + logs.stderr, secrets)).toEqual([]);
      const container = await project.docker(['inspect', `${project.name}_pgbouncer`]);
      expect(findLeaks(container.stdout, secrets)).toEqual([]);
    });

    it('must lie in no file that another user of the host can reach', async () => {
      const project = useStack();
      const secrets = [...MARKS, ...(await storedSecrets(project))];
      expect(await openFilesWith(project.folder, secrets)).toEqual([]);
    });
  });
}

async function eachLogin(
  project: Project,
  users: readonly NastyUser[],
  change: (password: string) => string,
) {
  const said: string[] = [];
  for (const { name, password, database } of users) {
    const outcome = await psqlLogin(project, { user: name, password: change(password), database });
    said.push(`${name}: ${outcome}`);
  }
  return said;
}

/** What userlist.txt holds, hashes too: with an md5 hash one can log in to Postgres. */
async function storedSecrets(project: Project): Promise<string[]> {
  const userlist = await project.read('stack/prod/pgbouncer/userlist.txt');
  return [...userlist.matchAll(/^"(?:[^"]|"")*" "(.*)"$/gm)].map(([, secret = '']) => secret);
}
