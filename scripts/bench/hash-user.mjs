// Users a second of `hash-user --bulk`, beyond start-up: the difference of a large and a small file. SCRAM is
// held against PBKDF2 itself in the same runtime, which is all that it can be made of.
import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { MAIN, median, pairs, time } from './measure.mjs';

const ITERATIONS = 4096;
const node = process.execPath;

/** What comes before the program so that it has one core; Linux has it. */
const ONE_CORE = ['taskset', '-c', '0'];
const canPin = spawnSync('taskset', ['-c', '0', 'true']).status === 0;

function usersFile(folder, count) {
  const path = `${folder}/${count}.csv`;
  const lines = Array.from({ length: count }, (_, i) => `user_${i},password-${i}\n`);
  if (!existsSync(path)) writeFileSync(path, `user,password\n${lines.join('')}`);
  return path;
}

/** Users a second. */
function rate(folder, prefix, method, [small, large]) {
  const [before, after] = [small, large].map((count) =>
    time([...prefix, node, MAIN, 'hash-user', '--bulk', usersFile(folder, count), '--method', method]),
  );
  return ((large - small) / (after - before)) * 1000;
}

/** Keys a second of PBKDF2, on as many threads as there are cores. */
function rawRate(prefix, keys) {
  const source = `
const { Worker, isMainThread, parentPort, workerData } = require('node:worker_threads');
const { pbkdf2Sync } = require('node:crypto');
const derive = (count) => { for (let i = 0; i < count; i++) pbkdf2Sync('password-' + i, Buffer.alloc(16, i), ${ITERATIONS}, 32, 'sha256'); };
const cores = require('node:os').availableParallelism();
const worker = 'const{pbkdf2Sync}=require("node:crypto");const{parentPort}=require("node:worker_threads");const derive='
  + derive + ';parentPort.on("message",(count)=>{derive(count);parentPort.postMessage(0)});';
const workers = Array.from({ length: cores }, () => new Worker(worker, { eval: true }));
const round = (count) => Promise.all(workers.map((w) => new Promise((done) => { w.once('message', done); w.postMessage(count); })));
round(8).then(async () => {
  const start = performance.now();
  await round(Math.ceil(${keys} / cores));
  console.log(((${keys} / (performance.now() - start)) * 1000));
  process.exit();
});`;
  const [program, ...args] = [...prefix, node, '-e', source];
  return Number(spawnSync(program, args, { encoding: 'utf8' }).stdout);
}

function leaveOut(prefix) {
  return prefix.length > 0 && !canPin ? 'left out: there is no taskset here to give it one core' : undefined;
}

const thousands = (value) => Math.round(value).toLocaleString('en');

function md5Row(words, prefix) {
  return {
    name: `hash-user --bulk md5, ${words}`,
    bound: '-',
    measure: (folder) => {
      const reason = leaveOut(prefix);
      if (reason) return { detail: reason };
      const rates = Array.from({ length: 5 }, () => rate(folder, prefix, 'md5', [50_000, 350_000]));
      return { measured: `${thousands(median(rates))}/s`, isInside: true, detail: 'users in a second' };
    },
  };
}

function scramRow(words, prefix, keys) {
  return {
    name: `hash-user --bulk SCRAM, ${words}`,
    bound: 'at least 0.9',
    measure: (folder) => {
      const reason = leaveOut(prefix);
      if (reason) return { detail: reason };
      const method = 'scram-sha-256';
      const measured = pairs(
        7,
        () => rate(folder, prefix, method, [100, 100 + keys]),
        () => rawRate(prefix, keys),
      );
      const detail = `${thousands(measured.subject)}/s against ${thousands(measured.reference)}/s of PBKDF2, ${ITERATIONS} rounds`;
      return { measured: measured.ratio.toFixed(2), isInside: measured.ratio >= 0.9, detail };
    },
  };
}

const cores = availableParallelism();

export const hashing = [
  md5Row('one core', ONE_CORE),
  md5Row('all cores', []),
  scramRow('one core', ONE_CORE, 1500),
  scramRow(`all ${cores} cores`, [], 1500 * cores),
];
