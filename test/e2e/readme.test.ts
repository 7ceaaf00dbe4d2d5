import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { psql } from './support/dumped-database.ts';
import { IMAGES } from './support/images.ts';
import type { Project } from './support/project.ts';
import { useProject } from './support/use-project.ts';

const README = resolve('README.md');
const sectionOf = (name: string) =>
  new RegExp(`(?<=<!-- ${name}:[^>]*-->\\n\\n)\`\`\`console\\n[\\s\\S]*?\`\`\`(?=\\n\\n<!-- /${name} -->)`);

const BACKUPS = /(?<=<!-- backup:[^>]*-->\n\n)```console\n[\s\S]*?```(?=\n\n<!-- \/backup -->)/;
const STAMP = /\d{8}T\d{6}Z/g;

/** What the testbed has, and what the starter settings name in its place. */
const SHIPPED = [
  [IMAGES.pgbouncer126, 'edoburu/pgbouncer:v1.26.0-p0'],
  ['PgBouncer 1.26.1', 'PgBouncer 1.26.0'],
] as const;

/** Columns that tell how long something took, or what PgBouncer did by itself meanwhile. */
const VARYING = ['received', 'sent', 'xact µs', 'query µs', 'wait µs', 'sv_idle', 'current'];

describe('the README', () => {
  const useTour = useProject('readme', async (project) => {
    for (const command of listTourCommands(await readFile(README, 'utf8'))) {
      if (!command.startsWith('ecar-pool init')) await project.shell(command);
      else await initTour(project, command);
    }
    await project.compose(['up', '-d', '--wait']);
  });

  // `-u` puts there what is printed, as in golden files.
  it.each([
    ['verify', ['ecar-pool verify --env prod']],
    [
      'deploy',
      [
        "sed -i 's/default_pool_size: 25/default_pool_size: 30/' ecar-pool.yaml",
        'ecar-pool deploy --env prod --yes',
        'ecar-pool rollback --env prod --yes',
      ],
    ],
  ])('must show what %s prints of the stack of its tour', async (name, commands) => {
    const readme = await readFile(README, 'utf8');
    const section = sectionOf(name);
    const [shown = ''] = section.exec(readme) ?? [];
    let runs = '';
    for (const command of commands) {
      const { stdout } = await useTour().shell(`{ ${command}; } 2>&1`);
      runs += `$ ${command}\n${asShipped(stdout, useTour())}`;
    }
    const printed = `\`\`\`console\n${runs}\`\`\``;
    const isSame = maskVarying(shown) === maskVarying(printed);
    await expect(isSame ? readme : readme.replace(section, () => printed)).toMatchFileSnapshot(README);
  });

  it('must show what backup and restore print of the stack of its tour', async () => {
    const project = useTour();
    const readme = await readFile(README, 'utf8');
    const [shown = ''] = BACKUPS.exec(readme) ?? [];
    await psql(project, 'ecar_db', 'CREATE TABLE cars AS SELECT g FROM generate_series(1, 1000) g');
    let stamp = '';
    const runs: string[] = [];
    for (const [, command = ''] of shown.matchAll(/^\$ (.*)$/gm)) {
      const { stdout } = await project.shell(`{ ${command.replace(STAMP, stamp)}; } 2>&1`, { code: 'any' });
      stamp ||= stdout.match(STAMP)?.[0] ?? '';
      // Shown of what takes longer than a second, which a busy machine makes of everything.
      const result = stdout.replace(/^(?:dumping|reading back|restoring) .*\n/gm, '');
      runs.push(`$ ${command.replace(STAMP, stamp)}\n${result}`);
    }
    expect(runs.length).toBeGreaterThan(2);
    const printed = `\`\`\`console\n${runs.join('')}\`\`\``;
    const mask = (text: string) => text.replace(STAMP, 'T').replace(/\b[\d.]+ (?=s$|kB|bytes)/gm, 'N ');
    const isSame = mask(shown) === mask(printed);
    await expect(isSame ? readme : readme.replace(BACKUPS, () => printed)).toMatchFileSnapshot(README);
  });
});

/** What the reader of the tour types, up to the mistakes that it makes on purpose. */
function listTourCommands(readme: string): string[] {
  const [tour = ''] = /<!-- tour:[\s\S]*<!-- \/tour -->/.exec(readme) ?? [];
  const blocks = [...tour.matchAll(/```console\n([\s\S]*?)```/g)].map(([, block = '']) => block);
  return blocks
    .filter((block) => !/nothing was written|ecar-pool check/.test(block))
    .flatMap((block) => [...block.matchAll(/^\$ (.*)$/gm)].map(([, command = '']) => command));
}

/** The tour's `init` with images of the testbed; another name and port keep it apart from what runs here. */
async function initTour(project: Project, command: string): Promise<void> {
  await project.shell(
    `${command} --pgbouncer-image ${IMAGES.pgbouncer126} --postgres-image ${IMAGES.postgres17}`,
  );
  await project.set({ name: project.name, pgbouncer: { port: project.port } });
}

/** What the reader sees, who has the images that ecar-pool names. */
function asShipped(text: string, { port }: Project): string {
  return SHIPPED.reduce((result, [ours, theirs]) => result.replaceAll(ours, theirs), text).replaceAll(
    String(port),
    '6432',
  );
}

/** A block without what differs by machine or run: versions, times, and the width of columns. */
function maskVarying(block: string): string {
  let columns: string[] = [];
  return block
    .replace(/Engine \S+, Compose \S+/, 'Engine, Compose')
    .replace(/\d+\.\d s/g, 'N s')
    .replace(/\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ/g, 'TIME')
    .replace(/^waiting .*\n/gm, '')
    .split('\n')
    .map((line) => line.split(/ {2,}/))
    .map((cells) => {
      if (/^(?:database|name)$/.test(cells[0] ?? '')) columns = cells;
      if (cells.length !== columns.length) columns = [];
      return cells.map((cell, index) =>
        VARYING.includes(columns[index] ?? '') && /^\d+$/.test(cell) ? 'N' : cell,
      );
    })
    .map((cells) => cells.join('  '))
    .join('\n');
}
