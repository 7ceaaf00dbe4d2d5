import { run } from './cli/program.ts';

const interrupt = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => interrupt.abort());
}
// A reader that closes the pipe early (`| head`) is no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

const exitCode = run(process.argv.slice(2), {
  cwd: process.cwd(),
  env: process.env,
  // Node opens these when they are first asked for, which takes time.
  get stdin() {
    return process.stdin;
  },
  stdout: process.stdout,
  get stderr() {
    return process.stderr;
  },
  signal: interrupt.signal,
});
void exitCode.then((code) => {
  process.exitCode = code;
});
