import { describe, expect, it } from 'vitest';
import { explainFailure } from '../../src/backup/explain.ts';
import type { RunResult } from '../../src/docker/run.ts';

const ended = (stderr: string, more: Partial<RunResult> = {}): RunResult => ({
  code: 1,
  stdout: '',
  stderr,
  timedOut: false,
  ms: 3000,
  ...more,
});

describe('why a program of Postgres failed', () => {
  it.each<[string, RunResult, string, RegExp]>([
    [
      'an old client',
      ended(
        'pg_dump: error: aborting because of server version mismatch\npg_dump: detail: server version: 18.1; pg_dump version: 17.5\n',
      ),
      'pg_dump failed on it: aborting because of server version mismatch',
      /backup\.image/,
    ],
    [
      'a server whose certificate nobody can check',
      ended(
        'pg_dump: error: connection to server at "db", port 5432 failed: root certificate file "/root/.postgresql/root.crt" does not exist\n',
      ),
      'pg_dump failed on it: connection to server at "db", port 5432 failed: root certificate file "/root/.postgresql/root.crt" does not exist',
      /server_tls_ca_file/,
    ],
    [
      'a table of others',
      ended(
        'pg_dump: error: query failed: ERROR:  permission denied for table theirs\npg_dump: detail: Query was: LOCK TABLE\n',
      ),
      'pg_dump failed on it: query failed: ERROR:  permission denied for table theirs',
      /--user NAME/,
    ],
    [
      'a role with a line end in its name',
      ended('psql:<stdin>:12: ERROR:  role "a\nb" does not exist\nLINE 1: x\n'),
      'pg_dump failed on it: role "a b" does not exist',
      /--no-owner/,
    ],
    [
      'a kill',
      ended('', { code: 137 }),
      'pg_dump failed on it: it was ended with 137 and said nothing',
      /run it again/,
    ],
    [
      'an image that cannot be had',
      ended(
        'Unable to find image \'localhost:1/x:17\' locally\ndocker: Error response from daemon: Get "http://localhost:1/v2/": dial tcp 127.0.0.1:1: connect: connection refused\n',
        { code: 125 },
      ),
      'pg_dump failed on it: docker: Error response from daemon: Get "http://localhost:1/v2/": dial tcp 127.0.0.1:1: connect: connection refused',
      /correct `backup\.image`/,
    ],
    ['a time limit', ended('', { timedOut: true }), 'pg_dump was not done with it within 3 s', /--timeout/],
    [
      'docker',
      ended('Cannot connect to the Docker daemon at unix:///x. Is the docker daemon running?'),
      'The Docker daemon does not answer',
      /start it/,
    ],
  ])('must be told of %s', (_, result, message, hint) => {
    const error = explainFailure('pg_dump', 'it', result);
    expect(error).toMatchObject({ message, exitCode: 3, hint: expect.stringMatching(hint) });
  });
});
