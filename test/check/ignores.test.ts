import { describe, expect, it } from 'vitest';
import { codesOf, inspect, settingsWith } from './support.ts';

const NOTED = 'image: edoburu/pgbouncer:v1.26.1-p0';

/** The settings with comments around the line of PgBouncer's image. */
function commented(above: readonly string[], behind = ''): string {
  const block = ['pgbouncer:', ...above.map((line) => `  ${line}`), `  ${NOTED}${behind}`].join('\n');
  return settingsWith().replace(/^pgbouncer: \{.*$/m, block);
}

describe('a comment that overrules', () => {
  it.each([
    ['above the line', commented(['# ecar-pool: ignore image-digest the tag will do'])],
    ['behind it', commented([], '  # ecar-pool: ignore image-digest the tag will do')],
    [
      'above others of its kind',
      commented(['# ecar-pool: ignore image-digest the tag will do', '# another', '']),
    ],
    ['in capitals and without a blank', commented(['#ecar-pool:ignore IMAGE-DIGEST the tag will do'])],
  ])('must be heard %s, with its reason', async (_, text) => {
    const { problems, ignored } = await inspect(text);
    expect(problems).toEqual([]);
    expect(ignored).toMatchObject([{ problem: { code: 'image-digest' }, reason: 'the tag will do' }]);
  });

  it('must overrule one code on one line only', async () => {
    const { problems } = await inspect(
      commented(['# ecar-pool: ignore image-digest the tag will do'], '\n  bind: 0.0.0.0'),
    );
    expect(problems.map(({ code }) => code)).toEqual(['open-port']);
  });

  it('must overrule an error that is a judgement, so that it renders', async () => {
    const text = settingsWith({ pgbouncer: 'default_pool_size: 500, max_client_conn: 500' });
    const marked = text.replace(
      'postgres: {',
      '# ecar-pool: ignore over-budget the rest is never used\npostgres: {',
    );
    const { problems, loaded } = await inspect(marked);
    expect(problems).toEqual([]);
    expect(loaded).toBeDefined();
  });

  it.each([
    ['image-digest', 'this comment gives no reason'],
    ['', 'this comment names no code'],
    ['image-diggest why', 'there is no code `image-diggest`'],
    ['unknown-user why', '`unknown-user` cannot be overruled: it must be mended'],
  ])('must be refused as `ignore %s`', async (words, message) => {
    const { problems, loaded } = await inspect(commented([`# ecar-pool: ignore ${words}`]));
    expect(problems[0]).toMatchObject({
      code: 'bad-ignore',
      severity: 'error',
      message,
      at: { line: 9, column: 3 },
    });
    expect(loaded).toBeUndefined();
  });

  it('must be told where it overrules nothing', async () => {
    const { problems } = await inspect(commented(['# ecar-pool: ignore open-port why']));
    expect(problems).toMatchObject([
      {
        code: 'unused-ignore',
        severity: 'warning',
        message: expect.stringContaining('no `open-port` on line 10'),
      },
      { code: 'image-digest' },
    ]);
  });

  it('must not count as unused while something else stands in the way, or for what only one environment has', async () => {
    const broken = commented(['# ecar-pool: ignore open-port why'], '\n  prot: 1');
    expect((await inspect(broken)).problems.map(({ code }) => code)).not.toContain('unused-ignore');
    const weak = settingsWith().replace(
      '  ecar_user:',
      '  # ecar-pool: ignore weak-password dev only\n  ecar_user:',
    );
    expect((await inspect(weak)).problems).toEqual([]);
    expect((await inspect(weak, 'short')).ignored).toHaveLength(1);
  });

  it('must not be read where there is no comment', async () => {
    expect(await codesOf({ pgbouncer: "login_notify_message: 'ecar-pool: ignore open-port x'" })).toEqual([]);
  });
});
