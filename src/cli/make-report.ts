import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createDocker } from '../docker/docker.ts';
import { runPgbadger } from '../docker/run-pgbadger.ts';
import { readVersions } from '../docker/versions.ts';
import { upCommand, upPoolCommand } from '../plan/commands.ts';
import { EXIT, UsageError } from '../problems/errors.ts';
import { explainFileError } from '../problems/file-errors.ts';
import { reportPages } from '../report/pages.ts';
import { listSecrets } from '../verify/list-secrets.ts';
import { dotenvVariables } from '../writers/dotenv.ts';
import type { Invocation } from './context.ts';
import { loadProject } from './load-project.ts';
import type { ReportOptions } from './report.ts';
import { stackCommand } from './stack-command.ts';

const CLEANING_MS = 20_000;

/** Runs pgBadger once and puts its pages into a folder of this host. Gives the exit code. */
export async function makeReport({ world, options, report }: Invocation<ReportOptions>): Promise<number> {
  const project = await loadProject(options, world, report);
  const { stack, environment, folder, shownFolder, compose, isRendered } = project;
  const render = stackCommand('render', environment, options);
  if (stack.monitoring.pgbadger === undefined) {
    const hint = `write \`monitoring: { pgbadger: {} }\` into ${options.config}, then run ${render}`;
    throw new UsageError(`\`monitoring.pgbadger\` is not switched on for ${environment}`, hint);
  }
  if (!isRendered) throw new UsageError(`there is no ${compose.files.at(-1)}`, `run ${render}`);
  const target = options.to === undefined ? join(folder, 'reports') : resolve(world.cwd, options.to);
  // Who may look at the pages learns who connects from where.
  await mkdir(target, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    throw explainFileError(error, target, 'write');
  });
  const session = {
    cwd: world.cwd,
    env: world.env,
    hidden: [...dotenvVariables(stack).keys()],
    secrets: listSecrets(stack),
  };
  const deadline = performance.now() + options.timeout * 1000;
  const docker = createDocker({ ...session, signal: world.signal, deadline });
  await readVersions(docker, stack);
  const pages = await runPgbadger(docker, {
    project: compose,
    // Of no process id: those of several hosts with one daemon are the same.
    container: `${stack.name}_pgbadger_${randomBytes(6).toString('hex')}`,
    target,
    renderCommand: render,
    onProgress: report.progress,
    // What the run leaves is removed even when the run was interrupted, or its time is up.
    cleaner: () =>
      createDocker({
        ...session,
        signal: new AbortController().signal,
        deadline: performance.now() + CLEANING_MS,
      }),
  });
  const shownTarget = options.to ?? join(shownFolder, 'reports');
  // Of an adopted project, its own services are none of the log's business.
  const up = stack.adopted === undefined ? upCommand(compose) : upPoolCommand(compose);
  reportPages({ environment, folder: shownTarget, pages, upCommand: up }, report);
  return pages.length === 0 ? EXIT.checkFailed : EXIT.ok;
}
