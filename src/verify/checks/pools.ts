import { CONSOLE } from '../logins.ts';
import { ok, skip } from '../row.ts';
import { type Check, consoleTable, whyNoTable } from '../scene.ts';

const ID = 'pools';
const TITLE = 'SHOW POOLS';

/** How the pools stand after verify's own logins, which have left; clients that wait are told, but are no failure. */
export const checkPools: Check = (scene) => {
  const table = consoleTable(scene, 'pools');
  if (table === undefined) return [skip(ID, TITLE, whyNoTable(scene, 'pools'))];
  const pools = table.filter((row) => row['database'] !== CONSOLE);
  const sum = (column: string) => pools.reduce((total, row) => total + Number(row[column] ?? 0), 0);
  const longest = Math.max(0, ...pools.map((row) => Number(row['maxwait'] ?? 0)));
  const waiting = sum('cl_waiting');
  const wait = waiting === 0 ? 'none waiting' : `${waiting} waiting, the longest ${longest} s`;
  return [ok(ID, TITLE, `${count(pools.length, 'pool')}, ${count(sum('cl_active'), 'client')}, ${wait}`)];
};

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
