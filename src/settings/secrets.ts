import { isAbsolute, join, relative } from 'node:path';
import { explainPassword } from '../credentials/password-rules.ts';
import { explainDotenvValue } from '../formats/dotenv.ts';
import { Secret } from '../stack/secret.ts';
import type { Findings } from './finding.ts';
import { readText } from './read-text.ts';
import type { SecretReference } from './schema.ts';
import type { Path } from './tree.ts';
import type { Variables } from './variables.ts';

/** What a secret is for, which decides what it may hold. */
export interface SecretUse {
  /** It is a password that PgBouncer and Postgres store, plain or hashed. */
  readonly password: boolean;
  /** It goes into the rendered .env. */
  readonly dotenv: boolean;
}

/** Looks secrets up for one environment; what is missing or unfit becomes a problem that names it. */
export class SecretReader {
  readonly #variables: Variables;
  readonly #found: Findings;
  readonly #root: string;
  readonly #cwd: string;

  constructor(variables: Variables, found: Findings, folders: { root: string; cwd: string }) {
    this.#variables = variables;
    this.#found = found;
    this.#root = folders.root;
    this.#cwd = folders.cwd;
  }

  /** The secret that a reference at `path` leads to, or undefined once its problem is noted. */
  async read(reference: SecretReference, path: Path, use: SecretUse): Promise<Secret | undefined> {
    const secret =
      reference.env === undefined
        ? await this.#readFile(reference.file ?? '', path)
        : this.#readVariable(reference.env, path);
    if (secret === undefined) return undefined;
    const reason = explainUnfit(secret.reveal(), use);
    if (reason === undefined) return secret;
    this.#found.value('unfit-secret', path, `${secret.origin} ${reason}`, 'choose another value');
    return undefined;
  }

  #readVariable(name: string, path: Path): Secret | undefined {
    const variable = this.#variables.find(name);
    if (variable !== undefined && 'code' in variable) {
      this.#found.problems.push(variable);
    } else if (variable === undefined || variable.value === '') {
      const files = this.#variables.files.join(' or ');
      const state = variable === undefined ? 'is not set' : `is empty (${variable.origin})`;
      this.#found.value(
        'missing-secret',
        [...path, 'env'],
        `the secret ${name} ${state}`,
        `set it in the environment, or as a line ${name}='…' in ${files}`,
      );
    } else {
      return new Secret(variable.value, variable.origin);
    }
    return undefined;
  }

  async #readFile(file: string, path: Path): Promise<Secret | undefined> {
    const absolute = isAbsolute(file) ? file : join(this.#root, file);
    const name = relative(this.#cwd, absolute);
    const read = await readText(absolute, name);
    if ('problem' in read) {
      this.#found.value(
        'missing-secret',
        [...path, 'file'],
        `the secret file ${name} cannot be used: ${read.problem.message}`,
        'write the secret into it, or correct the path',
      );
      return undefined;
    }
    const value = read.text.replace(/\r?\n$/, '');
    if (value !== '') return new Secret(value, `the file ${name}`);
    this.#found.value(
      'missing-secret',
      [...path, 'file'],
      `the secret file ${name} is empty`,
      'write the secret into it',
    );
    return undefined;
  }
}

/** Why a value cannot be used, to follow its name; never the value itself. */
function explainUnfit(value: string, use: SecretUse): string | undefined {
  const unfit = use.password ? explainPassword(value) : undefined;
  if (unfit !== undefined) return unfit;
  if (use.password && Buffer.byteLength(value) > 990)
    return 'is longer than 990 bytes, more than every PgBouncer can hold';
  const reason = use.dotenv ? explainDotenvValue(value) : undefined;
  return reason === undefined ? undefined : `cannot be written to .env: ${reason}`;
}
