import { Worker } from 'node:worker_threads';
import { SCRAM_KEY_BYTES } from './scram.ts';

/** Passwords, prepared for SCRAM, and the salt of each, to be put through PBKDF2 together. */
interface KeyJob {
  readonly passwords: readonly string[];
  readonly salts: readonly Uint8Array[];
  readonly iterations: number;
}

/** Threads that derive keys. */
export interface KeyWorkers {
  /** Resolves to one key of 32 bytes for each password, in their order; jobs wait for their turn. */
  derive(job: KeyJob): Promise<Uint8Array[]>;
  /** Ends the threads at once; jobs that are not done stay pending. */
  close(): Promise<void>;
}

// As text, because the shipped program is one bundled file in which no second module could be found.
const WORKER_SOURCE = `
const { pbkdf2Sync } = require('node:crypto');
const { parentPort } = require('node:worker_threads');
parentPort.on('message', ({ passwords, salts, iterations }) => {
  parentPort.postMessage(
    passwords.map((password, i) => pbkdf2Sync(password, salts[i], iterations, ${SCRAM_KEY_BYTES}, 'sha256')),
  );
});`;

/**
 * Starts `count` threads, one for each core that shall work. libuv's own pool does not do beyond 4 cores: by
 * the time that a program of ES modules runs, Node 20 has started it with 4 threads to load that program, and
 * UV_THREADPOOL_SIZE is read only at that start.
 */
export function openKeyWorkers(count: number): KeyWorkers {
  const workers = Array.from({ length: count }, startWorker);
  let turn = 0;
  return {
    derive: (job) => {
      const worker = workers[turn++ % count];
      if (!worker) throw new RangeError('key workers need at least one thread');
      return worker.derive(job);
    },
    close: async () => {
      await Promise.all(workers.map((worker) => worker.close()));
    },
  };
}

function startWorker(): KeyWorkers {
  const worker = new Worker(WORKER_SOURCE, { eval: true });
  const waiting: { resolve: (keys: Uint8Array[]) => void; reject: (error: unknown) => void }[] = [];
  // A thread answers in the order in which it was asked.
  worker.on('message', (keys: Uint8Array[]) => waiting.shift()?.resolve(keys));
  worker.on('error', (error) => {
    for (const { reject } of waiting.splice(0)) reject(error);
  });
  return {
    derive: (job) =>
      new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
        worker.postMessage(job);
      }),
    close: async () => {
      await worker.terminate();
    },
  };
}
