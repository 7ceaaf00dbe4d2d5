import { type Cause, matchCause } from './causes.ts';
import { seen } from './evidence.ts';
import { explain, quote, sayOutcome } from './explain.ts';
import type { LoginOutcome } from './probe-output.ts';
import type { Failure } from './row.ts';
import type { Scene } from './scene.ts';

/** How the answer to the login at this index came, where not at once and over a new server connection; else empty. */
export function sayHow(scene: Scene, index: number, { said, waited }: LoginOutcome): string {
  const wait =
    waited === 0 ? '' : `, ${waited} s after PgBouncer had repeated an error of before (server_login_retry)`;
  const age = readAge(said);
  if (age === 0) return wait;
  const server = seen(scene.evidence.probe)?.servers.get(index);
  const anew = server?.code === 0 ? '; Postgres lets the role in anew, too' : '; a new one was not proved';
  return `${wait} over a server connection that is ${age} s old${anew}`;
}

/**
 * A pooled connection outlives the password that opened it. Where Postgres refuses the role by now, the pool
 * works until that connection ends. Only a clear refusal counts: what else may hinder psql, such as a
 * certificate that PgBouncer has, says nothing about PgBouncer. Undefined where nothing was refused.
 */
export function refuseAnew(
  scene: Scene,
  user: string,
  index: number,
  { said }: LoginOutcome,
): Failure | undefined {
  const server = seen(scene.evidence.probe)?.servers.get(index);
  if (server === undefined || server.code === 0) return undefined;
  const refused = sayOutcome(server);
  const cause = matchRefusal(refused);
  if (cause === undefined) return undefined;
  const observed = `a new login at Postgres fails: ${quote(refused, scene.redact)}; PgBouncer still answers over a server connection that is ${readAge(said)} s old`;
  return { observed, ...explain(cause, scene, user) };
}

/** Why Postgres refused a role, from psql's words; undefined where it was something else that hindered psql. */
export function matchRefusal(said: string): Cause | undefined {
  const cause = matchCause(said);
  return cause && REFUSALS.has(cause.id) ? cause : undefined;
}

/** The causes by which Postgres refuses a role whoever asks for it. */
const REFUSALS: ReadonlySet<string> = new Set([
  'md5-hash-scram-role',
  'postgres-refused-password',
  'role-may-not-log-in',
  'no-role',
  'no-server-database',
]);

/** The age of the server connection, in seconds, from the answer to ASK_POSTGRES; 0 for one of this very login. */
function readAge(said: string): number {
  return Number(/\|(\d+)$/.exec(said)?.[1] ?? 0);
}
