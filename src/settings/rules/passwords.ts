import type { Findings } from '../finding.ts';
import type { Settings } from '../schema.ts';
import type { Secrets } from '../secrets.ts';
import { dotted, type Path } from '../tree.ts';

/** What guides and images write where a password belongs, and what people put first. */
const COMMON =
  /^(?:(?:your|my|some|a|the)[_-]?)?(?:very[_-]?)?(?:(?:secure|strong|secret|super|db|database|postgres|pgbouncer|ecar|admin|app|user)[_-]?)*(?:password|passwd|pass|passwort|secret|here|hunter2|change[_-]?me|changeit|letmein|welcome|postgres|postgresql|pgbouncer|admin|root|guest|test|demo|example|qwerty|qwertz|iloveyou|abc)[_-]?(?:here)?[!.]?\d{0,4}[!.]?$/i;

/** What is meant to be replaced, and was not. */
const PLACEHOLDER = /hash_of|password_of|^<.*>$|^\$\{|^\[.*\]$|^x{3,}$|^\.{3}$|^todo/i;

/** Shorter ones are tried out within hours, from a stolen md5 hash within minutes. */
const MIN_LENGTH = 8;

/** Passwords that are the first to be tried; what they are is told to nobody. */
export function checkPasswords(settings: Partial<Settings>, secrets: Secrets, found: Findings): void {
  const { users = {}, postgres, monitoring } = settings;
  const check = (path: Path, user: string) => {
    const secret = secrets.get(dotted(path));
    const weakness = secret && explainWeakness(secret.reveal(), user);
    if (weakness === undefined) return;
    const message = `${secret?.origin} ${weakness}`;
    found.doubt('weak-password', path, message, 'draw one: openssl rand -base64 24');
  };
  for (const name of Object.keys(users)) check(['users', name, 'password'], name);
  if (postgres?.password !== undefined) check(['postgres', 'password'], postgres.user);
  if (monitoring?.grafana?.password !== undefined) check(['monitoring', 'grafana', 'password'], 'admin');
}

/** Why a password is none, to follow where it was found. */
export function explainWeakness(password: string, user: string): string | undefined {
  const plain = password.toLowerCase();
  if (plain === user.toLowerCase()) return 'is the name of its user';
  if (PLACEHOLDER.test(password)) return 'is a placeholder';
  if (COMMON.test(password)) return 'is a password that guides and images come with';
  if (/^(.)\1*$/u.test(password)) return 'is one character over and over';
  if ('01234567890abcdefghijklmnopqrstuvwxyz'.includes(plain)) return 'is a row of the alphabet or of digits';
  return [...password].length < MIN_LENGTH ? `has fewer than ${MIN_LENGTH} characters` : undefined;
}
