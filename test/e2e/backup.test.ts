import { existsSync } from 'node:fs';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkDump } from '../../src/backup/check-dump.ts';
import { openServer } from '../../src/backup/server.ts';
import { createDocker } from '../../src/docker/docker.ts';
import { ownProject } from '../../src/stack/compose-project.ts';
import { Secret } from '../../src/stack/secret.ts';
import type { Stack } from '../../src/stack/stack.ts';
import { starterSecrets } from './support/database.ts';
import { findBlockBoundaries } from './support/dump-blocks.ts';
import { describeDatabase, fillSql, NASTY, psql, ROLE_SQL } from './support/dumped-database.ts';
import { IMAGES } from './support/images.ts';
import { findLeaks, openFilesWith, watchArgv } from './support/leaks.ts';
import type { Project } from './support/project.ts';
import { useProject } from './support/use-project.ts';

const FOLDER = 'backups/prod';
const BACKUP = ['backup', '--env', 'prod'];

/** The paths of the files that count. */
async function dumps(project: Project): Promise<string[]> {
  const folder = project.path(FOLDER);
  const names = existsSync(folder) ? await readdir(folder) : [];
  return names.filter((name) => name.endsWith('.dump')).map((name) => join(FOLDER, name));
}

for (const image of [IMAGES.postgres17, IMAGES.postgres18]) {
  describe(`a backup of ${image}`, () => {
    const useStack = useProject('backup', async (project) => {
      await project.init(IMAGES.pgbouncer126, image);
      const users = [`${project.name}_user`];
      await project.set({ databases: { nasty: { dbname: NASTY.database, users } } });
      await project.ecar(['render', '--env', 'prod']);
      await project.compose(['up', '-d', '--wait']);
      await psql(project, 'postgres', ROLE_SQL);
      await psql(project, NASTY.database, fillSql(`${project.name}_user`));
    });
    let dump: string;
    let source: string;

    it('must be made of each database once, for its owner alone, and say where', async () => {
      const project = useStack();
      source = await describeDatabase(project, NASTY.database);
      expect(source).toContain('70001');
      const { stdout } = await project.ecar([...BACKUP, '--quiet']);
      const paths = stdout.trim().split('\n');
      expect(paths).toHaveLength(2);
      expect(paths.sort()).toEqual((await dumps(project)).sort());
      for (const path of paths) expect((await stat(project.path(path))).mode & 0o777).toBe(0o600);
      expect((await stat(project.path(FOLDER))).mode & 0o777).toBe(0o700);
      const json = await project.ecar([...BACKUP, '--json', '--database', 'nasty']);
      const { backups, removed } = JSON.parse(json.stdout);
      expect(removed).toEqual([]);
      expect(backups).toEqual([expect.objectContaining({ database: NASTY.database, tables: 7 })]);
      dump = backups[0].file;
      expect((await stat(project.path(dump))).size).toBe(backups[0].bytes);
    });

    it('must not be made of a dump that was cut off, whatever pg_dump says of it', async () => {
      const project = useStack();
      const whole = await readFile(project.path(dump));
      const boundaries = findBlockBoundaries(whole).filter((offset) => offset < whole.length);
      expect(boundaries.length).toBeGreaterThan(40);
      const near = boundaries.slice(-10).flatMap((offset) => [offset - 1, offset + 1]);
      const random = Array.from({ length: 60 }, () => Math.floor(Math.random() * whole.length));
      const offsets = [...new Set([0, 1, ...boundaries, ...near, ...random, whole.length - 1])];

      const server = await openOwnServer(project);
      const accepted: number[] = [];
      const checkNext = async (name: string) => {
        for (let offset = offsets.pop(); offset !== undefined; offset = offsets.pop()) {
          await writeFile(project.path(name), whole.subarray(0, offset));
          if ('tables' in (await checkDump(server, project.path(name), () => {}))) accepted.push(offset);
        }
      };
      await Promise.all(['a.dump', 'b.dump', 'c.dump', 'd.dump'].map(checkNext));
      expect(accepted).toEqual([]);
      const cut = project.path('cut.dump');
      await writeFile(cut, whole);
      expect(await checkDump(server, cut, () => {})).toEqual({ tables: 7 });

      // The same by way of the command: a pg_dump that ends early, with exit code 0.
      const container = `${project.name}_postgres`;
      await project.docker(['cp', cut, `${container}:/whole.dump`]);
      const inContainer = (script: string) =>
        project.docker(['exec', '-u', 'root', container, 'sh', '-c', script]);
      await inContainer('cp "$(command -v pg_dump)" /pg_dump');
      const before = await dumps(project);
      for (const offset of [0, 500, ...pick(boundaries, 4), whole.length - 1]) {
        await inContainer(`printf '#!/bin/sh\\nhead -c ${offset} /whole.dump\\n' > "$(command -v pg_dump)"`);
        const { stdout, stderr } = await project.ecar([...BACKUP, '--database', 'nasty'], { code: 3 });
        expect(stdout).toBe('');
        expect(stderr).toMatch(
          /error: the dump of database .* is not whole, and was thrown away: pg_restore/,
        );
        expect(await dumps(project)).toEqual(before);
      }
      await inContainer('cp /pg_dump "$(command -v pg_dump)"');
    }, 400_000);

    it('must show no secret in a process list, in what is printed, or in a file', async () => {
      const project = useStack();
      const secrets = Object.values(await starterSecrets(project));
      const runs = async () => {
        await project.ecar(BACKUP);
        await project.ecar(['restore', dump, '--into', 'copy', '--create', '--env', 'prod']);
        await project.ecar(['restore', dump, '--into', 'copy', '--env', 'prod'], { code: 2 });
      };
      const lines = await watchArgv(runs());
      expect(lines.some((line) => line.includes('pg_dump'))).toBe(true);
      expect(findLeaks(lines.join('\n'), secrets)).toEqual([]);
      expect(findLeaks(project.said.join('\n'), secrets)).toEqual([]);
      const logs = await project.compose(['logs', '--no-color']);
      expect(findLeaks(logs.stdout + logs.stderr, secrets)).toEqual([]);
      expect(await openFilesWith(project.folder, secrets)).toEqual([]);
      expect(await describeDatabase(project, 'copy')).toBe(source);
    });

    it('must bring everything back into a server that is empty', async () => {
      const project = useStack();
      await project.compose(['down', '-v']);
      await project.compose(['up', '-d', '--wait']);
      const restore = ['restore', dump, '--into', NASTY.database, '--env', 'prod'];
      // Roles are no part of a dump: those of the settings are there, and this one is not.
      const { stderr } = await project.ecar(restore, { code: 3 });
      expect(stderr).toMatch(/role "ro"le \$1 .*" does not exist; the database is as it was\n.*--no-owner/);
      expect(await psql(project, NASTY.database, '\\dt *.*able*')).not.toContain('plain');
      await psql(project, 'postgres', ROLE_SQL);
      const { stdout } = await project.ecar(restore);
      expect(stdout).toMatch(/^restored We "ird" .*: 7 tables from /);
      expect(await describeDatabase(project, NASTY.database)).toBe(source);
      await project.ecar(['verify', '--env', 'prod']);
    });

    it('must not go into a database that has tables unless told to clean it, all or nothing', async () => {
      const project = useStack();
      const restore = ['restore', dump, '--into', 'nasty', '--env', 'prod'];
      const refused = await project.ecar(restore, { code: 2 });
      expect(refused.stderr).toMatch(/has 9 tables and 4 large objects; nothing was touched[\s\S]*--clean/);
      const unasked = await project.ecar([...restore, '--clean'], { code: 2 });
      expect(unasked.stderr).toContain('add --yes to have it done unasked');

      // What a migration since has left, and what hangs on what the dump holds.
      await psql(
        project,
        NASTY.database,
        `CREATE SCHEMA later; CREATE TABLE later.t (id bigint REFERENCES public.plain); DELETE FROM public.child;
         CREATE VIEW later.v AS SELECT * FROM public.plain; CREATE PUBLICATION p FOR ALL TABLES; SELECT lo_create(0);`,
      );
      const changed = await describeDatabase(project, NASTY.database);
      const whole = await readFile(project.path(dump));
      await writeFile(project.path('cut.dump'), whole.subarray(0, whole.length - 5));
      const cut = await project.ecar(
        ['restore', 'cut.dump', '--into', 'nasty', '--env', 'prod', '--clean', '--yes'],
        { code: 2 },
      );
      expect(cut.stderr).toMatch(/cut\.dump is not a whole dump .* nothing was touched/);
      await psql(project, 'postgres', 'ALTER ROLE postgres SET default_transaction_read_only = on');
      const failed = await project.ecar([...restore, '--clean', '--yes'], { code: 3 });
      expect(failed.stderr).toContain('the database is as it was');
      await psql(
        project,
        'postgres',
        'SET default_transaction_read_only = off; ALTER ROLE postgres RESET default_transaction_read_only',
      );
      expect(await describeDatabase(project, NASTY.database)).toBe(changed);

      await project.ecar([...restore, '--clean', '--yes']);
      expect(await describeDatabase(project, NASTY.database)).toBe(source);
    });

    it('must be restored for the owner of the database where its roles are not wanted', async () => {
      const project = useStack();
      const restore = ['restore', dump, '--into', 'theirs', '--env', 'prod', '--no-owner'];
      const absent = await project.ecar(restore, { code: 2 });
      expect(absent.stderr).toContain('the server has no database "theirs"');
      await psql(project, 'postgres', `CREATE DATABASE theirs OWNER ${project.name}_user`);
      await project.ecar(restore);
      const owners = `SELECT DISTINCT pg_get_userbyid(relowner) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
        UNION SELECT pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname LIKE 'Sch%'
        UNION SELECT pg_get_userbyid(lomowner) FROM pg_largeobject_metadata`;
      expect(await psql(project, 'theirs', owners)).toBe(`${project.name}_user\n`);
    });
  });
}

/** So many of a list, spread over it, with its first and last. */
function pick(values: readonly number[], count: number): number[] {
  const step = Math.max(1, (values.length - 1) / (count - 1));
  return Array.from(
    { length: Math.min(count, values.length) },
    (_, index) => values[Math.round(index * step)] ?? 0,
  );
}

async function openOwnServer(project: Project) {
  const docker = createDocker({
    cwd: project.folder,
    env: process.env,
    signal: new AbortController().signal,
    hidden: [],
    secrets: [],
    deadline: Number.POSITIVE_INFINITY,
  });
  const stack = { postgres: { kind: 'own', host: 'postgres', port: 5432 } } as unknown as Stack;
  const folder = project.path('stack/prod');
  const compose = ownProject(project.name, folder);
  const login = { name: 'postgres', password: new Secret('', 'nobody asks for it') };
  return openServer(docker, { stack, project: compose }, login);
}
