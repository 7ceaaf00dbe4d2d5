import { listHistory, readCurrent, readKept } from '../deploy/history.ts';
import type { KnownSet } from '../deploy/stack-set.ts';
import { findWayBack } from '../deploy/way-back.ts';
import { EXIT, UsageError } from '../problems/errors.ts';
import { reportHistory } from '../report/history.ts';
import type { Invocation } from './context.ts';
import { refuseOtherEnvironment } from './refuse-other-environment.ts';
import type { RollbackOptions } from './rollback.ts';
import { stackCommand } from './stack-command.ts';
import { ADOPTED_FOLDER, stackFolder } from './stack-folder.ts';
import { transit } from './transit.ts';

/** Puts back a set that verified; reads no settings, which may be what is wrong. Gives the exit code. */
export async function rollbackStack(invocation: Invocation<RollbackOptions>): Promise<number> {
  const { world, options, report } = invocation;
  const environment = options.env ?? (await findOnlyEnvironment(invocation));
  if (environment === undefined)
    throw new UsageError('the environment is missing: a rollback reads no settings', 'name it with --env');
  const usual = stackFolder(environment, options, world);
  const adopted = stackFolder(environment, options, world, ADOPTED_FOLDER);
  const hasNone = (await listHistory(usual.folder)).length === 0;
  const isAdopted = hasNone && (await listHistory(adopted.folder)).length > 0;
  const place = { environment, ...(isAdopted ? adopted : usual) };
  const list = stackCommand('rollback', environment, options, '--list');
  if (options.list) {
    const times = await listHistory(place.folder);
    reportHistory({ ...place, times, current: await readCurrent(place.folder) }, report);
    return EXIT.ok;
  }
  const choose = async () => {
    const time = options.to ?? (await findWayBack(place.folder));
    const current = await readCurrent(place.folder);
    if (time === undefined)
      throw new UsageError(
        `${place.shownFolder} has nothing to go back to`,
        'a set can be put back once another one was deployed over it',
      );
    const times = await listHistory(place.folder);
    if (!times.includes(time))
      throw new UsageError(
        `${place.shownFolder} has no set of ${time}`,
        times.length === 0
          ? 'it has none that was deployed'
          : `name one of ${times.map((known) => (known === current ? `${known} (current)` : known)).join(', ')}`,
      );
    const set = await readKept(place.folder, time);
    if (set?.facts === undefined)
      throw new UsageError(`this release cannot read the set of ${time}`, `choose another one of ${list}`);
    // The folder of an adopted project has no environment in its name.
    refuseOtherEnvironment(set.facts.stack.environment, place, (own) =>
      stackCommand('rollback', own, options, '--list'),
    );
    return { set: set as KnownSet, time };
  };
  // Before the lock, which would make a folder where there is none.
  await choose();
  return transit({ command: 'rollback', ...place, choose }, invocation);
}

/** Of an adopted project, or of a folder that `--out` names, what was deployed there tells it. */
async function findOnlyEnvironment({
  world,
  options,
}: Invocation<RollbackOptions>): Promise<string | undefined> {
  const { folder } = stackFolder('', options, world, ADOPTED_FOLDER);
  const [newest] = await listHistory(folder);
  const set = newest === undefined ? undefined : await readKept(folder, newest);
  return set?.facts?.stack.environment;
}
