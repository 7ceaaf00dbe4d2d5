import { UsageError } from '../problems/errors.ts';
import { listSecretUses } from '../settings/secret-uses.ts';
import { isSamePlace } from '../settings/secrets.ts';
import { dotted } from '../settings/tree.ts';
import type { Project } from './load-project.ts';

/**
 * Says why the password of a user cannot be changed by itself, as the settings name it: others would be given the new
 * one who keep the old one, or the pool would keep the old one of this user.
 * @throws UsageError
 */
export function refuseShared({ settings, root }: Pick<Project, 'settings' | 'root'>, name: string): void {
  const own = settings.users[name]?.password;
  // What a program gives is refused for that.
  if (own === undefined || own.command !== undefined) return;
  const at = dotted(['users', name, 'password']);
  const forced = Object.entries(settings.databases).filter(([, { user }]) => user === name);
  const inEntries = forced.map(([database]) => dotted(['databases', database, 'password']));
  const uses = listSecretUses(settings).map((use) => ({
    ...use,
    at: dotted(use.path),
    isSame: isSamePlace(use.reference, own, root),
  }));
  const apart = uses.find((use) => inEntries.includes(use.at) && !use.isSame);
  if (apart !== undefined)
    throw new UsageError(
      `PgBouncer logs in as ${name} with \`${apart.at}\`, which lies in another place than that of the user`,
      `let it name the place that \`${at}\` names, deploy, then rotate`,
    );
  // What else the application is given of it is meant to be the same.
  const others = uses.filter(
    (use) =>
      use.isSame && (use.isPassword || use.isForGrafana) && use.at !== at && !inEntries.includes(use.at),
  );
  if (others.length > 0)
    throw new UsageError(
      `${own.env ?? own.file} is not the password of ${name} alone, but also \`${others.map((use) => use.at).join('`, `')}\``,
      `give ${name} a place of its own, deploy, then rotate`,
    );
}
