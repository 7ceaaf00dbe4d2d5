import { normalize } from 'node:path';
import type { Findings } from '../finding.ts';
import type { Settings } from '../schema.ts';
import { listSecretUses, type SecretUse } from '../secret-uses.ts';

type Sections = Pick<Settings, 'postgres' | 'databases' | 'users' | 'monitoring'>;

const SUPERUSER = 'the superuser of Postgres';

/** So many of those who share one are named. */
const NAMED = 5;

/** A password of several: whoever has it is each of them, and `rotate` changes it for none. */
export function checkSharedSecrets(settings: Sections, found: Findings): void {
  const byPlace = new Map<string, Map<string, SecretUse>>();
  for (const use of listSecretUses(settings)) {
    const whose = whoseOf(use, settings);
    const { env, file } = use.reference;
    // What a program gives may be another one each time.
    if (whose === undefined || (env ?? file) === undefined) continue;
    // It does not matter where relative paths start, since all start there.
    const place = JSON.stringify([env, file && normalize(file)]);
    const users = byPlace.get(place) ?? new Map<string, SecretUse>();
    byPlace.set(place, users);
    if (!users.has(whose)) users.set(whose, use);
  }
  for (const users of byPlace.values()) {
    const [first, second] = users;
    if (first === undefined || second === undefined) continue;
    const [whose, { reference, path }] = second;
    const others = [...users.keys()].filter((each) => each !== whose);
    const rest = others.length - NAMED;
    const named = [...others.slice(0, NAMED), ...(rest > 0 ? [`${rest} more`] : [])].join(', ');
    found[first[0] === SUPERUSER ? 'doubt' : 'note'](
      'shared-secret',
      path,
      `${reference.env ?? reference.file} is the password of ${whose}, and also of ${named}`,
      'give each a password of its own, and deploy',
    );
  }
}

/** Whose password it is: an entry holds that of its `user`, and what the application is given is of one of them. */
function whoseOf({ path: [section, name] }: SecretUse, { databases }: Sections): string | undefined {
  if (section === 'postgres') return SUPERUSER;
  if (section === 'monitoring') return "Grafana's admin";
  const user = section === 'databases' ? databases[String(name)]?.user : name;
  return section === 'app' || user === undefined ? undefined : JSON.stringify(user);
}
