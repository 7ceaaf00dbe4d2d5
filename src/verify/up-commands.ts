import { completeCommand, upCommand, upServicesCommand } from '../plan/commands.ts';
import { leaveAsleep } from '../stack/compose-project.ts';
import type { Scene } from './scene.ts';

/**
 * Starts what does not run. Of an adopted project that leaves what sleeps asleep, tools such as `db:reset` among it, and
 * makes nothing anew: `up` alone would do that to a Postgres whose variables were changed.
 */
export function startCommand(scene: Scene): string {
  const { adopted } = scene.subject.stack;
  return adopted === undefined ? upCommand(scene.subject.project) : completeCommand(awake(scene));
}

/** Makes anew what has changed; of an adopted project what goes through the pool and is awake, and no Postgres behind it. */
export function recreateCommand(scene: Scene): string {
  const { adopted } = scene.subject.stack;
  return adopted === undefined ? upCommand(scene.subject.project) : upServicesCommand(awake(scene));
}

function awake({ subject, evidence: { asleep, scales } }: Scene) {
  return { ...leaveAsleep(subject.project, asleep), scales };
}
