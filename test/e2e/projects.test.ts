import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { copyProject, PROJECT_NAMES, PROJECTS } from '../support/compose-projects.ts';
import { run } from './support/run.ts';

describe.each(PROJECT_NAMES)('the project %s with its overlay', (name) => {
  it.each(['2.40', '2.26'])('must be a project for Compose %s', async (version) => {
    const { folder } = copyProject(name);
    await cp(join(PROJECTS, name, 'expected'), folder, { recursive: true });
    const { stdout: settings } = await run('cat', ['ecar-pool.yaml'], { cwd: folder });
    const given: string[] | undefined = parse(settings).compose.files;
    const found = given ?? ['compose.yaml', 'docker-compose.yml', 'docker-compose.override.yml'];
    const { stdout: there } = await run('ls', ['-1', ...found], { cwd: folder, code: 'any' });
    const files = found.filter((file) => there.split('\n').includes(file));
    const compose = (
      await run('test/testbed/compose.sh', ['path', version], { cwd: process.cwd() })
    ).stdout.trim();
    const flags = [...files, 'docker-compose.pgbouncer.yml'].flatMap((file) => ['-f', file]);
    // Whatever profiles are on: a service that is left out must be missed by none.
    for (const profile of ['', '*', 'jobs', 'backend']) {
      const { stdout } = await run(compose, [...flags, 'config'], {
        cwd: folder,
        env: { COMPOSE_PROFILES: profile, COMPOSE_FILE: '', API_PASSWORD: 's3cr3t' },
      });
      expect(stdout.includes('pgbouncer')).toBe(name !== 'profiles' || profile !== '');
    }
  });
});
