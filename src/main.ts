import { run } from './cli/program.ts';

/** How long a run may take to end after a signal: ending docker's commands takes up to 2 s. */
const GRACE_MS = 3000;

const interrupt = new AbortController();
let lastWords: string | undefined;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (interrupt.signal.aborted) leave();
    interrupt.abort();
    if (lastWords === undefined) leaveSoon();
  });
}

function leaveSoon(): void {
  // Not a reason to stay: most runs end at once.
  setTimeout(leave, GRACE_MS).unref();
}

/** Ends a run that does not end by itself. */
function leave(): never {
  if (lastWords !== undefined) endure(process.stderr, 'stderr').write(`${lastWords}\n`);
  // process.exit waits for every thread, and one may hang in the kernel, as on a file system that is gone. A
  // signal ends them all, and counts as 130 too. It comes last: others end their child processes here.
  process.once('exit', () => {
    process.removeAllListeners('SIGINT');
    process.kill(process.pid, 'SIGINT');
  });
  process.exit(130);
}

let hasLostOutput = false;

/**
 * A reader that closes the pipe early (`| head`) is no failure of ours, and no success either: the run goes on
 * in silence, and its exit code says how it ended. Where the output is lost for another reason, as on a disk that is
 * full, the run goes on, too: half a deploy would be worse.
 */
function endure<Stream extends NodeJS.WriteStream>(stream: Stream, name: 'stdout' | 'stderr'): Stream {
  if (stream.listenerCount('error') > 0) return stream;
  return stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return;
    hasLostOutput = true;
    const why = error.code === 'ENOSPC' ? 'the disk is full' : `the system says ${error.code}`;
    if (name !== 'stderr') endure(process.stderr, 'stderr').write(`error: cannot write to ${name}: ${why}\n`);
  });
}

const exitCode = run(process.argv.slice(2), {
  cwd: process.cwd(),
  env: process.env,
  // Node opens these when they are first asked for, which takes time.
  get stdin() {
    return process.stdin;
  },
  stdout: endure(process.stdout, 'stdout'),
  get stderr() {
    return endure(process.stderr, 'stderr');
  },
  signal: interrupt.signal,
  stay(words) {
    lastWords = words;
    return () => {
      lastWords = undefined;
      if (interrupt.signal.aborted) leaveSoon();
    };
  },
});
void exitCode.then((code) => {
  process.exitCode = code;
});
// The last output may be lost after the run has ended.
process.on('exit', (code) => {
  if (hasLostOutput && code === 0) process.exitCode = 3;
});
