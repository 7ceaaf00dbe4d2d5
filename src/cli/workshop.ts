import { type LastWords, readLastWords } from '../deploy/last-words.ts';
import { runStep } from '../deploy/run-step.ts';
import type { KnownSet, StackSet } from '../deploy/stack-set.ts';
import { withFreshUserlist } from '../deploy/switch-password.ts';
import { createDocker, type Docker } from '../docker/docker.ts';
import { readVersions } from '../docker/versions.ts';
import { comparePlan } from '../plan/compare.ts';
import type { NextStep } from '../plan/next-step.ts';
import type { ComposeProject } from '../stack/compose-project.ts';
import type { Stack } from '../stack/stack.ts';
import { listSecrets } from '../verify/list-secrets.ts';
import { listRenderedServices, listServices } from '../verify/subject.ts';
import { type Verdict, verifyStack } from '../verify/verify.ts';
import { dotenvVariables } from '../writers/dotenv.ts';
import { composeOf } from './compose-of.ts';
import type { Invocation } from './context.ts';
import type { DeployOptions } from './deploy.ts';
import { stackCommand } from './stack-command.ts';
import { describeSubject, describeTarget } from './verify-subject.ts';

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
  /** Proves that the logins of a set that lies in the output folder get through, whatever else is not up yet. */
  proveLogins(set: KnownSet): Promise<Verdict>;
  /** What those of its services said last, since a time in RFC 3339, that did not come up. */
  lastWords(since: string): Promise<readonly LastWords[]>;
  /**
   * Verifies a set that lies in the output folder once it is up; without a signal, to the end.
   * @param since when it was begun to bring it about, in milliseconds of the epoch
   */
  verify(set: KnownSet, since: number, signal?: AbortSignal): Promise<Verdict>;
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
  const verify = async (
    { plan, facts }: KnownSet,
    {
      signal,
      since = Date.now(),
      ...how
    }: {
      readonly signal: AbortSignal;
      readonly since?: number;
      readonly wait: boolean;
      readonly loginsOnly?: boolean;
    },
  ) => {
    const docker = open(signal, VERIFY_MS);
    const target = describeTarget(facts.stack, composeFor(facts.stack), true);
    return verifyStack(docker, target, {
      versions: readVersions(docker, facts.stack),
      describeSubject: async () =>
        describeSubject(target, facts, await comparePlan(plan, folder), {
          renderCommand: stackCommand('deploy', environment, options),
          isApplied: true,
          waitCommand: `${stackCommand('verify', environment, options)} --wait`,
          env: world.env,
          since,
        }),
      ...how,
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
    proveLogins: (set) => verify(set, { signal: world.signal, wait: true, loginsOnly: true }),
    async lastWords(since) {
      const { stack } = target.facts;
      const services = new Set([...listServices(stack), ...listRenderedServices(stack)]);
      const reading = readLastWords(open(unending, CLEANING_MS), composeFor(stack), [...services], since);
      // Why all is undone is told anyway.
      return reading.catch(() => []);
    },
    verify: (set, since, signal = unending) => verify(set, { signal, since, wait: true }),
    look: (set, signal) => verify(set, { signal, wait: false }),
  };
}
