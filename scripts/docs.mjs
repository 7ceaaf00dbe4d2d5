// npm run docs: runs the README's tour for real and puts its output there, and the reference with it; and writes
// docs/checks.md. With --check it writes nothing and fails when one says something else than the program.
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';

const MAIN = resolve('dist/main.cjs');
const folder = mkdtempSync(join(tmpdir(), 'ecar-pool-docs-'));
const environment = {
  HOME: folder,
  PATH: `${join(folder, 'bin')}:${process.env.PATH}`,
  NO_COLOR: '1',
  LANG: 'C.UTF-8',
};

/** What a command of the tour prints, stdout and stderr together, as a terminal shows it. */
function runInTour(command, cwd) {
  const { stdout } = spawnSync('sh', ['-c', `{ ${command}; } 2>&1`], {
    cwd,
    env: environment,
    encoding: 'utf8',
  });
  return stdout;
}

/** Fills each console block of the tour with what its commands print. */
function fillTour(text) {
  const cwd = join(folder, 'garage');
  mkdirSync(cwd);
  return text.replace(/```console\n([\s\S]*?)```/g, (_, block) => {
    const commands = block.split('\n').filter((line) => line.startsWith('$ '));
    const runs = commands.map((line) => `${line}\n${runInTour(line.slice(2), cwd)}`);
    return `\`\`\`console\n${runs.join('').trimEnd()}\n\`\`\``;
  });
}

const help = (...args) =>
  execFileSync(process.execPath, [MAIN, ...args, '--help'], { env: environment, encoding: 'utf8' });

function writeCommands() {
  const main = help();
  const names = [...main.slice(main.indexOf('Commands:')).matchAll(/^ {2}([a-z-]+) /gm)].map(
    (match) => match[1],
  );
  const withoutGlobals = (text) => text.replace(/Global Options:\n[\s\S]*?\n\n/, '').trimEnd();
  // That of `help` is the one above.
  const own = names.filter((name) => name !== 'help');
  const blocks = own.map((name) => `### ${name}\n\n\`\`\`\n${withoutGlobals(help(name))}\n\`\`\`\n`);
  return `\n\`\`\`\n${main.trimEnd()}\n\`\`\`\n\n${blocks.join('\n')}\n`;
}

/** One table a block of the settings; the order is the model's. */
function writeSettings() {
  const schema = JSON.parse(
    execFileSync(process.execPath, [MAIN, 'schema'], { encoding: 'utf8', maxBuffer: 1 << 24 }),
  );
  const rows = [];
  const walk = (path, node) => {
    const inner = node.additionalProperties;
    if (path === 'environments.<name>') return;
    if (path !== '' && node.description) rows.push([`\`${path}\``, describeValue(node), node.description]);
    for (const [name, child] of Object.entries(node.properties ?? {}))
      walk(path === '' ? name : `${path}.${name}`, child);
    if (inner && typeof inner === 'object' && (inner.properties || inner.description))
      walk(`${path}.<name>`, inner);
  };
  walk('', schema);
  const table = rows
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n');
  return `\n| key | value | meaning |\n| --- | --- | --- |\n${table}\n\n`;
}

function describeValue({ type, enum: values, default: fallback, minimum, maximum, pattern, anyOf }) {
  // A number that may have a unit; what it counts without one is in its description.
  if (pattern?.includes('|min|')) return 'a time such as `5min`';
  if (pattern?.includes('|kB|')) return 'a size such as `64kB`';
  const names = { object: 'map', string: 'text', integer: 'whole number', array: 'list' };
  const oneOf = (alternatives) => [...new Set(alternatives.map((each) => describeValue(each)))].join(' or ');
  const kind = values
    ? values.map((value) => `\`${value}\``).join(', ')
    : type === undefined
      ? oneOf(anyOf ?? [])
      : (names[type] ?? type);
  const isBounded = minimum !== undefined && maximum !== undefined && maximum < 1e6 && type !== 'object';
  const bounds = isBounded ? ` ${minimum} to ${maximum}` : '';
  const isShown = fallback !== undefined && typeof fallback !== 'object';
  return `${kind}${bounds}${isShown ? `, default \`${fallback}\`` : ''}`;
}

/** docs/checks.md: a section for each code, and the table of CVEs. */
function writeChecks() {
  const { pages, cves, cvesAsOf } = JSON.parse(
    execFileSync(process.execPath, [MAIN, 'explain', '--json'], { encoding: 'utf8', maxBuffer: 1 << 24 }),
  );
  const sections = pages.map(({ code, title, severity, ignorable, why, pgbouncer, fix, sources }) =>
    [
      `## ${code}`,
      `${title[0].toUpperCase()}${title.slice(1)}. *${severity}${ignorable ? ', may be ignored' : ''}*`,
      why,
      ...(pgbouncer === undefined ? [] : [`**PgBouncer:** ${pgbouncer}`]),
      `**Fix:** ${fix}`,
      ...(sources.length === 0 ? [] : [`Sources: ${sources.map((source) => `<${source}>`).join(', ')}`]),
    ].join('\n\n'),
  );
  const rows = cves.map(
    ({ code, published, since, fixedIn, title }) =>
      `| [${code.toUpperCase()}](#${code}) | ${published} | ${since} | ${fixedIn} | ${title} |`,
  );
  return `# What \`ecar-pool check\` finds

Generated by \`npm run docs\` from the pages that \`ecar-pool explain CODE\` prints. A comment in the settings file overrules
a finding on its line or the next one, where its section says so, and must give a reason:

\`\`\`yaml
# ecar-pool: ignore CODE reason
\`\`\`

## Holes of PgBouncer

Held against PgBouncer's changelog on ${cvesAsOf}. A hole is a finding only where the settings leave it open.

| CVE | published | since | mended in | |
| --- | --- | --- | --- | --- |
${rows.join('\n')}

${sections.join('\n\n')}
`;
}

/** Replaces what stands between `<!-- name… -->` and `<!-- /name -->`. */
function replaceSection(text, name, write) {
  const section = new RegExp(`(<!-- ${name}:[^>]*-->\\n)([\\s\\S]*?)(<!-- /${name} -->)`);
  if (!section.test(text)) throw new Error(`README.md has no section ${name}`);
  return text.replace(section, (_, start, body, end) => start + write(body) + end);
}

/** Writes what should be in a file, or under --check fails where it is not. */
function settle(name, before, after) {
  if (!process.argv.includes('--check')) return writeFileSync(name, after);
  if (before === after) return;
  const path = join(folder, basename(name));
  writeFileSync(path, after);
  spawnSync('git', ['--no-pager', 'diff', '--no-index', '--', name, path], { stdio: 'inherit' });
  console.error(`${name} says something else than the program: run \`npm run docs\`.`);
  process.exitCode = 1;
}

mkdirSync(join(folder, 'bin'));
writeFileSync(join(folder, 'bin', 'ecar-pool'), `#!/bin/sh\nexec '${process.execPath}' '${MAIN}' "$@"\n`);
chmodSync(join(folder, 'bin', 'ecar-pool'), 0o755);
try {
  const before = readFileSync('README.md', 'utf8');
  let after = replaceSection(before, 'tour', fillTour);
  after = replaceSection(after, 'settings', writeSettings);
  after = replaceSection(after, 'commands', writeCommands);
  settle('README.md', before, after);
  const checks = 'docs/checks.md';
  settle(checks, existsSync(checks) ? readFileSync(checks, 'utf8') : '', writeChecks());
} finally {
  rmSync(folder, { recursive: true, force: true });
}
