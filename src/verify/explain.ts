import { quoteIdentifier } from '../formats/sql.ts';
import {
  postgresLogCommand,
  reloadCommand,
  restartCommand,
  restartServiceCommand,
  rolesCommand,
} from '../plan/commands.ts';
import { MONITORING_SERVICES } from '../stack/monitoring.ts';
import { losesVerifiers } from '../stack/stored-form.ts';
import type { Cause } from './causes.ts';
import { findPgbouncer } from './evidence.ts';
import type { PsqlOutcome } from './probe-output.ts';
import { hasTimedOut } from './probe-output.ts';
import type { Failure } from './row.ts';
import type { Scene } from './scene.ts';
import { isCurrent } from './subject.ts';
import { recreateCommand, startCommand } from './up-commands.ts';

/** Where nothing is rendered that could be run: the settings hold no password, but what Postgres is to store. */
function rolesByHand(user = '…'): string {
  return `ALTER ROLE ${user === '…' ? user : quoteIdentifier(user)} PASSWORD '…' as a superuser there, with the hash or verifier of the settings`;
}

/** What a `deploy` or `rollback` does by itself once it has put the files in place. */
const DONE_BY_ITSELF = /(\{render\})(?:, [^;{]*\{roles\})?, then \{(?:reload|recreate)\}/g;

/** What to do about a cause, with the commands of this very stack. */
export function formatFix(fix: string, scene: Scene, user?: string): string {
  const { stack, project, renderCommand, isApplied, waitCommand } = scene.subject;
  const commands: Readonly<Record<string, () => string>> = {
    render: () => renderCommand,
    apply: () => (isApplied ? renderCommand : `${renderCommand}, and the commands that it names`),
    wait: () => waitCommand,
    reload: () => reloadCommand(project),
    restart: () => renewCommand(scene),
    up: () => startCommand(scene),
    recreate: () => recreateCommand(scene),
    roles: () => rolesCommand(stack, project, user) ?? rolesByHand(user),
    server: () => `${stack.postgres.host}:${stack.postgres.port}`,
    postgresLog: () => postgresLogCommand(stack, project),
    // After what helps with every version.
    update: () => (losesVerifiers(stack.pgbouncer.version) ? '; or update PgBouncer to 1.26.1 or later' : ''),
    restartExporter: () => restartServiceCommand(project, MONITORING_SERVICES.exporter),
  };
  const left = isApplied ? fix.replace(DONE_BY_ITSELF, '$1') : fix;
  return left.replace(/\{(\w+)\}/g, (marker, name: string) => commands[name]?.() ?? marker);
}

/**
 * Applies what a reload cannot, at the price of every connection. A restart keeps the container as it was
 * made, so a container that is out of date is made anew.
 */
export function renewCommand(scene: Scene): string {
  const container = findPgbouncer(scene.evidence);
  if (container === undefined) return startCommand(scene);
  return isCurrent(container, scene.subject) ? restartCommand(scene.subject.project) : recreateCommand(scene);
}

/**
 * A cause as a row carries it.
 * @param user whose login it is about
 */
export function explain(
  cause: Cause | undefined,
  scene: Scene,
  user?: string,
): Pick<Failure, 'cause' | 'hint' | 'transient'> {
  if (cause === undefined) return {};
  const { adopted, postgres } = scene.subject.stack;
  const usual = postgres.kind === 'external' ? (cause.externalFix ?? cause.fix) : cause.fix;
  const fix = adopted ? (cause.adoptedFix ?? usual) : usual;
  return { cause: cause.cause, hint: formatFix(fix, scene, user), transient: cause.transient };
}

/** What libpq adds to an error for people who connect by hand; PgBouncer's cause says more. */
const LIBPQ_ADVICE = [
  /\s*This probably means the server terminated abnormally\s+before or while processing the request\./g,
  /\s*Is the server running (?:on that host|locally) and accepting (?:TCP\/IP )?connections(?: on that socket)?\?/g,
];

/** What psql said, without the words that are always there, unredacted; a silent psql was waiting. */
export function sayOutcome(outcome: PsqlOutcome): string {
  if (hasTimedOut(outcome)) return `no answer within ${Math.round(outcome.ms / 1000)} s`;
  const said = LIBPQ_ADVICE.reduce((text, advice) => text.replace(advice, ''), outcome.said)
    .replace(/^psql: error: /, '')
    .replace(/connection to server at "[^"]*"(?: \([^)]*\))?, port \d+ failed: /g, '');
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
  return line.length > SHOWN ? `${cutAtWord(line, SHOWN - 2)} …` : line;
}

/** The words that fit; a text without any, cut. */
function cutAtWord(line: string, length: number): string {
  const end = line.lastIndexOf(' ', length);
  return line.slice(0, end > 0 ? end : length);
}
