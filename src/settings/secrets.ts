import { isAbsolute, join, relative, resolve } from 'node:path';
import { explainPassword } from '../credentials/password-rules.ts';
import { looksLikeStoredSecret } from '../credentials/stored-secret.ts';
import { explainDotenvValue } from '../formats/dotenv.ts';
import { Secret } from '../stack/secret.ts';
import type { Findings } from './finding.ts';
import { createSuggester } from './nearest.ts';
import type { ReadLimits } from './read-bytes.ts';
import { readText } from './read-text.ts';
import { type CommandOutcome, type CommandWorld, runSecretCommand } from './run-secret-command.ts';
import type { SecretReference } from './schema.ts';
import type { SecretUse } from './secret-uses.ts';
import { dotted, type Path } from './tree.ts';
import { readNames, type Variables } from './variables.ts';

/** Secrets by the path where the settings name them, such as `users.ecar_user.password`. */
export type Secrets = ReadonlyMap<string, Secret>;

/** More than this, counted with doubled quotes, does not fit the buffer of PgBouncer 1.16. */
const MAX_PASSWORD_BYTES = 990;

/** A secret that counts instead of what lies in one place: what would be so if it was written there. */
export interface GivenSecret {
  readonly reference: SecretReference;
  readonly value: string;
}

/** What commands gave, for as long as a run of ecar-pool lasts, which its signal stands for. */
const OUTCOMES = new WeakMap<AbortSignal, Map<string, Promise<CommandOutcome>>>();

/** Where files of secrets lie, and how long reading them may take. */
interface SecretWorld extends Pick<ReadLimits, 'signal' | 'deadline'>, CommandWorld {
  readonly cwd: string;
  /** The other environments of the settings. */
  readonly others: readonly string[];
  readonly given?: GivenSecret | undefined;
}

/** Looks secrets up for one environment; what is missing or unfit becomes a problem that names it. */
export class SecretReader {
  readonly #variables: Variables;
  readonly #found: Findings;
  readonly #world: SecretWorld;
  #suggest: (name: string) => string | undefined = () => undefined;
  readonly #outcomes = new Map<string, Promise<CommandOutcome>>();
  #elsewhere: Promise<ReadonlyMap<string, readonly string[]>> | undefined;

  constructor(variables: Variables, found: Findings, world: SecretWorld) {
    this.#variables = variables;
    this.#found = found;
    this.#world = world;
  }

  /** The secrets that could be found; the others have their problem noted. */
  async readAll(uses: readonly SecretUse[]): Promise<Secrets> {
    const secrets = new Map<string, Secret>();
    // What another user's password is named is no name for this one's.
    const taken = new Set(uses.map(({ reference }) => reference.env));
    this.#suggest = createSuggester(this.#variables.names.filter((name) => !taken.has(name)));
    // All at once, and each once, however many settings name it; the answers are awaited below.
    for (const { reference } of uses)
      if (reference.command !== undefined && !this.#isGiven(reference))
        this.#run(reference.command).catch(() => {});
    for (const use of uses) {
      const secret = await this.#read(use);
      if (secret) secrets.set(dotted(use.path), secret);
    }
    return secrets;
  }

  async #read(use: SecretUse): Promise<Secret | undefined> {
    const { env, file, command } = use.reference;
    // None or several: the rules say so.
    if ([env, file, command].filter((place) => place !== undefined).length !== 1) return undefined;
    const { given } = this.#world;
    const secret =
      given !== undefined && this.#isGiven(use.reference)
        ? new Secret(given.value, 'the new password')
        : env !== undefined
          ? await this.#readVariable(env, use.path)
          : command !== undefined
            ? await this.#readCommand(command, use.path)
            : await this.#readFile(file ?? '', use.path);
    const unfit = secret && explainUnfit(secret.reveal(), use);
    if (unfit === undefined) return secret;
    this.#found.value('unfit-secret', use.path, `${secret?.origin} ${unfit.reason}`, unfit.fix);
    return undefined;
  }

  #isGiven(reference: SecretReference): boolean {
    const given = this.#world.given?.reference;
    return given !== undefined && isSamePlace(given, reference, this.#world.root);
  }

  /** What a command gives, which is asked for once in a run of ecar-pool: that may mean to touch a key. */
  #run(command: readonly string[]): Promise<CommandOutcome> {
    const { signal } = this.#world;
    const outcomes = (signal && OUTCOMES.get(signal)) ?? this.#outcomes;
    if (signal !== undefined) OUTCOMES.set(signal, outcomes);
    const name = JSON.stringify([this.#world.root, ...command]);
    const outcome = outcomes.get(name) ?? runSecretCommand(command, this.#world);
    outcomes.set(name, outcome);
    return outcome;
  }

  async #readCommand(command: readonly string[], path: Path): Promise<Secret | undefined> {
    const outcome = await this.#run(command);
    const [program] = command;
    if ('value' in outcome) return new Secret(outcome.value, `the output of ${program}`);
    const message = `the command ${program} ${outcome.failure}`;
    this.#found.value('missing-secret', [...path, 'command'], message, outcome.hint);
    return undefined;
  }

  async #readVariable(name: string, path: Path): Promise<Secret | undefined> {
    const { file, places } = this.#variables;
    const variable = this.#variables.find(name);
    if (variable !== undefined && 'code' in variable) {
      this.#found.problems.push(variable);
      return undefined;
    }
    if (variable !== undefined && variable.value !== '') return new Secret(variable.value, variable.origin);
    if (variable !== undefined) {
      const message = `the secret ${name} is empty in ${variable.span.source.name}`;
      this.#found.value('missing-secret', [...path, 'env'], message, 'give it a value there');
      return undefined;
    }
    const message = `the secret ${name} is not set: not in ${places.slice(0, -1).join(', ')} or ${places.at(-1)}`;
    const hint = `${await this.#explainMissing(name)}add the line ${name}='…' to ${file}`;
    this.#found.value('missing-secret', [...path, 'env'], message, hint);
    return undefined;
  }

  /** Where a secret may be that is not where it belongs, to read on from. */
  async #explainMissing(name: string): Promise<string> {
    const { root, others } = this.#world;
    this.#elsewhere ??= readNames(root, others, this.#world);
    const file = [...(await this.#elsewhere)].find(([, names]) => names.includes(name))?.[0];
    if (file !== undefined) return `it is in ${file}, for another environment: `;
    const nearest = this.#suggest(name);
    return nearest === undefined ? '' : `did you mean ${nearest}? Else `;
  }

  async #readFile(file: string, path: Path): Promise<Secret | undefined> {
    const absolute = isAbsolute(file) ? file : join(this.#world.root, file);
    const name = relative(this.#world.cwd, absolute) || absolute;
    const advice = {
      missing: 'write the secret into it, or correct the path',
      directory: 'name a file in it',
    };
    const read = await readText(absolute, name, advice, this.#world);
    const at = [...path, 'file'];
    if ('problem' in read) {
      const { message, hint = '' } = read.problem;
      this.#found.value('missing-secret', at, `the secret file ${name} cannot be used: ${message}`, hint);
      return undefined;
    }
    const value = read.text.replace(/\r?\n$/, '');
    if (value !== '') return new Secret(value, `the file ${name}`);
    this.#found.value('missing-secret', at, `the secret file ${name} is empty`, 'write the secret into it');
    return undefined;
  }
}

/**
 * Whether two settings take their secret from one place; of what programs give, nobody knows.
 * @param root the folder that relative paths start in, absolute
 */
export function isSamePlace(one: SecretReference, other: SecretReference, root: string): boolean {
  const [path, otherPath] = [one, other].map(({ file }) => file && resolve(root, file));
  return (one.env ?? path) !== undefined && one.env === other.env && path === otherPath;
}

/** Why a value cannot be used, to follow its name, and what to do; never the value itself. */
function explainUnfit(
  value: string,
  { isPassword, isStored, goesIntoDotenv, isForGrafana }: SecretUse,
): { reason: string; fix: string } | undefined {
  const isHash = isStored === true && looksLikeStoredSecret(value);
  const unfit = isPassword && !isHash ? explainPassword(value) : undefined;
  if (unfit !== undefined) {
    const fix = unfit.startsWith('looks like')
      ? 'give the password itself: ecar-pool hashes it where a hash is due'
      : 'choose another one';
    return { reason: unfit, fix };
  }
  if (isPassword && Buffer.byteLength(value.replaceAll('"', '""')) > MAX_PASSWORD_BYTES) {
    const reason = `is longer than ${MAX_PASSWORD_BYTES} bytes, more than every PgBouncer can hold`;
    return { reason, fix: 'choose a shorter one' };
  }
  // Grafana puts variables and files into its configuration by this grammar, and keeps one line of a file.
  if (isForGrafana && /\$(?:__\w+)?\{|[\r\n]/.test(value))
    return { reason: 'holds a line break or `${`, which Grafana replaces', fix: 'choose another one' };
  const reason = goesIntoDotenv ? explainDotenvValue(value) : undefined;
  if (reason === undefined) return undefined;
  return { reason: `cannot be written to .env: ${reason}`, fix: 'choose another one' };
}
