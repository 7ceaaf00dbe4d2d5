import { describe, expect, it } from 'vitest';
import { parseConsoleTable } from '../../src/verify/console-table.ts';
import { hasTimedOut, parseProbeOutput } from '../../src/verify/probe-output.ts';
import { isSameSetting } from '../../src/verify/setting-value.ts';

const printed = (...rows: readonly string[][]) => `${rows.map((row) => row.join('\x1f')).join('\x1e')}\n`;

const POOLS_118 =
  'database,user,cl_active,cl_waiting,cl_active_cancel_req,cl_waiting_cancel_req,sv_active,sv_active_cancel,sv_being_canceled,sv_idle,sv_used,sv_tested,sv_login,maxwait,maxwait_us,pool_mode';
const STATS_118 =
  'database,total_xact_count,total_query_count,total_received,total_sent,total_xact_time,total_query_time,total_wait_time,avg_xact_count,avg_query_count,avg_recv,avg_sent,avg_xact_time,avg_query_time,avg_wait_time';
const STATS_123 =
  'database,total_server_assignment_count,total_xact_count,total_query_count,total_received,total_sent,total_xact_time,total_query_time,total_wait_time,avg_server_assignment_count,avg_xact_count,avg_query_count,avg_recv,avg_sent,avg_xact_time,avg_query_time,avg_wait_time';
const STATS_124 = STATS_123.replace(
  ',avg_server',
  ',total_client_parse_count,total_server_parse_count,total_bind_count,avg_server',
).concat(',avg_client_parse_count,avg_server_parse_count,avg_bind_count');
const STATS_126 = STATS_124.replace(',avg_server_a', ',total_client_login_count,avg_server_a').concat(
  ',avg_client_login_count',
);
const DATABASES_118 =
  'name,host,port,database,force_user,pool_size,min_pool_size,reserve_pool,pool_mode,max_connections,current_connections,paused,disabled';
const DATABASES_123 = DATABASES_118.replace(',pool_mode', ',server_lifetime,pool_mode');
const DATABASES_124 =
  'name,host,port,database,force_user,pool_size,min_pool_size,reserve_pool_size,server_lifetime,pool_mode,load_balance_hosts,max_connections,current_connections,max_client_connections,current_client_connections,paused,disabled';

describe('parseConsoleTable', () => {
  it.each([
    ['SHOW POOLS of 1.18 and 1.23', POOLS_118, 'cl_waiting'],
    ['SHOW POOLS of 1.24 and 1.26', `${POOLS_118},load_balance_hosts`, 'pool_mode'],
    ['SHOW STATS of 1.18', STATS_118, 'total_xact_count'],
    ['SHOW STATS of 1.23', STATS_123, 'total_xact_count'],
    ['SHOW STATS of 1.24', STATS_124, 'avg_query_time'],
    ['SHOW STATS of 1.26', STATS_126, 'avg_query_time'],
    ['SHOW DATABASES of 1.18', DATABASES_118, 'pool_mode'],
    ['SHOW DATABASES of 1.23', DATABASES_123, 'pool_mode'],
    ['SHOW DATABASES of 1.24 and 1.26', DATABASES_124, 'paused'],
  ])('must find a column of %s by its name', (_, header, column) => {
    const columns = header.split(',');
    const row = columns.map((name) => `value of ${name}`);
    const [parsed] = parseConsoleTable(printed(columns, row), 'N');
    expect(parsed?.[column]).toBe(`value of ${column}`);
    expect(Object.keys(parsed ?? {})).toEqual(columns);
  });

  it('must tell NULL from empty, and take any text of a cell', () => {
    const cell = 'a,b"c|d e\\f\ng';
    expect(parseConsoleTable(printed(['a', 'b', 'c'], ['N', '', cell]), 'N')).toEqual([
      { a: null, b: '', c: cell },
    ]);
  });

  it('must read a table without rows', () => {
    expect(parseConsoleTable(printed(['a', 'b']), 'N')).toEqual([]);
    expect(parseConsoleTable('', 'N')).toEqual([]);
  });
});

describe('parseProbeOutput', () => {
  const sum = '5'.repeat(64);
  const stdout = [
    'n files 1',
    `${sum}  pgbouncer.ini`,
    'sha256sum: userlist.txt: No such file or directory',
    'n table version',
    'version\x1ePgBouncer 1.18.0',
    'n table state',
    'n console 1 10.00 10.05',
    "ERROR:  invalid command 'SHOW STATE', use SHOW HELP;",
    'n login 1 2 3 10.10 10.40 psql: error: two\x1elines, n among them',
    'n login 0 0 0 10.10 10.20 1|340',
    'n server 0 0 0 10.20 10.30 1|0',
    'n end',
    '',
  ].join('\n');

  it('must read every record, logins in any order', () => {
    const output = parseProbeOutput(stdout, 'n');
    expect(output.tables).toEqual(new Map([['version', [{ version: 'PgBouncer 1.18.0' }]]]));
    expect(output.console).toMatchObject({ code: 1, ms: 50 });
    expect(output.logins.get(0)).toEqual({ code: 0, said: '1|340', ms: 100, waited: 0 });
    expect(output.servers.get(0)).toMatchObject({ code: 0, said: '1|0' });
    expect(output.logins.get(1)).toEqual({
      code: 2,
      said: 'psql: error: two\nlines, n among them',
      ms: 300,
      waited: 3,
    });
    expect(output.files).toEqual(new Map([['pgbouncer.ini', sum]]));
    expect(output.finished).toBe(true);
  });

  it('must read as much as there is of an output that was cut off', () => {
    const output = parseProbeOutput(stdout.slice(0, stdout.indexOf('n login 0')), 'n');
    expect([...output.logins.keys()]).toEqual([1]);
    expect(output.finished).toBe(false);
    expect(parseProbeOutput('', 'n')).toMatchObject({ console: undefined, finished: false });
  });

  it('must not take an image without sha256sum for one without files', () => {
    expect(parseProbeOutput('n files 127\nsh: 1: sha256sum: not found\nn end\n', 'n').files).toBeUndefined();
  });

  it.each([
    [124, true],
    [143, true],
    [137, true],
    [0, false],
    [2, false],
  ])('must know what `timeout` ends with: %i', (code, expected) => {
    expect(hasTimedOut({ code, said: '', ms: 0 })).toBe(expected);
  });
});

describe('isSameSetting', () => {
  it.each([
    ['5.0', '5', true],
    ['0770', '504', true],
    ['0777', '511', true],
    ['0x10', '16', true],
    ['08.5', '8.5', true],
    ['1e2', '100', true],
    ['1234567', '1.23457e+06', true],
    ['3600.4567', '3600.46', true],
    ['1234567', '1.23458e+06', false],
    ['1234567', '1234570', false],
    ['', null, true],
    ['', '', true],
    ['transaction', 'transaction', true],
    ['20', '21', false],
    ['', '0', false],
    ['0', null, false],
    ['DISCARD ALL', 'discard all', false],
    ["'DISCARD ALL'", 'DISCARD ALL', false],
  ])('rendered %j, shown %j: %s', (rendered, shown, expected) => {
    expect(isSameSetting(rendered, shown)).toBe(expected);
  });
});
