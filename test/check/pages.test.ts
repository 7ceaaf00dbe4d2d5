import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CVES, type Cve } from '../../src/problems/cves.ts';
import { isCode, PAGES } from '../../src/problems/pages.ts';
import { runToEnd } from '../support/fake-world.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const SETTINGS = join(ROOT, 'src', 'settings');

/** The text of everything that finds something. */
const sources = readdirSync(SETTINGS, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => readFileSync(join(SETTINGS, path), 'utf8'))
  .join('\n');

describe('the pages', () => {
  it('must be there for every code that stands in the source', () => {
    // The compiler holds those that go through Findings; these are written down as plain problems.
    const codes = [...sources.matchAll(/\bcode: '([a-z-]+)'/g)].map(([, code = '']) => code);
    expect(codes.length).toBeGreaterThan(5);
    expect(codes.filter((code) => !/^(?:un|in)[a-z]+_/.test(code) && !isCode(code))).toEqual([]);
  });

  it.each(Object.keys(PAGES))('must have none that nothing leads to: %s', (code) => {
    expect(sources).toContain(`'${code}'`);
  });

  it.each(Object.entries(PAGES))(
    'must say all of %s in whole sentences',
    (_, { title, why, pgbouncer, fix, sources }) => {
      expect(title).not.toMatch(/\.$/);
      for (const text of [why, fix, pgbouncer ?? 'Nothing.']) expect(text).toMatch(/[.`]$/);
      for (const source of sources) expect(() => new URL(source)).not.toThrow();
    },
  );

  it('must all be in the documentation, and nothing else', () => {
    const text = readFileSync(join(ROOT, 'docs', 'checks.md'), 'utf8');
    const headings = [...text.matchAll(/^## ([a-z0-9-]+)$/gm)].map(([, code]) => code);
    expect(headings).toEqual(Object.keys(PAGES));
  });
});

describe('the table of CVEs', () => {
  it.each(Object.entries<Cve>(CVES))(
    'must be dated and in order: %s',
    (code, { published, since, fixedIn }) => {
      expect(code).toMatch(/^cve-20\d\d-\d{4,6}$/);
      expect(published).toMatch(/^20\d\d-\d\d-\d\d$/);
      const number = (version: string) =>
        version.split('.').reduce((sum, part) => sum * 1000 + Number(part), 0);
      expect(number(since)).toBeLessThan(number(fixedIn));
    },
  );
});

describe('explain', () => {
  it('must print a page', async () => {
    const { exitCode, out, err } = await runToEnd(['explain', 'CVE-2026-107350']);
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
    expect(out).toContain('cve-2026-107350: CVE-2026-107350: a SCRAM login as any other user');
    for (const heading of ['Why', 'What PgBouncer does', 'Fix', 'Sources'])
      expect(out).toContain(`\n${heading}\n`);
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
  });

  it('must list every code', async () => {
    const { out } = await runToEnd(['explain']);
    expect(out.trimEnd().split('\n')).toHaveLength(Object.keys(PAGES).length);
  });

  it('must give the same to machines', async () => {
    const { out } = await runToEnd(['explain', 'over-budget', '--json']);
    expect(JSON.parse(out)).toMatchObject({ schemaVersion: 1, code: 'over-budget', ...PAGES['over-budget'] });
    expect(JSON.parse((await runToEnd(['explain', '--json'])).out).pages).toHaveLength(
      Object.keys(PAGES).length,
    );
  });

  it('must suggest what was meant', async () => {
    const { exitCode, err } = await runToEnd(['explain', 'over-bugdet']);
    expect(exitCode).toBe(2);
    expect(err).toContain('did you mean over-budget?');
  });
});
