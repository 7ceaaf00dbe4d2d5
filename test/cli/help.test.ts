import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildProgram } from '../../src/cli/program.ts';
import { runToEnd, start } from '../support/fake-world.ts';
import { tempFolder } from '../support/temp-project.ts';

const HINT = 'ecar-pool --help lists commands and options';
const HELP = join(import.meta.dirname, 'help');

/** The program as data, with nothing behind its commands. */
function program() {
  return buildProgram(
    { ...fakeStreams(), cwd: '/', env: {}, signal: new AbortController().signal, stay: () => () => {} },
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

  it.each(COMMANDS)('must be what `help %s` prints', async (name) => {
    expect(await runToEnd(['help', name])).toEqual(await runToEnd([name, '--help']));
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
    [['verify', '--wat'], '(ecar-pool verify --help lists its options)'],
    [['snippet', 'rails'], 'Allowed choices are django'],
    [['completion', 'tcsh'], 'Allowed choices are bash, zsh, fish'],
  ])('%j must exit 2 and say what is near', async (argv, message) => {
    const { exitCode, out, err } = await runToEnd(argv);
    expect(exitCode).toBe(2);
    expect(out).toBe('');
    expect(err).toContain(message);
  });
});

it('no settings file must be the only thing that is told', async () => {
  const { exitCode, err } = await runToEnd(['render'], { cwd: tempFolder() });
  expect(exitCode).toBe(2);
  expect(err).toBe(
    'ecar-pool.yaml: error: there is no such file\n  fix: run `ecar-pool init` to write one, or name it with --config FILE\n\n',
  );
});

describe('wrong usage under --json', () => {
  it.each([
    ['--json rendr', "unknown command 'rendr'", 'Did you mean render?'],
    ['render --chekc --json', "unknown option '--chekc'", 'Did you mean --check?'],
    ['render --json prod', "too many arguments for 'render'. Expected 0 arguments but got 1.", HINT],
    ['render --json --env', "option '-e, --env <name>' argument missing", HINT],
    ['render --out --json', "option '-o, --out <dir>' argument missing", HINT],
    ['snippet --json', "missing required argument 'framework'", HINT],
    ['--json -q', 'the command is missing', HINT],
    [
      'verify --timeout x --json',
      "option '--timeout <seconds>' argument 'x' is invalid. It is a number of seconds from 1 to 86400.",
      HINT,
    ],
  ])('`%s` must give the object that other failures give', async (line, message, hint) => {
    const { exitCode, out, err } = await runToEnd(line.split(' '));
    expect(exitCode).toBe(2);
    expect(err).toBe('');
    expect(JSON.parse(out)).toEqual({ schemaVersion: 1, error: { message, hint } });
  });

  it.each(['hash-user --chekc -- --json', 'render --chekc --env --json', 'render --chekc --config=--json'])(
    'must not be what `%s` asks for',
    async (line) => {
      const { exitCode, out, err } = await runToEnd(line.split(' '));
      expect(exitCode).toBe(2);
      expect(out).toBe('');
      expect(err).toContain("error: unknown option '--chekc'");
    },
  );
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
