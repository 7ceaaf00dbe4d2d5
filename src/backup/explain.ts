import { diagnoseStderr } from '../docker/diagnose.ts';
import type { RunResult } from '../docker/run.ts';
import { EnvironmentError } from '../problems/errors.ts';

/** What the words of Postgres's programs mean; the first match counts. Their words are those of 14 to 18. */
const HINTS: readonly (readonly [words: RegExp, hint: string])[] = [
  [
    // Docker's own words; those of a registry may sound like Postgres's.
    /unable to find image|pull access denied|manifest [^\n]*(?:unknown|not found)|no such image|https?:\/\/[^ "]*\/v2\//i,
    'docker cannot get the image for it: correct `backup.image`, or see that its registry can be reached and lets you in',
  ],
  [
    /server version mismatch|unsupported version \([\d.]+\) in file header/i,
    'name an image with a newer Postgres as `backup.image` (or `postgres.image`)',
  ],
  [
    /certificate verify failed|root certificate file "[^"]*" does not exist/i,
    'name the authority that signed the certificate of Postgres with `server_tls_ca_file`',
  ],
  [
    /password authentication failed|no password supplied|no pg_hba\.conf entry/i,
    'check the password of the settings, or name another role with --user and its password in PGPASSWORD',
  ],
  [/database "[\s\S]*" does not exist/i, 'create the database, or take it out of the settings'],
  [
    /permission denied|must be (?:owner|superuser|able to)/i,
    'use a role that may do it: --user NAME, with its password in PGPASSWORD',
  ],
  [
    /role "[\s\S]*" does not exist/i,
    "create the role first, or leave the dump's owners and grants out with --no-owner",
  ],
  [
    /lock timeout/i,
    'somebody is in a transaction there: end it, stop the application, or PAUSE the pool, and run it again',
  ],
  [
    /max_locks_per_transaction/i,
    'raise max_locks_per_transaction under `postgres.settings`: one transaction locks every table',
  ],
  [
    /could not translate host name|could not connect|connection refused|timeout expired/i,
    'check that the server runs and that `postgres.host` and `postgres.port` lead to it from within the network of the stack',
  ],
  [
    /network \S+ not found/i,
    'the network of the stack is not there yet: start the stack once, with docker compose up',
  ],
  [
    /server closed the connection|terminating connection|connection to server was lost|shutting down/i,
    'the server ended the connection: see its log, and run it again once it is back',
  ],
  [/no space left on device|could not extend file/i, 'the server has no disk space left: make room there'],
];

/** A program of Postgres's failed, with these words: what it means and what to do. */
export function explainFailure(program: string, about: string, result: RunResult): EnvironmentError {
  const { code, stderr, timedOut, ms } = result;
  if (timedOut)
    return new EnvironmentError(
      `${program} was not done with ${about} within ${Math.round(ms / 1000)} s`,
      'give it more time with --timeout, or leave that out for no limit',
    );
  const docker = diagnoseStderr(stderr);
  if (docker !== undefined) return docker;
  const said =
    firstError(stderr) || `it was ended${code === undefined ? '' : ` with ${code}`} and said nothing`;
  const [, hint = 'run it again; see the log of the server for more'] =
    HINTS.find(([words]) => words.test(stderr)) ?? [];
  return new EnvironmentError(`${program} failed on ${about}: ${said}`, hint);
}

/** What a line of stderr begins with that is no more of the line before: names may hold line ends. */
const NEXT = /^(?:psql|pg_dump|pg_restore|LINE|DETAIL|HINT|CONTEXT|STATEMENT|Error|docker)\b/;

/** What tells most, in one line: the first error, else the last words; without what each program puts before it. */
function firstError(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  const found = lines.findIndex((line) => /error|fatal|panic/i.test(line));
  if (found === -1) return lines.at(-1)?.trim() ?? '';
  const length = lines.slice(found + 1).findIndex((line) => NEXT.test(line));
  const said = lines.slice(found, length === -1 ? undefined : found + 1 + length).join(' ');
  return said.trim().replace(/^(?:psql:<stdin>:\d+: |(?:pg_dump|pg_restore|psql): )?(?:error|ERROR): +/, '');
}
