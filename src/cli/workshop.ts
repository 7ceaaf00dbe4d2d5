import { runStep } from '../deploy/run-step.ts';
import type { KnownSet, StackSet } from '../deploy/stack-set.ts';
import { withFreshUserlist } from '../deploy/switch-password.ts';
import { createDocker, type Docker } from '../docker/docker.ts';
import { readVersions } from '../docker/versions.ts';
import { comparePlan } from '../plan/compare.ts';
import type { NextStep } from '../plan/next-step.ts';
import { type ComposeProject, isComposeFile } from '../stack/compose-project.ts';
import type { Stack } from '../stack/stack.ts';
import { readDotenvOnDisk } from '../verify/dotenv-on-disk.ts';
import { listSecrets } from '../verify/list-secrets.ts';
import { type Verdict, verifyStack } from '../verify/verify.ts';
import { dotenvVariables } from '../writers/dotenv.ts';
import { ROTATION_PATTERN } from '../writers/monitoring/log-rotation.ts';
import { CONFIG_FOLDER, LOG_FILE } from '../writers/pgbouncer-ini.ts';
import { composeOf } from './compose-of.ts';
import type { Invocation } from './context.ts';
import type { DeployOptions } from './deploy.ts';
import { stackCommand } from './stack-command.ts';

const VERIFY_MS = 90_000;
const CLEANING_MS = 20_000;

/** What a deploy works with: docker, for all sets that it has to do with. */
export interface Workshop {
  /** A session that a signal ends. */
  docker(): Docker;
  /** The same without a time limit. */
  unhurried(): Docker;
  /** A session that no signal ends, for a moment. */
  cleaner(): Docker;
  /** How Compose is called for one of the sets. */
  composeOf(stack: Stack): ComposeProject;
  /** Makes the names and secrets of one more set known, so that none is shown. */
  learn(set: StackSet | undefined): void;
  /** Runs a step to its end, whatever signal comes; half a step is worse than none. */
  run(step: NextStep, onStart: (pid: number) => void): Promise<void>;
  /** Verifies a set that lies in the output folder once it is up; without a signal, to the end. */
  verify(set: KnownSet, signal?: AbortSignal): Promise<Verdict>;
  /** The same of one that has been up for long or never: it is not waited for. */
  look(set: KnownSet, signal: AbortSignal): Promise<Verdict>;
}

/** Opens the workshop of one stack. */
export function createWorkshop(
  {
    folder,
    shownFolder,
    environment,
  }: { readonly folder: string; readonly shownFolder: string; readonly environment: string },
  target: KnownSet,
  { world, options, report }: Invocation<DeployOptions>,
): Workshop {
  const stacks = [target.facts.stack];
  const open = (signal: AbortSignal, ms: number) =>
    createDocker({
      cwd: world.cwd,
      env: world.env,
      signal,
      hidden: stacks.flatMap((stack) => [...dotenvVariables(stack).keys()]),
      secrets: stacks.flatMap(listSecrets),
      deadline: performance.now() + ms,
    });
  const composeFor = (stack: Stack) =>
    composeOf(stack, { cwd: world.cwd, config: options.config }, shownFolder);
  const unending = new AbortController().signal;
  const verify = async ({ plan, facts }: KnownSet, signal: AbortSignal, wait: boolean) => {
    const { stack, settings, configHashes } = facts;
    const docker = open(signal, VERIFY_MS);
    const target = {
      stack,
      project: composeFor(stack),
      isRendered: true,
      configFolder: CONFIG_FOLDER,
      logFile: stack.monitoring.log && { file: LOG_FILE, rotation: ROTATION_PATTERN },
    };
    return verifyStack(docker, target, {
      versions: readVersions(docker),
      describeSubject: async () => {
        const changes = await comparePlan(plan, folder);
        return {
          ...target,
          renderCommand: stackCommand('deploy', environment, options),
          waitCommand: `${stackCommand('verify', environment, options)} --wait`,
          changes,
          settings,
          dotenv: readDotenvOnDisk(changes),
          composeText: plan.find(({ path }) => isComposeFile(path))?.text ?? '',
          configHashes,
          env: world.env,
        };
      },
      wait,
      signal,
      onProgress: report.live ? () => {} : report.progress,
    });
  };
  return {
    composeOf: composeFor,
    docker: () => open(world.signal, VERIFY_MS),
    unhurried: () => open(world.signal, Number.POSITIVE_INFINITY),
    cleaner: () => open(unending, CLEANING_MS),
    learn(set) {
      if (set?.facts !== undefined) stacks.push(set.facts.stack);
    },
    run: (step, onStart) => {
      const task = () => runStep(open(unending, options.timeout * 1000), step, onStart);
      return step.kind === 'switch' ? withFreshUserlist(folder, task) : task();
    },
    verify: (set, signal = unending) => verify(set, signal, true),
    look: (set, signal) => verify(set, signal, false),
  };
}
