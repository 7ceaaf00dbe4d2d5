import type { Page } from '../problems/page.ts';
import type { Problem } from '../problems/problem.ts';

/**
 * Findings in the format of code scanning, SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0/). The rules
 * are those that found something; a place without a line is the first line, which the viewers want.
 * @param tool its version, and the settings file for findings that have no place
 */
export function createSarif(
  problems: readonly Problem[],
  pageOf: (problem: Problem) => Page | undefined,
  tool: { readonly version: string; readonly file: string },
): object {
  const codes = [...new Set(problems.map(({ code }) => code))];
  const rules = codes.map((id) => {
    const first = problems.find(({ code }) => code === id);
    return createRule(id, first === undefined ? undefined : pageOf(first));
  });
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'ecar-pool', semanticVersion: tool.version, rules } },
        columnKind: 'utf16CodeUnits',
        results: problems.map((problem) => createResult(problem, codes.indexOf(problem.code), tool.file)),
      },
    ],
  };
}

function createRule(id: string, page: Page | undefined): object {
  if (page === undefined) return { id };
  const { title, why, pgbouncer, fix, sources, severity } = page;
  const help = [why, ...(pgbouncer === undefined ? [] : [`PgBouncer: ${pgbouncer}`]), `Fix: ${fix}`];
  return {
    id,
    shortDescription: { text: title },
    fullDescription: { text: why },
    help: { text: help.join('\n') },
    ...(sources[0] === undefined ? {} : { helpUri: sources[0] }),
    defaultConfiguration: { level: severity },
  };
}

function createResult(
  { code, severity, message, hint, details, at }: Problem,
  ruleIndex: number,
  file: string,
) {
  const { line = 1, column = 1, length = 1 } = at ?? {};
  const text = [message, ...(details ?? []), ...(hint === undefined ? [] : [`fix: ${hint}`])].join('\n');
  // A path is a URI once each part of it is encoded; one from the root starts with the scheme.
  const uri = encodeURI((at?.file ?? file).replaceAll('\\', '/')).replace(/[?#]/g, encodeURIComponent);
  return {
    ruleId: code,
    ruleIndex,
    level: severity,
    message: { text },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: uri.startsWith('/') ? `file://${uri}` : uri },
          region: { startLine: line, startColumn: column, endColumn: column + length },
        },
      },
    ],
  };
}
