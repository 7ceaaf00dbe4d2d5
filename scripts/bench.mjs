// npm run bench [-- WORD…]: how fast the command line feels, each figure against a reference that runs beside
// it. Words choose the rows whose names hold one of them. Exits 1 where a figure is out of its bound.
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashing } from './bench/hash-user.mjs';
import { scale } from './bench/scale.mjs';
import { help, render } from './bench/start-up.mjs';
import { verify } from './bench/verify.mjs';

const words = process.argv.slice(2);
const rows = [help, render, scale, ...hashing, verify].filter(
  ({ name }) => words.length === 0 || words.some((word) => name.includes(word)),
);
if (rows.length === 0) {
  console.error(`no row has ${words.join(' or ')} in its name`);
  process.exit(2);
}

const line = (...cells) =>
  cells
    .map((cell, i) => cell.padEnd([38, 12, 13, 4, 0][i]))
    .join('')
    .trimEnd();
const folder = mkdtempSync(join(tmpdir(), 'ecar-pool-bench-'));
let isInside = true;
try {
  console.log(`Node ${process.version}, ${availableParallelism()} cores\n`);
  console.log(line('', 'measured', 'bound', 'ok', ''));
  for (const { name, bound, measure } of rows) {
    const result = await measure(folder);
    const ok = result.isInside === undefined ? '-' : result.isInside ? 'yes' : 'NO';
    isInside &&= result.isInside !== false;
    console.log(line(name, result.measured ?? '-', bound, ok, result.detail));
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = isInside ? 0 : 1;
