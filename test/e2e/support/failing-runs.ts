import { MARKS } from './nasty-passwords.ts';
import type { Project } from './project.ts';

type Env = Readonly<Record<string, string>>;

/**
 * Runs whatever may be tempted to print a password: dry runs that show a change of one, settings and .env
 * files that are wrong right where one stands, a pool that was not told of a new one, a broken userlist.
 * Leaves the project and its stack as they were.
 */
export async function failingRuns(project: Project, env: Env): Promise<void> {
  const [mark = ''] = MARKS;
  const ecar = (code: number, args: string[], more: Env = {}) =>
    project.ecar([...args, '--env', 'prod'], { code, env: { ...env, ...more } });

  await ecar(0, ['config']);
  await ecar(0, ['config', '--json']);
  const changed = { DB_PASSWORD: `${mark}changed` };
  await ecar(0, ['render', '--diff'], changed);
  await ecar(1, ['render', '--diff', '--check', '--json'], changed);
  await ecar(1, ['verify'], changed);
  await ecar(1, ['verify', '--json'], changed);
  await ecar(3, ['verify'], { DOCKER_HOST: 'unix:///nowhere.sock' });

  await ecar(2, ['render'], { DB_PASSWORD: `${mark}\nx` });
  await ecar(2, ['render'], { DB_PASSWORD: mark.repeat(100) });
  await ecar(2, ['render'], { DB_PASSWORD: `md5${'0'.repeat(32)}` });
  await ecar(2, ['render', '--json'], { DB_PASSWORD: `${mark}\nx` });

  const dotenv = await project.read('.env.prod');
  for (const line of [
    `X='${mark}`,
    `X="${mark}" y`,
    `X=\${${mark}`,
    `X=$${mark}`,
    `${mark} y=z`,
    mark,
    `X: ${mark}`,
  ]) {
    await project.write('.env.prod', `${dotenv}DB_PASSWORD='${mark}'\n${line}\n`);
    await project.ecar(['render', '--env', 'prod', '--check'], { code: 'any', env });
  }
  await project.write('.env.prod', dotenv);

  const settings = await project.read('ecar-pool.yaml');
  for (const password of [`'${mark}'`, `{ env: '${mark} x' }`, `{ plain: '${mark}' }`, `'${mark}`]) {
    await project.write(
      'ecar-pool.yaml',
      `${settings}\n`.replace(/\nusers:/, `\nusers:\n  someone: { password: ${password} }`),
    );
    await ecar(2, ['render']);
    await ecar(2, ['config', '--json']);
  }
  await project.write('ecar-pool.yaml', settings);

  const userlist = await project.read('stack/prod/pgbouncer/userlist.txt');
  const reload = () => project.compose(['kill', '-s', 'HUP', 'pgbouncer']);
  await project.write('stack/prod/pgbouncer/userlist.txt', userlist.replace(/\n"/, `\n"broken" ${mark}\n"`));
  await reload();
  await ecar(1, ['verify']);
  await ecar(0, ['render']);
  await reload();
}
