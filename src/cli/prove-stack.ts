import { readKept } from '../deploy/history.ts';
import { settle } from '../deploy/settle.ts';
import { readStanding } from '../deploy/standing.ts';
import type { Asked } from '../docker/ask.ts';
import { createDocker } from '../docker/docker.ts';
import { type DockerVersions, refuseOldCompose } from '../docker/versions.ts';
import { comparePlan, compareSets } from '../plan/compare.ts';
import { mergeNeeds, type Needs } from '../plan/needs.ts';
import { MANIFEST_PATH } from '../plan/plan-files.ts';
import { EXIT } from '../problems/errors.ts';
import { reportVerdict } from '../report/checks.ts';
import { listUnread } from '../verify/checks/rule-files.ts';
import { listOpen } from '../verify/checks/shut-out.ts';
import { listSecrets } from '../verify/list-secrets.ts';
import type { Row } from '../verify/row.ts';
import type { KeptSet, Subject } from '../verify/subject.ts';
import { hasPassed, verifyStack } from '../verify/verify.ts';
import { dotenvVariables } from '../writers/dotenv.ts';
import { checkNamesOf } from './check-project-names.ts';
import { composeOf } from './compose-of.ts';
import type { Invocation } from './context.ts';
import { loadProject } from './load-project.ts';
import { findEnvironment, refuseOtherEnvironment } from './refuse-other-environment.ts';
import { stackCommand } from './stack-command.ts';
import type { VerifyOptions } from './verify.ts';
import { describeShutOut, describeSubject, describeTarget, findUnread } from './verify-subject.ts';

/**
 * Proves the stack by the settings; after a rollback by the set that was put back, with a warning where the settings
 * are ahead of it. Gives the exit code.
 * @param versions docker's, asked for already
 * @param deadline of the whole run, by `performance.now()`
 */
export async function proveStack(
  { world, options, report }: Invocation<VerifyOptions>,
  versions: Asked<DockerVersions>,
  deadline: number,
): Promise<number> {
  const { cwd, env, signal } = world;
  const since = Date.now();
  const project = await versions.orEnd(loadProject(options, { cwd, env, signal, deadline }, report));
  const { folder, environment } = project;
  const standing = await readStanding(folder);
  const rolledBack = standing?.rolledBack;
  const back = rolledBack && (await readKept(folder, rolledBack.time));
  const own = back?.facts?.stack.environment ?? (await findEnvironment(folder));
  refuseOtherEnvironment(own, project, (other) => stackCommand('verify', other, options));
  const facts = back?.facts ?? project.facts();
  const compose = composeOf(facts.stack, { cwd, config: options.config }, project.shownFolder);
  const shutOut = standing && describeShutOut(standing);
  const unread = standing && (await findUnread(folder, standing));
  const target = { ...describeTarget(facts.stack, compose, project.isRendered), shutOut, unread };
  const command = (name: 'render' | 'verify' | 'deploy' | 'rollback', ...more: readonly string[]) =>
    stackCommand(name, environment, options, ...more);
  const waitCommand = `${command('verify')} --wait`;

  let kept: KeptSet | undefined;
  const describe = async (): Promise<Subject> => {
    const { plan, changes } = await project.planChanges();
    if (rolledBack === undefined || back?.facts === undefined)
      return describeSubject(target, facts, changes, { renderCommand: command('render'), waitCommand, env });
    const { time } = rolledBack;
    const ahead = compareSets(back.plan, plan)
      .filter(({ kind, path }) => kind !== 'unchanged' && path !== MANIFEST_PATH)
      .map(({ path }) => path);
    kept = { time, ahead, deployCommand: command('deploy') };
    return describeSubject(target, facts, await comparePlan(back.plan, folder), {
      renderCommand: command('rollback', '--to', time),
      isApplied: true,
      waitCommand,
      env,
      kept,
    });
  };

  const stacks = [project.stack, facts.stack];
  const docker = createDocker({
    cwd,
    env,
    signal,
    hidden: stacks.flatMap((stack) => [...dotenvVariables(stack).keys()]),
    secrets: stacks.flatMap(listSecrets),
    deadline,
  });
  await versions.orEnd(checkNamesOf(project, { cwd, env, signal, deadline }));
  const verdict = await verifyStack(docker, target, {
    versions: versions.answer.then((found) => {
      refuseOldCompose(found.compose, facts.stack);
      return found;
    }),
    describeSubject: describe,
    wait: options.wait === true,
    loginsOnly: options.logins === true,
    signal,
    onProgress: report.progress,
  });
  const isAhead = kept !== undefined && kept.ahead.length > 0;
  const what = options.logins ? `login to ${environment}` : undefined;
  reportVerdict(verdict, environment, report, { what, rolledBackTo: isAhead ? rolledBack?.time : undefined });
  if (!hasPassed(verdict)) return EXIT.checkFailed;
  // Logins alone prove no files.
  if (project.isRendered && !options.logins)
    await settle(
      folder,
      { known: standing, since },
      isAhead ? rolledBack : undefined,
      standing?.needs && listLeft(standing.needs, verdict.rows),
    );
  const hasWarned = verdict.rows.some(({ status }) => status === 'warn');
  return options.strict === true && hasWarned ? EXIT.checkFailed : EXIT.ok;
}

/** What a verdict leaves on record. */
function listLeft(needs: Needs, rows: readonly Row[]): Needs | undefined {
  const left = [listOpen(needs, rows), listUnread(needs, rows)].filter((one) => one !== undefined);
  return left.length === 0 ? undefined : left.reduce(mergeNeeds);
}
