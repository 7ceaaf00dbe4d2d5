import { readFile, writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { run } from './run.ts';

// As root, which tests often are, Chromium has no sandbox; it opens files of the tests only.
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--hide-scrollbars',
  '--virtual-time-budget=8000',
];

/** A page on the disk as a browser has it once its scripts have run. */
export async function openPage(path: string): Promise<string> {
  return (await chromium('--dump-dom', pathToFileURL(path).href)).stdout;
}

/** A picture of a page from its top, by the rules of a style sheet of the test's. */
export async function takeScreenshot(
  path: string,
  style: string,
  picture: string,
  size = '1280,1180',
): Promise<void> {
  const styled = `${path}.styled.html`;
  await writeFile(styled, `${await readFile(path, 'utf8')}<style>${style}</style>`);
  await chromium(`--window-size=${size}`, `--screenshot=${picture}`, pathToFileURL(styled).href);
}

function chromium(...args: readonly string[]) {
  return run('chromium', [...FLAGS, ...args], { cwd: process.cwd(), timeoutMs: 60_000 }).catch((error) => {
    if (error.code !== 'ENOENT') throw error;
    throw new Error('This test needs Chromium: run test/testbed/up.sh.');
  });
}
