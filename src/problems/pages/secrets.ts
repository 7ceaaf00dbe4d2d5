import { note, type Page, refusal, warning } from '../page.ts';

/** Where passwords lie and what they are. */
export const SECRET_PAGES = {
  'secret-reference': {
    ...refusal,
    title: 'a secret that lies in no place, or in several',
    why: 'Which of them counts would be a guess.',
    fix: 'Write `{ env: NAME }`, `{ file: PATH }` or `{ command: [PROGRAM, …] }`.',
    sources: [],
  },
  'missing-secret': {
    ...refusal,
    title: 'a secret that is not set',
    why: 'Nobody could log in.',
    fix: 'Set it where the message says.',
    sources: [],
  },
  'unfit-secret': {
    ...refusal,
    title: 'a secret that cannot be used',
    why: 'It is a hash where a password is due, too long, or holds what the file it goes into cannot.',
    pgbouncer: 'A plain password that looks like an md5 hash or a SCRAM verifier is taken for one.',
    fix: 'Give the password itself, or choose another one.',
    sources: ['https://www.pgbouncer.org/config.html#authentication-file-format'],
  },
  'inline-password': {
    ...refusal,
    title: 'a password in the settings file',
    why: 'The file is committed, and what was committed once stays in the history.',
    fix: 'Name where it lies: `{ env: NAME }`. Choose a new password if this one was ever committed.',
    sources: [],
  },
  'inline-secret': {
    ...warning,
    title: 'a value that looks like a secret in the settings file',
    why: 'The file is committed, and what was committed once stays in the history.',
    fix: 'Write `NAME: { env: NAME }`, and the value into .env.<environment>.',
    sources: [],
  },
  'open-secrets': {
    ...warning,
    title: 'a file of secrets that other users of the machine may read',
    why: 'Anyone with an account on this host has the passwords.',
    fix: 'Run the `chmod` that the message shows.',
    sources: [],
  },
  'weak-password': {
    ...warning,
    title: 'a password that is the first to be tried',
    why: 'Default passwords of guides and images, the name of the user, and short words are what scanners try first. md5 and SCRAM slow nobody down who guesses right.',
    pgbouncer: 'It knows no limit to failed logins.',
    fix: 'Draw one: `openssl rand -base64 24`. Then render again, and run the commands that it names.',
    sources: ['https://pages.nist.gov/800-63-4/sp800-63b.html'],
  },
  'shared-secret': {
    ...note,
    title: 'one password for several',
    why: "Whoever learns it is each of them: who reads the application's environment is the superuser of Postgres, in the worst case, for which this is a warning. `rotate` cannot change it for one of them alone, and refuses.",
    fix: 'Give each a place of its own, such as a variable, and deploy.',
    sources: [],
  },
} as const satisfies Record<string, Page>;
