import { explainNetwork, type HbaRule } from './hba.ts';

const METHODS: readonly HbaRule['method'][] = [
  ...(['scram-sha-256', 'md5', 'password', 'trust', 'reject'] as const),
  ...(['cert', 'peer'] as const),
];

/** Words without quotes that mean more than a name; files (`@names`) are not looked into. */
const SPECIAL = /^[+@]|^same(?:role|group)$|^replication$/;

/**
 * The rules of a file that PgBouncer reads as auth_hba_file (src/hba.c), in their order, without those for its own socket.
 * @returns undefined in place of a line that is not understood here; PgBouncer leaves it out, or knows more of it
 */
export function readHba(text: string): (HbaRule | undefined)[] {
  return text
    .split('\n')
    .map(splitLine)
    .filter((words) => words === undefined || (words.length > 0 && words[0]?.join() !== 'local'))
    .map((words) => words && readRule(words));
}

/** Lists of names by their commas, which blanks may surround. */
function splitLine(line: string): string[][] | undefined {
  const words: string[][] = [];
  const token = /\s*(?:(#.*)|(,)|"((?:[^"]|"")*)"|([^\s,#"]+))/y;
  let isListed = false;
  let end = 0;
  for (let found = token.exec(line); found !== null; found = token.exec(line)) {
    end = token.lastIndex;
    const [, comment, comma, quoted, bare] = found;
    if (comment !== undefined) break;
    if (comma !== undefined) {
      isListed = true;
      continue;
    }
    // In quotes a word is a name, which the model of a rule has no way to say.
    if (quoted === 'all' || quoted === 'sameuser' || (bare !== undefined && SPECIAL.test(bare)))
      return undefined;
    const name = quoted?.replaceAll('""', '"') ?? bare ?? '';
    if (isListed) words.at(-1)?.push(name);
    else words.push([name]);
    isListed = false;
  }
  return line.slice(end).trim() === '' ? words : undefined;
}

function readRule([types, database, user, addresses, methods, ...rest]: readonly string[][]):
  | HbaRule
  | undefined {
  const type = (['host', 'hostssl', 'hostnossl'] as const).find((each) => each === types?.join());
  const method = METHODS.find((each) => each === methods?.join());
  const address = addresses?.join();
  if (type === undefined || method === undefined || !database || !user || !address) return undefined;
  return rest.length > 0 || explainNetwork(address) !== undefined
    ? undefined
    : { type, database, user, address, method };
}
