import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildProgram } from '../../src/cli/program.ts';
import { runToEnd, start } from '../support/fake-world.ts';

const HELP = join(import.meta.dirname, 'help');

/** The program as data, with nothing behind its commands. */
function program() {
  return buildProgram(
    { ...fakeStreams(), cwd: '/', env: {}, signal: new AbortController().signal },
    () => undefined,
  );
}

function fakeStreams() {
  return { stdin: process.stdin, stdout: process.stdout, stderr: process.stderr };
}

const COMMANDS = program().commands.map((command) => command.name());

describe('--help', () => {
  it('must list every command, the options and the exit codes', async () => {
    const { exitCode, out } = await runToEnd(['--help']);
    expect(exitCode).toBe(0);
    await expect(out).toMatchFileSnapshot(join(HELP, 'ecar-pool.txt'));
  });

  it.each(COMMANDS)('of %s must explain each option and show examples', async (name) => {
    const { exitCode, out } = await runToEnd([name, '--help']);
    expect(exitCode).toBe(0);
    expect(out).toContain(`$ ecar-pool ${name}`);
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
    await expect(out).toMatchFileSnapshot(join(HELP, `${name}.txt`));
  });

  it('must be what a bare call prints', async () => {
    expect((await runToEnd([])).out).toBe((await runToEnd(['--help'])).out);
  });

  it('must carry no colour', async () => {
    const run = start(['--help'], { terminal: true });
    await run.exitCode;
    expect(run.out()).not.toContain('\x1b');
  });
});

describe('wrong usage', () => {
  it.each([
    [['rendr'], "error: unknown command 'rendr'\n(Did you mean render?)"],
    [['render', '--chekc'], "error: unknown option '--chekc'\n(Did you mean --check?)"],
    [['--jsn'], "error: unknown option '--jsn'\n(Did you mean --json?)"],
    [['render', 'prod'], 'error: too many arguments'],
    [['render', '--env'], "error: option '-e, --env <name>' argument missing"],
    [['snippet'], "error: missing required argument 'framework'"],
    [['snippet', 'rails'], 'Allowed choices are django'],
    [['completion', 'tcsh'], 'Allowed choices are bash, zsh, fish'],
  ])('%j must exit 2 and say what is near', async (argv, message) => {
    const { exitCode, out, err } = await runToEnd(argv);
    expect(exitCode).toBe(2);
    expect(out).toBe('');
    expect(err).toContain(message);
  });
});

describe('the command line', () => {
  it.each([
    ['render', {}],
    ['render --env prod --check', { env: 'prod', check: true }],
    ['--env prod render --diff', { env: 'prod', diff: true }],
    [
      'render -e prod -c other.yaml -o out --force',
      { env: 'prod', config: 'other.yaml', out: 'out', force: true },
    ],
    ['config --json --no-color', { json: true, color: false }],
    ['init -y -d there --pool-size 5', { yes: true, dir: 'there', poolSize: '5' }],
    ['verify --wait --timeout 5 -q', { wait: true, timeout: 5, quiet: true }],
  ])('`%s` must give these options', async (line, expected) => {
    const built = program();
    let received: object = {};
    for (const command of built.commands) {
      command.action(() => {
        received = command.optsWithGlobals();
      });
    }
    await built.parseAsync(line.split(' '), { from: 'user' });
    expect(received).toMatchObject({ config: 'ecar-pool.yaml', color: true, ...expected });
  });
});
