import { diagnoseStderr, diagnoseTimeout } from '../docker/diagnose.ts';
import type { Docker } from '../docker/docker.ts';
import { splitCommand } from '../formats/shell.ts';
import type { NextStep } from '../plan/next-step.ts';
import { EnvironmentError } from '../problems/errors.ts';
import { DOCKER_CAUSES, findTold } from '../verify/start-causes.ts';

const SHOWN_LINES = 3;

/**
 * Runs the command of a step, the very one that is shown for it.
 * @param onStart told the id of its process
 * @throws EnvironmentError with the last words of what failed, and what is known of their cause
 */
export async function runStep(
  docker: Docker,
  { kind, command, input }: NextStep,
  onStart: (pid: number) => void,
): Promise<void> {
  const [program = '', ...argv] = splitCommand(command);
  const { code, stdout, stderr, timedOut, ms } = await docker.call(argv, {
    program,
    onStart,
    ...(input === undefined ? {} : { stdin: input.reveal() }),
  });
  if (timedOut) throw diagnoseTimeout(command, Math.round(ms / 1000));
  // `compose kill` ends with 0 where there is nothing to signal.
  if (code === 0 && !/no container to kill/i.test(stderr)) return;
  const known = diagnoseStderr(stderr);
  if (known) throw known;
  const words = lastWords(`${docker.redact(stdout)}\n${stderr}`) || `exit code ${code ?? 'none'}`;
  const told = findTold(DOCKER_CAUSES, stderr);
  if (told !== undefined) {
    throw new EnvironmentError(`${told.cause.cause} (${words})`, withoutCommands(told.cause.fix));
  }
  // By hand it would wait for what is on its stdin.
  if (kind === 'switch') throw new EnvironmentError(words, 'mend that, then run rotate again');
  const found = HINTS.find(({ pattern }) => pattern.test(stderr));
  throw new EnvironmentError(words, found?.hint ?? `run it by hand to see all of its output: ${command}`);
}

/** A fix without the commands that apply it: the next deploy does. */
function withoutCommands(fix: string): string {
  const shorter = fix.replace(/(?:, )?run \{render\}, then \{recreate\}(?:; )?/, '');
  return shorter.replace(/: \{recreate\}$/, ' by `docker compose up -d --force-recreate`');
}

const HINTS = [
  {
    pattern: /requires a valid client certificate|alert certificate required/i,
    hint: 'the server asks the superuser for a certificate: put the paths of one and its key into PGSSLCERT and PGSSLKEY',
  },
  {
    pattern: /no password supplied|password authentication failed/i,
    hint: 'psql can ask nobody here: put the password of the superuser into PGPASSWORD or ~/.pgpass',
  },
  {
    pattern: /no such image|pull access denied|manifest .*(?:unknown|not found)|https?:\/\/[^ "]*\/v2\//i,
    hint: 'correct the image in the settings, or see that its registry can be reached and lets you in',
  },
];

/** The end of what a program said, without Compose's lines about what it does. */
function lastWords(output: string): string {
  const lines = output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !PROGRESS.test(line));
  return [...new Set(lines)].slice(-SHOWN_LINES).join('; ');
}

/** ` Container ecar_pgbouncer  Recreated`, ` pgbouncer Pulling`, ` pgbouncer Error Get "https://…"`. */
const PROGRESS =
  /^(?:(?:Container|Network|Volume|Image) )?\S+ +(?:(?:Creat|Recreat|Start|Stop|Restart|Wait|Pull|Remov|Kill|Runn)(?:e|p|l)?(?:ing|d|ed)?|Healthy|Exited)$|^\S+ +Error /;
