import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { IMAGES } from './support/images.ts';
import type { Project } from './support/project.ts';
import { useProject } from './support/use-project.ts';

const README = resolve('README.md');
const SECTION = /(?<=<!-- verify:[^>]*-->\n\n)```console\n[\s\S]*?```(?=\n\n<!-- \/verify -->)/;

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

  // `-u` puts there what verify prints, as in golden files.
  it('must show what verify prints of the stack of its tour', async () => {
    const readme = await readFile(README, 'utf8');
    const command = 'ecar-pool verify --env prod';
    const [shown = ''] = SECTION.exec(readme) ?? [];
    expect(shown).toContain(command);
    const { stdout } = await useTour().shell(command);
    const printed = `\`\`\`console\n$ ${command}\n${asShipped(stdout, useTour())}\`\`\``;
    const isSame = maskVarying(shown) === maskVarying(printed);
    await expect(isSame ? readme : readme.replace(SECTION, () => printed)).toMatchFileSnapshot(README);
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
