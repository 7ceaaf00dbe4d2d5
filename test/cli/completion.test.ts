import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { runToEnd } from '../support/fake-world.ts';

const hasShell = (shell: string) => spawnSync(shell, ['-c', 'exit 0']).status === 0;

/** What bash offers for a line that ends where the cursor is. */
async function completeInBash(line: string): Promise<string[]> {
  const { out } = await runToEnd(['completion', 'bash']);
  const words = line.split(' ').map((word) => `'${word}'`);
  const script = `${out}\nCOMP_WORDS=(${words.join(' ')}); COMP_CWORD=${words.length - 1}; _ecar_pool; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync('bash', ['-c', script], {
    encoding: 'utf8',
    cwd: import.meta.dirname,
  });
  expect(stderr).toBe('');
  return stdout.trim().split('\n');
}

describe('completion', () => {
  it('in bash must offer commands, options, choices and files', async () => {
    expect(await completeInBash('ecar-pool ')).toEqual(
      expect.arrayContaining(['init', 'render', 'verify', '--json']),
    );
    expect(await completeInBash('ecar-pool ren')).toEqual(['render']);
    expect(await completeInBash('ecar-pool render --ch')).toEqual(['--check']);
    expect(await completeInBash('ecar-pool --env prod render --d')).toEqual(['--diff']);
    expect(await completeInBash('ecar-pool snippet d')).toEqual(['django']);
    expect(await completeInBash('ecar-pool restore --cl')).toEqual(['--clean']);
    expect(await completeInBash('ecar-pool restore completion.t')).toEqual(['completion.test.ts']);
    expect(await completeInBash('ecar-pool render completion.t')).toEqual(['']);
    expect(await completeInBash('ecar-pool render --config completion.t')).toEqual(['completion.test.ts']);
  });

  it.runIf(hasShell('zsh'))('in zsh must load', async () => {
    const { out } = await runToEnd(['completion', 'zsh']);
    const { stdout, stderr } = spawnSync(
      'zsh',
      ['-fc', `autoload -U compinit && compinit -D\n${out}\nprint $_comps[ecar-pool]`],
      { encoding: 'utf8' },
    );
    expect({ stdout, stderr }).toEqual({ stdout: expect.stringContaining('_ecar_pool'), stderr: '' });
  });

  it.runIf(hasShell('fish'))('in fish must offer commands, options and choices', async () => {
    const { out } = await runToEnd(['completion', 'fish']);
    const offer = (line: string) =>
      spawnSync('fish', ['--no-config', '-c', `${out}\ncomplete -C '${line}'`], { encoding: 'utf8' }).stdout;
    expect(offer('ecar-pool ren')).toMatch(/^render\t/);
    expect(offer('ecar-pool render --ch')).toMatch(/^--check\t/m);
    expect(offer('ecar-pool snippet ')).toContain('django');
  });
});
