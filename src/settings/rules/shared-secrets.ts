import type { Findings } from '../finding.ts';
import type { Settings } from '../schema.ts';
import { listSecretUses, type SecretUse } from '../secret-uses.ts';
import { isSamePlace } from '../secrets.ts';
import { dotted } from '../tree.ts';

type Sections = Pick<Settings, 'postgres' | 'databases' | 'users' | 'monitoring'>;

const SUPERUSER = 'the superuser of Postgres';

/** A password of several: whoever has it is each of them, and `rotate` changes it for none. */
export function checkSharedSecrets(settings: Sections, found: Findings): void {
  const uses = listSecretUses(settings).flatMap((use) => {
    const whose = whoseOf(use, settings);
    return whose === undefined ? [] : [{ ...use, whose }];
  });
  for (const [index, { reference, path, whose }] of uses.entries()) {
    const earlier = uses
      .slice(0, index)
      // It does not matter where relative paths start, since all start there.
      .find((use) => use.whose !== whose && isSamePlace(use.reference, reference, '.'));
    if (earlier === undefined) continue;
    found[earlier.whose === SUPERUSER ? 'doubt' : 'note'](
      'shared-secret',
      path,
      `${reference.env ?? reference.file} is the password of ${whose}, and of ${earlier.whose} as well (\`${dotted(earlier.path)}\`)`,
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
