import type { Path, Tree } from './tree.ts';

/** Whether a value at a path may be a secret that someone wrote where only its place belongs. */
export function holdsSecret(path: Path, value: Tree): boolean {
  if (value.kind !== 'scalar' || value.value === null) return false;
  const [top, second, third] = path.map(String);
  if (path.includes('password') || isStoredSecret(path)) return true;
  if (top === 'users') return third === undefined;
  return top === 'app' && second === 'environment' && third !== undefined;
}

/** Whether a path is that of what userlist.txt holds of a user. */
export function isStoredSecret(path: Path): boolean {
  return path[0] === 'users' && path[2] === 'secret';
}

/** The name of the variable that would suit a password: `DB_PASSWORD` for the application, else by its user. */
export function referenceFor(path: Path): string {
  const [top, name = ''] = path.map(String);
  if (top === 'postgres') return 'POSTGRES_PASSWORD';
  const words = name.toUpperCase().replace(/[^A-Z0-9]+/g, '_');
  return /^[A-Z_]/.test(words) ? `${words}_PASSWORD` : 'DB_PASSWORD';
}
