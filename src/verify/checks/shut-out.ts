import { lockRolesCommand } from '../../plan/commands.ts';
import { type Needs, onlyShutOut } from '../../plan/needs.ts';
import { seen } from '../evidence.ts';
import { quote, renewCommand, sayOutcome } from '../explain.ts';
import { listLogins } from '../logins.ts';
import { fail, ok, type Row, skip, warn } from '../row.ts';
import type { Check, Scene } from '../scene.ts';

/** The row on those whom Postgres is to let in no more. */
const DROPPED_ID = 'dropped-users';
const DROPPED_TITLE = 'dropped users';

/** Why a row on them is none of ours. */
const OTHERS = 'it is up to whoever runs Postgres';

/** The row on those whom PgBouncer is to forget. */
const REMEMBERED_ID = 'remembered-users';
const REMEMBERED_TITLE = 'forgotten users';

/** Whether those whom the settings have dropped are kept out, as far as it is not known who ran the steps that do it. */
export const checkShutOut: Check = (scene) => [...checkDropped(scene), ...checkRemembered(scene)];

/**
 * By Postgres: a role that is gone is kept out, too. In one that others run a role may be there on purpose, for whoever
 * is asked for by auth_user from now on: that is told, and judged by nobody.
 */
const checkDropped: Check = (scene) => {
  const { subject, evidence } = scene;
  const names = subject.shutOut?.dropped ?? [];
  if (names.length === 0) return [];
  const isOwn = subject.stack.postgres.kind === 'own';
  const answers = readAnswers(scene);
  const lock = (roles: readonly string[]) => `run ${lockRolesCommand(subject.stack, roles, subject.project)}`;
  const [id, title] = [DROPPED_ID, DROPPED_TITLE];
  if ('unknown' in answers) {
    const observed = `not known whether Postgres still lets in ${list(names)}: ${answers.unknown}`;
    if (!isOwn) return [skip(id, title, `${OTHERS}, and it is ${observed}`)];
    return [warn(id, title, { observed, hint: `where nobody has done so, ${lock(names)}` })];
  }
  const open = names.filter((name) => answers.found.has(name));
  const { ms } = evidence.probe;
  if (answers.found.size === 0) return [ok(id, title, `${list(names)} kept out by Postgres`, { ms })];
  if (!isOwn) {
    const why = `${OTHERS}: it lets in ${list(open)}, and so does PgBouncer, which asks it about users (auth_user)`;
    return [skip(id, title, `${why}; if that is not meant, have them ${lock(open)}`)];
  }
  return [
    fail(
      id,
      title,
      {
        observed: `${list(open)} may log in to Postgres, or still has a session there`,
        expected: 'no login, and no session',
        cause: 'The settings name no such user any more, and nobody has run the command that shuts it out',
        hint: lock(open),
      },
      { ms },
    ),
  ];
};

/** Who is not kept out, or why nobody can tell. */
function readAnswers({ evidence, redact }: Scene): { found: ReadonlySet<string> } | { unknown: string } {
  const { inquiry, probe } = evidence;
  const servers = seen(probe)?.servers;
  if (servers === undefined) return { unknown: 'nothing could be run in the pgbouncer container' };
  if (inquiry.roles.length === 0) return { unknown: 'the settings know no password to ask it with' };
  const first = listLogins(inquiry).length + inquiry.lookups.length;
  const found = new Set<string>();
  for (const index of inquiry.roles.keys()) {
    const outcome = servers.get(first + index);
    if (outcome === undefined) return { unknown: 'no answer within the time limit' };
    if (outcome.code !== 0) return { unknown: quote(sayOutcome(outcome), redact) };
    for (const name of outcome.said.split('\n')) if (name !== '') found.add(name);
  }
  return { found };
}

/** By PgBouncer, which under scram-sha-256 knows who has logged in for as long as it runs, whatever it reads since. */
const checkRemembered: Check = (scene) => {
  const { subject, evidence } = scene;
  const remembered = subject.shutOut?.remembered ?? new Map<string, number>();
  if (remembered.size === 0) return [];
  const [id, title] = [REMEMBERED_ID, REMEMBERED_TITLE];
  const run = seen(evidence.runs)?.get('pgbouncer');
  if (!run?.running) return [skip(id, title, 'PgBouncer does not run')];
  const known = [...remembered].flatMap(([name, since]) => (run.startedAt > since ? [] : [name]));
  const started = new Date(run.startedAt).toISOString().replace(/\.\d+/, '');
  if (known.length === 0)
    return [ok(id, title, `PgBouncer knows no more of ${list([...remembered.keys()])}: started ${started}`)];
  return [
    fail(id, title, {
      observed: `PgBouncer has run since ${started}, and goes by the SCRAM keys that it remembers of ${list(known)}`,
      expected: 'started after they were changed or dropped',
      cause: 'Nobody has restarted PgBouncer since; a reload does not make it forget',
      hint: `run ${renewCommand(scene)}`,
    }),
  ];
};

/**
 * What of the needs that keep people out a verdict has not settled; undefined where nothing is left. Settled is what
 * was seen to be so, and of roles what is up to others, and was told now.
 */
export function listOpen(needs: Needs, rows: readonly Row[]): Needs | undefined {
  const has = (id: string, ...among: readonly Row['status'][]) =>
    rows.some((row) => row.id === id && among.includes(row.status));
  return onlyShutOut({
    dropped: has(DROPPED_ID, 'ok', 'skip') ? [] : needs.dropped,
    remembered: has(REMEMBERED_ID, 'ok') ? [] : needs.remembered,
  });
}

const SHOWN = 4;

function list(names: readonly string[]): string {
  const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : '';
  return `${names.slice(0, SHOWN).join(', ')}${more}`;
}
