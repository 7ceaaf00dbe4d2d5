import { randomBytes } from 'node:crypto';
import { execArgv } from '../docker/argv.ts';
import type { Docker } from '../docker/docker.ts';
import { Secret } from '../stack/secret.ts';
import { containerName, type Stack } from '../stack/stack.ts';
import { quote, sayOutcome } from './explain.ts';
import { type Login, planInquiry } from './logins.ts';
import { parseProbeOutput } from './probe-output.ts';
import { matchRefusal } from './server-login.ts';

const SECONDS = 5;

/**
 * Tries logins at Postgres itself, from within the PgBouncer container. It reads a nonce, the seconds that one may take,
 * host and port, then three lines (user, password, database) a login; nothing secret stands in an argv.
 */
const SCRIPT = `
IFS= read -r nonce
IFS= read -r PGCONNECT_TIMEOUT
IFS= read -r PGHOST
IFS= read -r PGPORT
PGAPPNAME=ecar-pool PGPASSFILE=/dev/null
export PGCONNECT_TIMEOUT PGHOST PGPORT PGUSER PGPASSWORD PGDATABASE PGAPPNAME PGPASSFILE
index=0
while IFS= read -r PGUSER && IFS= read -r PGPASSWORD && IFS= read -r PGDATABASE; do
  said=$(timeout "$((PGCONNECT_TIMEOUT + 1))" psql -X -w -At -c 'SELECT 1' </dev/null 2>&1)
  code=$?
  printf '%s server %s %s 0 0 0 %.600s\\n' "$nonce" "$index" "$code" "$(printf '%s' "$said" | tr '\\n' ' ')"
  index=$((index + 1))
done
`;

/** A login that Postgres refuses. */
export interface RefusedLogin {
  readonly login: Login;
  /** Its words, fit to be shown. */
  readonly said: string;
}

/**
 * Which of a stack's logins to Postgres, of those that another stack does not have, Postgres refuses right now: asked
 * from within the PgBouncer that runs, whatever files it has. Only a clear refusal counts; none where nobody can ask.
 */
export async function findRefusedLogins(
  docker: Docker,
  before: Stack,
  stack: Stack,
): Promise<RefusedLogin[]> {
  const known = new Set(serverLogins(before).map(identify(before)));
  // The entries of one database, such as that in session mode, lead to the same login.
  const wanted = new Map(serverLogins(stack).map((login) => [identify(stack)(login), login]));
  const logins = [...wanted].flatMap(([key, login]) => (known.has(key) ? [] : [login]));
  if (logins.length === 0) return [];
  const nonce = randomBytes(12).toString('hex');
  const { host, port } = stack.postgres;
  const values = logins.flatMap(({ user, password, behind = '' }) => [user, password.reveal(), behind]);
  const lines = [nonce, String(SECONDS), host, String(port), ...values];
  const limit = String(Math.max(1, Math.floor(docker.remainingMs() / 1000) - 1));
  const { stdout } = await docker.call(
    execArgv(containerName(before, 'pgbouncer'), 'timeout', limit, 'sh', '-c', SCRIPT),
    { stdin: lines.map((line) => `${line}\n`).join('') },
  );
  const { servers } = parseProbeOutput(stdout, nonce);
  return logins.flatMap((login, index) => {
    const outcome = servers.get(index);
    if (outcome === undefined || outcome.code === 0) return [];
    const said = sayOutcome(outcome);
    return matchRefusal(said) === undefined ? [] : [{ login, said: quote(said, docker.redact) }];
  });
}

function serverLogins(stack: Stack): Login[] {
  const { logins } = planInquiry(stack, new Secret('', 'nobody'), SECONDS);
  return logins.filter(({ behind }) => behind !== undefined);
}

function identify({ postgres }: Stack): (login: Login) => string {
  return ({ user, password, behind }) =>
    JSON.stringify([postgres.host, postgres.port, user, password.reveal(), behind]);
}
