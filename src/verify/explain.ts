import { formatCommand } from '../docker/argv.ts';
import type { Cause } from './causes.ts';
import { findPgbouncer } from './evidence.ts';
import type { PsqlOutcome } from './probe-output.ts';
import { hasTimedOut } from './probe-output.ts';
import type { Failure } from './row.ts';
import type { Scene } from './scene.ts';

import { RESTART_LABEL, type Subject } from './subject.ts';

type Project = Subject['project'];

/** What to do about a cause, with the commands of this very stack. */
function formatFix(fix: string, scene: Scene): string {
  const { project, renderCommand } = scene.subject;
  return fix
    .replaceAll('{render}', renderCommand)
    .replaceAll('{reload}', reloadCommand(project))
    .replaceAll('{restart}', restartCommand(scene))
    .replaceAll('{up}', upCommand(project))
    .replaceAll('{roles}', rolesCommand(scene.subject));
}

/** A Compose command for people to paste: the file itself names the project and its folder. */
export function composeCommand({ file }: Project, ...words: readonly string[]): string {
  return formatCommand(['compose', '-f', file, ...words]);
}

/** Makes PgBouncer read its files anew: SIGHUP is its RELOAD. */
export function reloadCommand(project: Project): string {
  return composeCommand(project, 'kill', '-s', 'HUP', 'pgbouncer');
}

/**
 * Applies what a reload cannot, at the price of every connection. A restart keeps the container as it was
 * made, so a container that is out of date is made anew.
 */
export function restartCommand({ subject, evidence }: Scene): string {
  const container = findPgbouncer(evidence);
  const isCurrent = container?.labels.get(RESTART_LABEL) === subject.restartHash;
  return isCurrent ? composeCommand(subject.project, 'restart', 'pgbouncer') : upCommand(subject.project);
}

/**
 * Runs the rendered SQL that brings roles and passwords in line with the settings. The stack's own Postgres
 * sees it in the folder that its image runs on an empty data volume.
 */
function rolesCommand({ stack, project, changes }: Subject): string {
  const path = changes.find((change) => change.path.endsWith('.sql'))?.path ?? '';
  const { postgres } = stack;
  if (postgres.kind === 'external') {
    return `psql -h ${postgres.host} -p ${postgres.port} -U postgres -f ${project.directory}/${path}`;
  }
  const file = `/docker-entrypoint-initdb.d/${path.split('/').at(-1)}`;
  const psql = ['psql', '-X', '-U', postgres.user, '-d', 'postgres', '-f', file];
  return composeCommand(project, 'exec', '-T', postgres.host, ...psql);
}

/** Starts what does not run and recreates what has changed. */
export function upCommand(project: Project): string {
  return composeCommand(project, 'up', '-d', '--wait');
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
