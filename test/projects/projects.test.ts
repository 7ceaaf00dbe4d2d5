import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readComposeYaml } from '../../src/formats/compose-yaml.ts';
import {
  copyProject,
  digestFiles,
  hasCompose,
  PROJECT_NAMES,
  PROJECTS,
  readConfig,
  type Values,
} from '../support/compose-projects.ts';
import { runToEnd } from '../support/fake-world.ts';

const PATH = process.env['PATH'] ?? '';
const OURS = /^(?:ecar-pool\.|docker-compose\.pgbouncer\.yml|pgbouncer\/|\.gitignore|\.env\.prod)/;
/** What is printed: `docker compose -f a.yml -f b.yml up -d --wait`. */
const filesOf = (out: string) =>
  [...(/docker compose .*/.exec(out)?.[0] ?? '').matchAll(/ -f (\S+)/g)].map(([, file = '']) => file);

async function adopt(project: ReturnType<typeof copyProject>, env: Record<string, string>) {
  const init = await runToEnd(['init', '--yes', '--from', project.file], { cwd: project.folder, env });
  return { ...project, init };
}

describe.each(PROJECT_NAMES)('the project %s', (name) => {
  const expected = join(PROJECTS, name, 'expected');

  it.runIf(hasCompose)(
    'must give these settings and this overlay, and keep every file that was there',
    async () => {
      const before = digestFiles(copyProject(name).folder);
      const { folder, init } = await adopt(copyProject(name), { PATH });
      expect(init).toMatchObject({ exitCode: 0 });
      const render = await runToEnd(['render'], { cwd: folder, env: {} });
      // Passwords of projects are as people choose them.
      expect(render.exitCode, render.err).toBe(0);
      expect(
        render.err.replace(/.*warning: \w+ in \.env (?:has fewer than|is a password).*/g, ''),
      ).not.toMatch(/error:|warning:/);
      for (const file of [
        'ecar-pool.yaml',
        'docker-compose.pgbouncer.yml',
        'pgbouncer/pgbouncer/pgbouncer.ini',
      ])
        await expect(readFileSync(join(folder, file), 'utf8')).toMatchFileSnapshot(join(expected, file));
      const after = Object.entries(digestFiles(folder));
      const added = name === 'node-inline-password' ? ['.env'] : [];
      expect(Object.fromEntries(after.filter(([path]) => !OURS.test(path) && !added.includes(path)))).toEqual(
        before,
      );
      expect(await runToEnd(['render', '--check', '--quiet'], { cwd: folder, env: {} })).toMatchObject({
        exitCode: 0,
      });
    },
  );

  // Their tags are for Compose alone.
  it.runIf(hasCompose && name !== 'extends')('must be read the same without Compose', async () => {
    const { folder } = await adopt(copyProject(name), { PATH: '' });
    expect(readFileSync(join(folder, 'ecar-pool.yaml'), 'utf8')).toBe(
      readFileSync(join(expected, 'ecar-pool.yaml'), 'utf8'),
    );
  });

  it.runIf(hasCompose)(
    'must differ for Compose in the intended keys only, and not at all without the overlay',
    async () => {
      const project = copyProject(name);
      const pristine = readConfig(project.folder);
      const { folder } = await adopt(project, { PATH });
      const before = readConfig(folder);
      const files = filesOf((await runToEnd(['render'], { cwd: folder, env: {} })).out);
      expect(files.at(-1)).toBe('docker-compose.pgbouncer.yml');
      const after = readConfig(folder, files);
      expect(Object.keys(after['services'] ?? {}).sort()).toEqual(
        [...Object.keys(before['services'] ?? {}), 'pgbouncer'].sort(),
      );

      const settings = readComposeYaml(readFileSync(join(folder, 'ecar-pool.yaml'), 'utf8')) as Values;
      const changed = settings['compose']?.['services'] ?? {};
      for (const [service, { environment = {} }] of Object.entries(changed)) {
        const [old, now] = [before, after].map((config) => config['services']?.[service]);
        for (const variable of Object.keys(environment)) {
          expect(now?.['environment']?.[variable], `${service} ${variable}`).toMatch(
            /pgbouncer|127\.0\.0\.1|^6432$/,
          );
          expect(now?.['environment']?.[variable]).not.toContain('$');
          delete now?.['environment']?.[variable];
          delete old?.['environment']?.[variable];
        }
        expect(now?.['depends_on']?.['pgbouncer']).toEqual({ condition: 'service_healthy', required: true });
        delete now?.['depends_on']?.['pgbouncer'];
        delete now?.['labels']?.['ecar-pool.config-hash'];
        for (const part of ['depends_on', 'labels'])
          if (old?.[part] === undefined && Object.keys(now?.[part] ?? {}).length === 0) delete now?.[part];
      }
      delete after['services']?.['pgbouncer'];
      expect(after).toEqual(before);

      rmSync(join(folder, 'docker-compose.pgbouncer.yml'));
      rmSync(join(folder, 'pgbouncer'), { recursive: true });
      expect(readConfig(folder)).toEqual(pristine);
    },
  );
});
