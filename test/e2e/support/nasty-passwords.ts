import type { Project } from './project.ts';
import { quoteDotenv } from './quote-dotenv.ts';

/** In every password but one: what a leak is found by. */
const MARK = 'kZ7qWv3Leak';
const RIGHT_TO_LEFT = 'סיסמהארוכה';
export const MARKS: readonly string[] = [MARK, RIGHT_TO_LEFT];

/** All that has a meaning somewhere, a blank first and a backslash last. */
const EVERYTHING = ` '"$HOME\${X}#\\;=%\`id\`${MARK}é😀\\`;

/** Passwords full of what means something to .env, YAML, SQL, userlist.txt, shells, printf or SASLprep. */
const PASSWORDS: Readonly<Record<string, string>> = {
  apostrophes: `'it''s ${MARK}'`,
  quotes: `"${MARK}""x"`,
  dollars: `$$${MARK}$ $HOME \${X} \${X:-y} \${X?z}$1`,
  hashes: `#${MARK} # no comment`,
  backslashes: `\\${MARK}\\n\\\\x\\'\\`,
  blanks: `  ${MARK}  inside\t  `,
  separators: `;=%${MARK};x=y%s%n==&|<>!*?[a]{b}~`,
  commands: `\`id\`$(id)${MARK}`,
  composed: `é${MARK}e\u0301\u00a0ª\u00adﬁ`,
  numerals: `Ⅸ${MARK}Ⅸ`,
  emoji: `😀${MARK}👩‍👩‍👧`,
  rtl: RIGHT_TO_LEFT,
  long: `${MARK}'"\\$ é`.padEnd(898, "x'"),
};

/** A user of the stack, and where its password comes from. */
export interface NastyUser {
  readonly name: string;
  readonly password: string;
  readonly database: string;
}

/**
 * Adds a user for each password to starter settings: a third of them from the environment, from .env.prod and
 * from files. The application's own user gets all at once, from `appFrom`.
 * @returns the users, and the environment that ecar-pool has to be run in
 */
export async function addNastyUsers(
  project: Project,
  appFrom: 'environment' | '.env.prod',
): Promise<{ users: NastyUser[]; env: Record<string, string> }> {
  const env: Record<string, string> = {};
  const dotenv = [await project.read('.env.prod')];
  const database = `${project.name}_db`;
  const settings: Record<string, unknown> = {};
  const users = [{ name: `${project.name}_user`, password: EVERYTHING, database }];
  if (appFrom === 'environment') env['DB_PASSWORD'] = EVERYTHING;
  else dotenv.push(`DB_PASSWORD=${quoteDotenv(EVERYTHING)}\n`);
  dotenv.push(`APP_SECRET=${quoteDotenv(EVERYTHING)}\n`);
  await project.folderFor('secrets');

  for (const [index, [word, password]] of Object.entries(PASSWORDS).entries()) {
    // Names of users may be odd, too.
    const name = word === 'quotes' ? `o'brien "bo"` : `u-${word}`;
    const variable = `PASSWORD_OF_${word.toUpperCase()}`;
    if (index % 3 === 0) env[variable] = password;
    if (index % 3 === 1) dotenv.push(`${variable}=${quoteDotenv(password)}\n`);
    if (index % 3 === 2) await project.write(`secrets/${word}`, `${password}\n`, 0o600);
    settings[name] = { password: index % 3 === 2 ? { file: `secrets/${word}` } : { env: variable } };
    users.push({ name, password, database: word === 'quotes' ? 'garage é' : database });
  }
  await project.write('.env.prod', dotenv.join(''));
  const [odd, plain] = [
    users.filter((user) => user.database !== database),
    users.filter((user) => user.database === database),
  ];
  await project.set({
    postgres: { max_connections: 200 },
    users: settings,
    databases: {
      [database]: { users: plain.map(({ name }) => name), pool_size: 2 },
      'garage é': { dbname: `it's = "odd"; #1`, users: odd.map(({ name }) => name) },
    },
  });
  return { users, env };
}
