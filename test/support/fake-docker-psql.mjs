// Stands in for psql inside the container: PgBouncer as $FAKE_PSQL describes it. See fake-docker.ts.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';

const pool = JSON.parse(readFileSync(process.env.FAKE_PSQL, 'utf8'));
const { PGUSER: user, PGPASSWORD: password, PGDATABASE: database, PGHOST: host, PGPORT: port } = process.env;
const args = process.argv.slice(2);
const optionOf = (name) => args[args.indexOf(name) + 1];
const commands = args.flatMap((arg, index) => (args[index - 1] === '-c' ? [arg] : []));

const refuse = (message) => {
  process.stderr.write(`psql: error: connection to server at "${host}", port ${port} failed: ${message}\n`);
  process.exit(2);
};
let behaviour = (host === '127.0.0.1' ? pool.logins : pool.server)?.[`${user}@${database}`];
if (behaviour === 'hang') await new Promise((resolve) => setTimeout(resolve, 60_000));
if (Array.isArray(behaviour)) {
  // One a login; the last one stays.
  const asked = `${process.env.FAKE_PSQL}.asked`;
  const nth = existsSync(asked) ? readFileSync(asked).length : 0;
  appendFileSync(asked, '.');
  behaviour = behaviour[Math.min(nth, behaviour.length - 1)] ?? undefined;
}
if (pool.users[user] !== password) refuse(`FATAL:  password authentication failed\nHINT:  two\n\nmore lines`);
if (behaviour !== undefined) refuse(behaviour);
if (database === 'pgbouncer' && !pool.console.includes(user)) refuse('FATAL:  not allowed');
if (host !== '127.0.0.1') {
  if (process.env.PGREQUIREAUTH === '') refuse('authentication method requirement "" failed');
  if (pool.requireAuth !== process.env.PGREQUIREAUTH) refuse(`not ${pool.requireAuth}`);
  process.stdout.write('1|0\n');
  process.exit(0);
}
if (database !== 'pgbouncer' && !pool.databases.includes(database))
  refuse(`FATAL:  no such database: ${database}`);

// As in PgBouncer, a login opens the pool of its user and database.
const opened = `${process.env.FAKE_PSQL}.opened`;
if (database !== 'pgbouncer') appendFileSync(opened, `${JSON.stringify([database, user])}\n`);

/** The pools of the description, and those that were opened since. */
function showPools([header, ...rows]) {
  const lines = existsSync(opened) ? readFileSync(opened, 'utf8').trim().split('\n') : [];
  const isKnown = ([entry, name]) => rows.some((row) => row[0] === entry && row[1] === name);
  const added = lines.map((line) => JSON.parse(line)).filter((pool) => !isKnown(pool));
  return [header, ...rows, ...added.map((pool) => header.map((_, index) => pool[index] ?? '0'))];
}

for (const command of commands) {
  if (command.startsWith('\\echo ')) {
    process.stdout.write(`${command.slice(6)}\n`);
    continue;
  }
  if (command.startsWith('SELECT 1, ')) {
    process.stdout.write(`1|${pool.ages?.[`${user}@${database}`] ?? 0}\n`);
    continue;
  }
  const described = pool.tables[command.replace('SHOW ', '').toLowerCase()];
  const table = command === 'SHOW POOLS' && described ? showPools(described) : described;
  if (table === undefined) {
    process.stderr.write(`ERROR:  invalid command '${command}', use SHOW HELP;\n`);
    process.exitCode = 1;
  } else if (args.includes('-At')) {
    process.stdout.write(
      `${table
        .slice(1)
        .map((row) => row.join('|'))
        .join('\n')}\n`,
    );
  } else {
    const none = args[args.indexOf('-P', args.indexOf('-P') + 1) + 1].replace('null=', '');
    const rows = table.map((row) => row.map((cell) => cell ?? none).join(optionOf('-F')));
    process.stdout.write(`${rows.join(optionOf('-R'))}\n`);
  }
}
