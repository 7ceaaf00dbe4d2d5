import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { runToEnd } from '../support/fake-world.ts';
import { projectWith, settingsWith } from './support.ts';

const run = (cwd: string, ...more: readonly string[]) =>
  runToEnd(['check', '--env', 'prod', ...more], { cwd });
const WARNED = settingsWith({ pgbouncer: 'bind: 0.0.0.0' });
const NOTED = settingsWith({ pgbouncer: 'server_check_query: SELECT 1' });
const OVER = settingsWith({ pgbouncer: 'default_pool_size: 200, max_client_conn: 400' });
const MISSPELT = settingsWith({ pgbouncer: 'defaul_pool_size: 20, bind: 0.0.0.0' });

describe('the exit code of check', () => {
  it.each([
    ['nothing found', settingsWith(), 0, 0],
    ['a note', NOTED, 0, 0],
    ['a warning', WARNED, 0, 1],
    ['an error of judgement', OVER, 1, 1],
    ['settings that do not fit the model', MISSPELT, 2, 2],
    ['settings that are no YAML', 'name: [', 2, 2],
  ])('must tell of %s', async (_, text, plain, strict) => {
    const cwd = projectWith(text);
    expect((await run(cwd)).exitCode).toBe(plain);
    expect((await run(cwd, '--strict')).exitCode).toBe(strict);
    expect((await run(cwd, '--strict', '--format', 'sarif')).exitCode).toBe(strict);
  });

  it('must be 2 for a file that is not there, and for an unknown environment', async () => {
    expect((await run(projectWith(settingsWith()), '--config', 'other.yaml')).exitCode).toBe(2);
    expect((await runToEnd(['check', '--env', 'prd'], { cwd: projectWith(settingsWith()) })).exitCode).toBe(
      2,
    );
  });
});

describe('check', () => {
  it('must tell people the code, the place, why, and what to do', async () => {
    const { out, err } = await run(projectWith(WARNED));
    expect(err).toBe('');
    expect(out).toMatch(/^ecar-pool\.yaml:8:\d+: warning \[open-port\]: port 6432 is open/);
    expect(out).toContain('\n  fix: remove the line');
    expect(out).toContain('\n  why: Whoever is on the network');
    expect(out).toContain('prod: 1 warning\n');
  });

  it('must show the arithmetic of an over-budget finding', async () => {
    const { out } = await run(projectWith(OVER));
    expect(out).toContain('Postgres has for them  100 max_connections - 3 superuser_reserved_connections');
    expect(out).toContain('fix: set `pgbouncer.default_pool_size: 92` instead of 200');
  });

  it('must tell judgement, too, where the settings do not fit yet', async () => {
    const { out } = await run(projectWith(MISSPELT));
    expect(out).toContain('[unknown-key]');
    expect(out).toContain('[open-port]');
  });

  it('must say that there is nothing', async () => {
    expect(await run(projectWith(settingsWith()))).toEqual({
      exitCode: 0,
      out: 'prod: nothing found\n',
      err: '',
    });
  });

  it('must tell what was ignored and why, but not under --quiet', async () => {
    const text = WARNED.replace(
      'pgbouncer: { image',
      '# ecar-pool: ignore open-port behind a firewall\npgbouncer: { image',
    );
    const { out } = await run(projectWith(text));
    expect(out).toBe(
      'ignored open-port at ecar-pool.yaml:9: behind a firewall\nprod: nothing found, 1 ignored\n',
    );
    expect((await run(projectWith(text), '-q')).out).toBe('prod: nothing found, 1 ignored\n');
  });

  it('must give machines all of it', async () => {
    const { out } = await run(projectWith(WARNED), '--json');
    expect(JSON.parse(out)).toMatchObject({
      schemaVersion: 1,
      environment: 'prod',
      ok: true,
      findings: [
        {
          code: 'open-port',
          severity: 'warning',
          file: 'ecar-pool.yaml',
          line: 8,
          column: expect.any(Number),
          message: expect.any(String),
          hint: expect.any(String),
          why: expect.any(String),
        },
      ],
      ignored: [],
    });
  });

  it('must never tell a password', async () => {
    const password = 'your_secure_password';
    for (const more of [[], ['--json'], ['--format', 'sarif']]) {
      const { out, err } = await run(projectWith(settingsWith(), password), ...more);
      expect(out).toContain('weak-password');
      expect(out + err).not.toContain(password);
    }
  });
});

describe('render', () => {
  it('must stop at an error of judgement and write nothing', async () => {
    const cwd = projectWith(OVER);
    const { exitCode, err } = await runToEnd(['render', '--env', 'prod'], { cwd });
    expect(exitCode).toBe(2);
    expect(err).toContain('the pools may open 200 server connections, and Postgres has 92 for them');
    expect(err).toContain('nothing was written');
    expect(existsSync(join(cwd, 'stack'))).toBe(false);
  });

  it('must show warnings, keep notes to itself, and write', async () => {
    const cwd = projectWith(settingsWith({ pgbouncer: 'bind: 0.0.0.0, server_check_query: SELECT 1' }));
    const { exitCode, err } = await runToEnd(['render', '--env', 'prod'], { cwd });
    expect(exitCode).toBe(0);
    expect(err).toContain('warning: port 6432 is open');
    expect(err).not.toContain('round trip');
  });

  it('must do as a comment says', async () => {
    const text = OVER.replace(
      'postgres: {',
      '# ecar-pool: ignore over-budget never all at once\npostgres: {',
    );
    const { exitCode, err } = await runToEnd(['render', '--env', 'prod'], { cwd: projectWith(text) });
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
  });
});

/** As much of the schema of SARIF 2.1.0 as code scanning reads (its sections 3.13, 3.14, 3.19, 3.27, 3.49). */
const text = {
  type: 'object',
  required: ['text'],
  additionalProperties: false,
  properties: { text: { type: 'string', minLength: 1 } },
};
const level = { enum: ['none', 'note', 'warning', 'error'] };
const count = { type: 'integer', minimum: 1 };
const closed = (properties: object, required: readonly string[]) => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});
const list = (items: object) => ({ type: 'array', items });
const SARIF = closed(
  {
    $schema: { type: 'string', format: 'uri' },
    version: { const: '2.1.0' },
    runs: list(
      closed(
        {
          tool: closed(
            {
              driver: closed(
                {
                  name: { const: 'ecar-pool' },
                  semanticVersion: { type: 'string', pattern: '^\\d+\\.\\d+\\.\\d+' },
                  rules: list(
                    closed(
                      {
                        id: { type: 'string' },
                        shortDescription: text,
                        fullDescription: text,
                        help: text,
                        helpUri: { type: 'string', pattern: '^https://' },
                        defaultConfiguration: closed({ level }, ['level']),
                      },
                      ['id', 'shortDescription', 'fullDescription', 'help', 'defaultConfiguration'],
                    ),
                  ),
                },
                ['name', 'rules'],
              ),
            },
            ['driver'],
          ),
          columnKind: { enum: ['utf16CodeUnits', 'unicodeCodePoints'] },
          results: list(
            closed(
              {
                ruleId: { type: 'string' },
                ruleIndex: { type: 'integer', minimum: 0 },
                level,
                message: text,
                locations: {
                  type: 'array',
                  minItems: 1,
                  items: closed(
                    {
                      physicalLocation: closed(
                        {
                          artifactLocation: closed({ uri: { type: 'string', minLength: 1 } }, ['uri']),
                          region: closed({ startLine: count, startColumn: count, endColumn: count }, [
                            'startLine',
                          ]),
                        },
                        ['artifactLocation'],
                      ),
                    },
                    ['physicalLocation'],
                  ),
                },
              },
              ['ruleId', 'message', 'locations'],
            ),
          ),
        },
        ['tool', 'results'],
      ),
    ),
  },
  ['version', 'runs'],
);
const validate = new Ajv({ strict: true, validateFormats: false }).compile(SARIF);

describe('check --format sarif', () => {
  it.each([
    ['nothing', settingsWith()],
    ['judgement', OVER],
    ['faults and judgement', MISSPELT],
    ['a file that is no YAML', 'name: ['],
    ['an empty file', ''],
  ])('must be SARIF of %s', async (_, settings) => {
    const { out, err } = await run(projectWith(settings), '--format', 'sarif');
    expect(err).toBe('');
    const sarif = JSON.parse(out);
    expect(validate(sarif), JSON.stringify(validate.errors)).toBe(true);
    const [{ tool, results }] = sarif.runs;
    for (const { ruleId, ruleIndex } of results) expect(tool.driver.rules[ruleIndex].id).toBe(ruleId);
  });

  it('must point at the place', async () => {
    const { out } = await run(projectWith(WARNED), '--format', 'sarif');
    const [result] = JSON.parse(out).runs[0].results;
    const column = (WARNED.split('\n')[7]?.indexOf('0.0.0.0') ?? 0) + 1;
    expect(result).toMatchObject({ ruleId: 'open-port', level: 'warning' });
    expect(result.locations[0].physicalLocation).toEqual({
      artifactLocation: { uri: 'ecar-pool.yaml' },
      region: { startLine: 8, startColumn: column, endColumn: column + 7 },
    });
  });
});

describe('size', () => {
  const size = (settings: string, ...more: readonly string[]) =>
    runToEnd(['size', '--env', 'prod', ...more], { cwd: projectWith(settings) });

  it('must show the pools, the arithmetic, and whether it fits', async () => {
    const { exitCode, out } = await size(settingsWith({ pgbouncer: 'reserve_pool_size: 4' }));
    expect(exitCode).toBe(0);
    expect(out).toMatch(/^database +user +size +reserve +most\necar_db +ecar_user +20 +4 +24\n/);
    expect(out).toContain('prod fits: 24 of 92');
    expect(out).toContain('clients: 100 (max_client_conn)');
    expect(out).toContain('open files: 1024');
  });

  it('must propose values with reasons for a load', async () => {
    const { out } = await size(settingsWith(), '--workers', '16', '--threads', '8', '--cores', '4');
    expect(out).toContain('clients: 128 of the application do not fit 100 (max_client_conn)');
    expect(out).toContain('pgbouncer.max_client_conn: 260 instead of 100: 128 clients of the application');
    expect(out).toContain('pgbouncer.default_pool_size: 9 instead of 20: 2 x 4 cores + 1 for the disk');
  });

  it('must show what is over budget, and what would fit', async () => {
    const { exitCode, out } = await size(OVER);
    expect(exitCode).toBe(0);
    expect(out).toContain('prod does not fit: 200 of 92; proposed:');
    expect(out).toContain('pgbouncer.default_pool_size: 61 instead of 200');
  });

  it('must count other servers and several processes', async () => {
    const { out } = await size(settingsWith(), '--max-connections', '40', '--processes', '2', '--json');
    expect(JSON.parse(out)).toMatchObject({
      total: 40,
      fits: false,
      capacity: { max_connections: 40, available: 32 },
    });
  });

  it.each(['0', '-1', '1.5', 'many'])('must refuse %s workers', async (workers) => {
    expect((await size(settingsWith(), '--workers', workers)).exitCode).toBe(2);
  });

  it('must refuse settings that do not fit the model as render does', async () => {
    const { exitCode, err } = await size(MISSPELT);
    expect(exitCode).toBe(2);
    expect(err).toContain('did you mean `default_pool_size`?');
  });
});

describe('many warnings', () => {
  it('must not flood the screen beside what was asked for', async () => {
    const users = Array.from({ length: 80 }, (_, index) => `user_${index}`);
    const text = settingsWith({
      databases: `ecar_db: { users: [${users.join(', ')}], max_db_connections: 30 }`,
      users: users.map((name) => `${name}: { password: { env: DB_PASSWORD } }`).join('\n  '),
    });
    const { exitCode, err } = await runToEnd(['render', '--env', 'prod'], {
      cwd: projectWith(text, 'short'),
    });
    expect(exitCode).toBe(0);
    expect(err.match(/warning: \w+_PASSWORD/g)).toHaveLength(50);
    expect(err).toContain('and 32 more warnings; ecar-pool check --json lists them all');
  });
});
