import { setTimeout as sleep } from 'node:timers/promises';
import { formatCommand } from '../formats/shell.ts';
import { EnvironmentError } from '../problems/errors.ts';
import type { ComposeProject } from '../stack/compose-project.ts';
import { MONITORING_SERVICES } from '../stack/monitoring.ts';
import { PGBADGER_FOLDER, PGBADGER_SCRIPT } from '../stack/pgbadger.ts';
import { composeArgv, copyOutArgv, removeArgv } from './argv.ts';
import { diagnoseStderr, diagnoseTimeout } from './diagnose.ts';
import type { Docker } from './docker.ts';
import type { RunResult } from './run.ts';

interface PgbadgerRun {
  readonly project: ComposeProject;
  /** A name for the container of this run that no other container has. */
  readonly container: string;
  /** The folder of this host that the pages go to, absolute; it is there. */
  readonly target: string;
  /** What brings the rendered files in line with the settings, for a hint. */
  readonly renderCommand: string;
  onProgress(text: string): void;
  /** Opens another session with docker, for what is left to do when the first one was ended. */
  cleaner(): Docker;
}

/** Docker may still be making the container that an ended `docker compose run` asked for. */
const REMOVALS = { pauseMs: 250, limitMs: 5000 };

/**
 * Runs the pgBadger service once and copies its pages to this host: of each log that it read, all of them. Gives the
 * newest page of each, relative to the target: `pgbouncer/2026/11/23/index.html`; none where nothing has been logged.
 * Throws EnvironmentError where docker or pgBadger fails. No container of the run is left behind.
 */
export async function runPgbadger(docker: Docker, run: PgbadgerRun): Promise<string[]> {
  const { project, container, target } = run;
  run.onProgress('pgBadger reads the logs ...');
  let hasEnded = false;
  try {
    const made = await docker.call(
      composeArgv(
        project,
        'run',
        '--no-deps',
        '-T',
        '--name',
        container,
        MONITORING_SERVICES.pgbadger,
        PGBADGER_SCRIPT,
      ),
    );
    hasEnded = !made.timedOut;
    requireSuccess(made, run);
    const pages = made.stdout.split('\n').filter(Boolean);
    if (pages.length > 0) run.onProgress('copying its pages ...');
    for (const log of new Set(pages.map((page) => page.split('/', 1)[0] ?? '')))
      requireSuccess(
        await docker.call(copyOutArgv(container, `${PGBADGER_FOLDER}/html/${log}`, target)),
        run,
      );
    return pages;
  } finally {
    await remove(run.cleaner(), container, hasEnded ? 0 : REMOVALS.limitMs);
  }
}

/** Removes the container, and where it may yet come, for as long as it takes. */
async function remove(docker: Docker, container: string, limitMs: number): Promise<void> {
  const until = performance.now() + limitMs;
  for (;;) {
    // Docker names there what it removed, and nothing else.
    const { stdout } = await docker.call(removeArgv(container));
    if (stdout.trim() !== '' || performance.now() >= until) return;
    await sleep(REMOVALS.pauseMs);
  }
}

function requireSuccess(result: RunResult, { project, renderCommand }: PgbadgerRun): void {
  const { code, stderr, timedOut, ms } = result;
  if (timedOut) throw diagnoseTimeout('docker compose run pgbadger', Math.round(ms / 1000));
  if (code === 0) return;
  if (/no such service/i.test(stderr)) {
    const hint = `run ${renderCommand}`;
    throw new EnvironmentError('The rendered files have no pgBadger: the settings changed since', hint);
  }
  const known = diagnoseStderr(stderr);
  if (known) throw known;
  const said = stderr.trim().split('\n').at(-1) || `exit code ${code ?? 'none'}`;
  const command = [
    'docker',
    ...composeArgv(project, 'run', '--rm', '--no-deps', MONITORING_SERVICES.pgbadger, PGBADGER_SCRIPT),
  ];
  throw new EnvironmentError(
    `pgBadger made no report: ${said}`,
    `run it by hand to see all of its output: ${formatCommand(command)}`,
  );
}
