import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runToEnd } from '../support/fake-world.ts';
import { tempFolder, tempProject } from '../support/temp-project.ts';

const sh = (script: string, cwd = '/') => execFileSync('sh', ['-c', script], { cwd, encoding: 'utf8' });

/** The words that a shell makes of a command. */
const wordsOf = (command: string) => sh(`printf '%s\\0' ${command}`).split('\0').slice(0, -1);

/** Names of folders and files that a shell takes apart, expands or takes for an option. */
const ODD = [
  'a b',
  "it's",
  '"x"',
  '$HOME',
  '$(id)',
  '`id`',
  'a;b',
  '*',
  '~',
  '-x',
  '-',
  'a\\',
  "$'",
  '$&',
  'é',
];

async function nextOf(cwd: string, ...argv: readonly string[]): Promise<string[][]> {
  const { out } = await runToEnd(['--json', ...argv], { cwd });
  return (JSON.parse(out) as { next: { command: string }[] }).next.map(({ command }) => wordsOf(command));
}

describe.each(ODD)('a folder called %j', (name) => {
  it('must reach every command that `render` prints, as one word', async () => {
    const cwd = tempProject();
    renameSync(join(cwd, 'ecar-pool.yaml'), join(cwd, name));
    const [up, verify] = await nextOf(cwd, 'render', '--env', 'prod', '--config', name, '--out', name + name);
    const composeFile = `${name}${name}/docker-compose.yml`;
    expect(up).toEqual(['docker', 'compose', '-f', composeFile, 'up', '-d', '--wait']);
    const options = ['--config', name, '--out', name + name];
    expect(verify).toEqual(['ecar-pool', 'verify', '--env', 'prod', ...options]);
    const checked = await runToEnd(['render', '--check', '--env', 'prod', ...options], { cwd });
    expect(checked).toMatchObject({ exitCode: 0, err: '' });
  });

  it('must be where the command that `init` prints goes to', async () => {
    const cwd = tempFolder();
    mkdirSync(join(cwd, name));
    const { out } = await runToEnd(['init', '--yes', '--json', '--dir', name], { cwd });
    const [command] = (JSON.parse(out) as { next: string[] }).next;
    const [change, render] = command!.split(' && ');
    expect(sh(`${change} && pwd -P`, cwd)).toBe(sh('pwd -P', join(cwd, name)));
    expect(render).toBe('ecar-pool render --env dev');
  });
});
