import { chmod, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { IMAGES } from './support/images.ts';
import { printedCommands } from './support/next-steps.ts';
import { useProject } from './support/use-project.ts';

/** Whatever a shell or Compose could trip over. */
const OUT = `it's "the" $out`;

describe('an output folder', () => {
  const useStack = useProject('folders', async (project) => {
    await project.init(IMAGES.pgbouncer126, IMAGES.postgres18);
  });
  const ecar = (command: string, ...more: readonly string[]) =>
    useStack().ecar([command, '--env', 'prod', '--out', OUT, ...more], { code: 'any' });
  const mode = async (path: string) => (await stat(join(useStack().folder, OUT, path))).mode & 0o777;

  it('must work under a name that needs quoting, by the printed commands', async () => {
    const rendered = await ecar('render');
    const commands = printedCommands(rendered).filter((command) => command.startsWith('docker '));
    expect(commands).not.toEqual([]);
    for (const command of commands) await useStack().shell(command);
    const { code, stdout } = await ecar('verify');
    expect(code, stdout).toBe(0);
  });

  it('must get back the modes that let the container in and keep other users out', async () => {
    const folder = useStack().path(OUT);
    await chmod(join(folder, 'pgbouncer'), 0o700);
    await chmod(folder, 0o755);
    const { code, stdout } = await ecar('render', '--check');
    expect(code).toBe(1);
    expect(stdout).toContain('the mode of pgbouncer/ is 0700, not 0755');
    expect(stdout).toContain("its folder's mode is 0755, not 0700");
    expect((await ecar('verify')).stdout).toContain('FAIL  rendered files');
    for (const command of printedCommands(await ecar('render'))) {
      if (command.startsWith('docker ')) await useStack().shell(command);
    }
    expect([await mode('.'), await mode('pgbouncer')]).toEqual([0o700, 0o755]);
    expect((await ecar('render', '--check')).code).toBe(0);
    expect((await ecar('verify')).code).toBe(0);
  });
});
