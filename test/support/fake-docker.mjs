// Stands in for `docker`: answers as the rules in $FAKE_DOCKER say and writes down what it was asked.
// The first rule whose `match` is part of the argv counts. See fake-docker.ts.
import { spawn } from 'node:child_process';
import { appendFileSync, readFileSync } from 'node:fs';

const { rules, log, bin } = JSON.parse(readFileSync(process.env.FAKE_DOCKER, 'utf8'));
const argv = process.argv.slice(2);
const line = argv.join(' ');
const note = (pid) =>
  appendFileSync(log, `${JSON.stringify({ argv, env: process.env, pid, cwd: process.cwd() })}\n`);

const rule = rules.find(({ match }) => line.includes(match));
note(process.pid);
if (rule === undefined) {
  process.stderr.write(`fake docker: no rule for ${line}\n`);
  process.exitCode = 99;
} else if (rule.hang) {
  // As docker does: the work is done by a child, which outlives a parent that is killed alone.
  if (rule.stubborn) process.on('SIGTERM', () => {});
  const script = `${rule.stubborn ? "process.on('SIGTERM',()=>{});" : ''}setInterval(()=>{},1000)`;
  const child = spawn(process.execPath, ['-e', script], { stdio: 'inherit' });
  note(child.pid);
  process.stdout.write(rule.stdout ?? '');
  setInterval(() => {}, 1000);
} else if (rule.exec) {
  // What `exec --interactive <container>` is to run there is run here, with the psql that lies in `bin`.
  const inner = argv.slice(argv.indexOf('--interactive') + 2);
  const [program, ...args] = rule.shell ? [rule.shell, ...inner.slice(3)] : inner;
  const env = { ...process.env, PATH: `${bin}:/usr/local/bin:/usr/bin:/bin` };
  const child = spawn(program, args, { stdio: ['pipe', 'inherit', 'inherit'], env });
  // What the container has mounted is looked at where it lies.
  const mounted = `${process.cwd()}/stack/prod/pgbouncer`;
  child.stdin.end(readFileSync(0, 'utf8').replace('\n/etc/pgbouncer\n', `\n${mounted}\n`));
  child.on('exit', (code) => {
    process.exitCode = code ?? 137;
  });
} else {
  const earlier = readFileSync(log, 'utf8').trim().split('\n');
  const nth = earlier.filter((call) => JSON.parse(call).argv.join(' ').includes(rule.match)).length;
  process.stdout.write(rule.sequence?.[Math.min(nth, rule.sequence.length) - 1] ?? rule.stdout ?? '');
  process.stderr.write(rule.stderr ?? '');
  process.exitCode = rule.code ?? 0;
}
