import { parseInterpolation } from '../formats/interpolation.ts';
import type { PasswordPlace } from './adoption.ts';
import type { Connection, Part } from './find-connections.ts';
import type { Server } from './find-server.ts';
import type { ProjectModel } from './project-model.ts';
import { type GivenVariable, listGiven, type ProjectVariables } from './project-variables.ts';

/** How a service logs in. */
interface Login {
  readonly user: string;
  readonly database: string;
  /** The password as a connection string must have it from now on; undefined where it may stay as it is. */
  readonly inText: string | undefined;
}

/**
 * Finds out where the passwords lie. They stay there: a variable that holds one is named. One that stands in a file
 * for containers, or in a Compose file, is copied to a variable that we read; one within a connection string needs a
 * variable that Compose reads.
 */
export class PasswordKeeper {
  readonly users = new Map<string, PasswordPlace>();
  readonly copied = new Map<string, string>();
  readonly moved = new Map<string, string>();
  readonly notes: string[] = [];
  /** Users whose password lies nowhere that is known. */
  readonly missing: string[] = [];
  readonly #said: string | undefined;
  readonly #variables: ProjectVariables;
  readonly #referenced: ReadonlySet<string>;
  readonly #secrets: ReadonlyMap<string, string>;
  readonly #ofServer: ReadonlyMap<string, GivenVariable>;

  /** @param said the variable that holds what lies nowhere else */
  constructor(variables: ProjectVariables, server: Server, model: ProjectModel, said: string | undefined) {
    this.#said = said;
    this.#variables = variables;
    this.#secrets = model.secrets;
    this.#referenced = model.referenced;
    this.#ofServer = server.service === undefined ? new Map() : listGiven(server.service, variables);
  }

  keep({ user, password, passwordFile, database, text }: Connection): Login {
    const superuser = this.#given('POSTGRES_USER', 'POSTGRESQL_USERNAME')?.value ?? 'postgres';
    const name = user?.value || superuser;
    const first = this.#given('POSTGRES_DB', 'POSTGRESQL_DATABASE')?.value ?? superuser;
    const login = { user: name, database: database?.value || first };
    if (text?.password !== undefined && password !== undefined)
      return { ...login, inText: this.#keepInText(name, password, text.isUrl) };
    const found =
      (password?.value ? password : undefined) ??
      this.#fileOf(passwordFile) ??
      (name === superuser ? this.#ofSuperuser() : undefined);
    if (found === undefined && this.#said !== undefined) this.#place(name, { env: this.#said });
    else if (found === undefined) this.#note(name);
    else if ('file' in found) this.#place(name, found);
    else this.#place(name, { env: found.holder ?? this.#copy(name, found.value) });
    return { ...login, inText: undefined };
  }

  /** One that the project's `.env` has, or gets, is copied nowhere else. */
  settle(): void {
    for (const [name, value] of this.copied) {
      const same = this.#findEqual(value);
      if (same === undefined) continue;
      this.copied.delete(name);
      for (const [user, place] of this.users)
        if ('env' in place && place.env === name) this.users.set(user, { env: same });
    }
  }

  /** In a connection string: the variable that it names already, or one that holds the very same text. */
  #keepInText(user: string, { template, value, holder }: Part, isUrl: boolean): string | undefined {
    const decoded = isUrl ? decodeText(value) : value;
    const [piece, ...others] = parseInterpolation(template);
    const isNamed = holder !== undefined && piece !== undefined && 'name' in piece && others.length === 0;
    const same = isNamed ? holder : this.#findEqual(value);
    const name = same ?? this.#nameFor(user, value, decoded === value ? '' : '_IN_URL');
    if (same === undefined) {
      this.moved.set(name, value);
      this.notes.push(
        `the password of ${user} stands in the connection string itself: ${name} in .env holds it from now on`,
      );
    }
    const isCopied = [...this.copied.values()].includes(decoded);
    const place = decoded === value ? name : this.#copy(user, decoded);
    if (place !== name && !isCopied)
      this.notes.push(`${name} is encoded as in a URL; PgBouncer logs in with it decoded: ${place}`);
    this.#place(user, { env: place });
    return isNamed ? undefined : `\${${name}}`;
  }

  #ofSuperuser(): Part | { readonly file: string } | undefined {
    const given = this.#given('POSTGRES_PASSWORD', 'POSTGRESQL_PASSWORD');
    return given ?? this.#fileOf(this.#given('POSTGRES_PASSWORD_FILE')?.value);
  }

  /** The file of one of the project's secrets, by where a container sees it. */
  #fileOf(path: string | undefined): { readonly file: string } | undefined {
    const secret = /^\/run\/secrets\/(.+)$/.exec(path ?? '')?.[1];
    const file = secret === undefined ? undefined : this.#secrets.get(secret);
    return file === undefined ? undefined : { file };
  }

  #given(...names: readonly string[]): GivenVariable | undefined {
    return names.map((name) => this.#ofServer.get(name)).find((given) => given?.value);
  }

  #place(user: string, place: PasswordPlace): void {
    if (!this.users.has(user)) this.users.set(user, place);
  }

  #note(user: string): void {
    if (!this.users.has(user) && !this.missing.includes(user)) this.missing.push(user);
  }

  #copy(user: string, value: string): string {
    const name = this.#nameFor(user, value);
    this.copied.set(name, value);
    return name;
  }

  /** A variable that is called like a password and holds this one. */
  #findEqual(value: string): string | undefined {
    const found = [
      ...this.#variables.dotenv,
      ...[...this.moved].map(([name, held]) => [name, { value: held }] as const),
    ];
    return found.find(([name, held]) => held.value === value && /pass|pwd|secret/i.test(name))?.[0];
  }

  /** A name that no variable has yet: one that the project uses with a default would change it. */
  #nameFor(user: string, value: string, suffix = ''): string {
    const words = user.toUpperCase().replace(/[^A-Z0-9]+/g, '_');
    const name = `${/^[A-Z_]/.test(words) ? words : `DB_${words}`}_PASSWORD${suffix}`;
    const isFree = (candidate: string) =>
      !this.#variables.dotenv.has(candidate) &&
      !this.#referenced.has(candidate) &&
      [this.copied, this.moved].every((held) => (held.get(candidate) ?? value) === value);
    let free = name;
    for (let count = 1; !isFree(free); count += 1) free = `POOL_${name}${count === 1 ? '' : `_${count}`}`;
    return free;
  }
}

function decodeText(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
