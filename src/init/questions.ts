import { ENVIRONMENT_NAME, PROJECT_NAME } from '../settings/schema.ts';
import type { Answers } from './answers.ts';

/** One answer: how it is asked for, given on the command line, checked and stored. */
export interface Question {
  readonly key: keyof Answers;
  readonly flag: string;
  readonly text: string;
  /** The answer as people would type it. */
  show(answers: Answers): string;
  /** The answers with this one in place, or what is wrong with it. */
  take(answer: string, answers: Answers): Answers | string;
}

const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_-]{0,62}$/;
const HOST = /^[A-Za-z0-9._-]+(:\d{1,5})?$/;

/** A question whose answer is text of a certain form. */
function textQuestion(
  key: 'name' | 'database' | 'user' | 'postgresImage' | 'pgbouncerImage',
  flag: string,
  text: string,
  form: RegExp,
  expected: string,
): Question {
  return {
    key,
    flag,
    text,
    show: (answers) => answers[key],
    take: (answer, answers) => (form.test(answer) ? { ...answers, [key]: answer } : `must be ${expected}`),
  };
}

const IMAGE = /^[\w.:/@-]+[:@][\w.:-]+$/;

export const QUESTIONS: readonly Question[] = [
  textQuestion('name', '--name <name>', 'Project name', PROJECT_NAME, 'lowercase letters, digits, - and _'),
  textQuestion(
    'database',
    '--database <name>',
    'Database',
    IDENTIFIER,
    'letters, digits, _ and -, at most 63, not starting with a digit',
  ),
  textQuestion(
    'user',
    '--user <name>',
    'User of the application',
    IDENTIFIER,
    'letters, digits, _ and -, at most 63, not starting with a digit',
  ),
  {
    key: 'postgresHost',
    flag: '--postgres-host <host>',
    text: 'Host of your Postgres, or `here` for one that the stack runs',
    show: ({ postgresHost }) => postgresHost ?? 'here',
    take: (answer, answers) => {
      if (answer === 'here') return { ...answers, postgresHost: undefined };
      // Postgres stores SCRAM verifiers since 14, and pg_hba.conf asks for them: md5 would need both changed.
      return HOST.test(answer)
        ? { ...answers, postgresHost: answer, authType: 'scram-sha-256' }
        : 'must be `here`, or a host name with or without :port';
    },
  },
  textQuestion(
    'postgresImage',
    '--postgres-image <image>',
    'Image of Postgres',
    IMAGE,
    'an image with a tag',
  ),
  textQuestion(
    'pgbouncerImage',
    '--pgbouncer-image <image>',
    'Image of PgBouncer',
    IMAGE,
    'an image with a tag',
  ),
  {
    key: 'authType',
    flag: '--auth-type <type>',
    text: 'Password hashes: md5 or scram-sha-256',
    show: ({ authType }) => authType,
    take: (answer, answers) =>
      answer === 'md5' || answer === 'scram-sha-256'
        ? { ...answers, authType: answer }
        : 'must be md5 or scram-sha-256',
  },
  {
    key: 'poolSize',
    flag: '--pool-size <n>',
    text: 'Server connections per user and database',
    show: ({ poolSize }) => String(poolSize),
    take: (answer, answers) =>
      /^[1-9]\d{0,3}$/.test(answer)
        ? { ...answers, poolSize: Number(answer) }
        : 'must be a whole number from 1 to 9999',
  },
  {
    key: 'environments',
    flag: '--environments <names>',
    text: 'Environments, separated by commas',
    show: ({ environments }) => environments.join(','),
    take: (answer, answers) => {
      const names = answer.split(',').map((name) => name.trim());
      if (!names.every((name) => ENVIRONMENT_NAME.test(name)))
        return 'must be lowercase names, separated by commas';
      return new Set(names).size === names.length
        ? { ...answers, environments: names }
        : 'must name each environment once';
    },
  },
];

/** Images have good defaults: they are options, not questions. */
export function isAsked({ key }: Question): boolean {
  return key !== 'postgresImage' && key !== 'pgbouncerImage';
}
