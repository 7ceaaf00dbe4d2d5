// Builds the one file that ships. Start-up is what a user of a command line feels, and most of it is V8
// reading JavaScript: a string costs it next to nothing until someone compiles it. So the program is split at
// its dynamic imports, each part is held as a string, and a part is compiled when it is first needed. The file
// is CommonJS, for which Node need not start its loader of ES modules.
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { build, transform } from 'esbuild';

const { version } = JSON.parse(await readFile('package.json', 'utf8'));

/** Keeps what the libraries load at start-up and this program never uses out of the way. */
const leanLibraries = {
  name: 'lean-libraries',
  setup({ onResolve, onLoad }) {
    const instead = (filter, importer, contents) => {
      onResolve({ filter }, (asked) =>
        importer.test(asked.importer) ? { path: asked.path, namespace: 'lean' } : undefined,
      );
      onLoad({ filter, namespace: 'lean' }, () => ({ contents, loader: 'js' }));
    };
    // Commander looks for no other program to run here: each command is its own.
    instead(/^node:(?:child_process|fs)$/, /node_modules.commander/, 'module.exports = {};');
    // Node opens stdin and both outputs for whoever asks for this as a module.
    instead(/^node:process$/, /node_modules/, 'module.exports = process;');
    // Chalk is always told its level, so it need not look at the terminals.
    instead(/^#supports-color$/, /node_modules.chalk/, 'export default { stdout: false, stderr: false };');
  },
};

const split = await build({
  entryPoints: ['src/main.ts'],
  outdir: 'dist',
  write: false,
  metafile: true,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  minify: true,
  legalComments: 'none',
  // Of the two builds of yaml this is the one of ES modules, from which only what is used is taken.
  alias: { yaml: './node_modules/yaml/browser/dist/index.js' },
  define: { __VERSION__: JSON.stringify(version), __BUILD__: '__build', 'import.meta.url': '__filename' },
  plugins: [leanLibraries],
  logLevel: 'warning',
});

const parts = await Promise.all(
  split.outputFiles.map(async ({ path, text }) => {
    const { code } = await transform(text, {
      format: 'cjs',
      platform: 'node',
      target: 'node20.19',
      minify: true,
      supported: { 'dynamic-import': false },
    });
    return [`./${basename(path)}`, code];
  }),
);

const text = JSON.stringify(Object.fromEntries(parts), null, 1);
await rm('dist', { recursive: true, force: true });
await mkdir('dist');
await writeFile('dist/THIRD-PARTY-LICENSES', await collectLicenses(Object.keys(split.metafile.inputs)));
await writeFile(
  'dist/main.cjs',
  `#!/usr/bin/env node
'use strict';
const parts = ${text};
const build = '${createHash('sha256').update(text).digest('hex')}';
const loaded = new Map();
function load(name) {
  const part = parts[name];
  if (part === undefined) return require(name);
  const module = loaded.get(name) ?? { exports: {} };
  if (loaded.has(name)) return module.exports;
  loaded.set(name, module);
  // The name is for stack traces.
  const source = part + '//# sourceURL=ecar-pool/' + name.slice(2);
  const run = new Function('require', 'module', 'exports', '__filename', '__build', source);
  run(load, module, module.exports, __filename, build);
  return module.exports;
}
load('./main.js');
`,
);

/** The terms of every package that the file holds code of: they ask to be passed on with it. */
async function collectLicenses(inputs) {
  const folders = inputs.flatMap((path) => path.match(/^.*?node_modules\/(?:@[^/]+\/)?[^/]+/) ?? []);
  const texts = [...new Set(folders)].sort().map(async (folder) => {
    const { name, version, license } = JSON.parse(await readFile(`${folder}/package.json`, 'utf8'));
    const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
    return `${name} ${version} (${license})\n\n${await readFile(`${folder}/${file}`, 'utf8')}`;
  });
  return (await Promise.all(texts)).join(`\n${'-'.repeat(80)}\n\n`);
}
