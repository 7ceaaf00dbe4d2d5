import {
  composeCommand,
  reloadCommand,
  restartServiceCommand,
  rolesCommand,
  upCommand,
} from '../plan/commands.ts';
import { MONITORING_SERVICES } from '../stack/monitoring.ts';
import type { Cause } from './causes.ts';
import { findPgbouncer } from './evidence.ts';
import type { PsqlOutcome } from './probe-output.ts';
import { hasTimedOut } from './probe-output.ts';
import type { Failure } from './row.ts';
import type { Scene } from './scene.ts';
import { RESTART_LABEL } from './subject.ts';

/** What to do about a cause, with the commands of this very stack. */
function formatFix(fix: string, scene: Scene): string {
  const { stack, project, renderCommand } = scene.subject;
  const commands: Readonly<Record<string, () => string>> = {
    render: () => renderCommand,
    reload: () => reloadCommand(project.directory),
    restart: () => restartCommand(scene),
    up: () => upCommand(project.directory),
    roles: () => rolesCommand(stack, project.directory),
    'restart-exporter': () => restartServiceCommand(project.directory, MONITORING_SERVICES.exporter),
  };
  return fix.replace(/\{([\w-]+)\}/g, (marker, name: string) => commands[name]?.() ?? marker);
}

/**
 * Applies what a reload cannot, at the price of every connection. A restart keeps the container as it was
 * made, so a container that is out of date is made anew.
 */
export function restartCommand({ subject, evidence }: Scene): string {
  const { project, restartHash } = subject;
  const isCurrent = findPgbouncer(evidence)?.labels.get(RESTART_LABEL) === restartHash;
  return isCurrent ? composeCommand(project.directory, 'restart', 'pgbouncer') : upCommand(project.directory);
}

/** A cause as a row carries it. */
export function explain(
  cause: Cause | undefined,
  scene: Scene,
): Pick<Failure, 'cause' | 'hint' | 'transient'> {
  if (cause === undefined) return {};
  return { cause: cause.cause, hint: formatFix(cause.fix, scene), transient: cause.transient };
}

/** What psql said, without the words that are always there, unredacted; a silent psql was waiting. */
export function sayOutcome(outcome: PsqlOutcome): string {
  if (hasTimedOut(outcome)) return `no answer within ${Math.round(outcome.ms / 1000)} s`;
  const said = outcome.said.replace(
    /^psql: error: (?:connection to server at "[^"]*", port \d+ failed: )?/,
    '',
  );
  return said === '' ? `psql ended with ${outcome.code}` : said;
}

const SHOWN = 200;

/** Someone else's words in one line that fits a report; redacted first, so that no half of a secret is left. */
export function quote(text: string, redact: (text: string) => string): string {
  const line = redact(text)
    .replace(/\s*\n\s*/g, '; ')
    .replace(/\p{Cc}/gu, ' ')
    .replace(/ {2,}/g, ' ')
    .trim();
  return line.length > SHOWN ? `${line.slice(0, SHOWN - 1)}…` : line;
}
