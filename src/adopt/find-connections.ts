import { interpolate } from '../formats/interpolation.ts';
import { type ConnectionText, explainUnreadable, readConnectionText } from './connection-text.ts';
import type { ServiceModel } from './project-model.ts';
import {
  findVariable,
  follow,
  type GivenVariable,
  listGiven,
  type ProjectVariables,
} from './project-variables.ts';

/** A value as it is written and as it is, with the variable of `.env` that holds all of it. */
export type Part = Pick<GivenVariable, 'template' | 'value' | 'holder'>;

/** How one service is told where Postgres is, by one variable or by several that belong together. */
export interface Connection {
  /** The variable that names the host. */
  readonly variable: string;
  readonly host: string;
  readonly port: number | undefined;
  readonly user: Part | undefined;
  readonly password: Part | undefined;
  /** The file in the container that holds it. */
  readonly passwordFile: string | undefined;
  readonly database: Part | undefined;
  readonly sslmode: string | undefined;
  /** The connection string, where it is one. */
  readonly text: ConnectionText | undefined;
  /** The variable that holds the port, or would; undefined where the host's own does. */
  readonly portVariable: { readonly name: string; readonly isGiven: boolean } | undefined;
}

const HOST_NAME = /HOST(?:_?NAME)?|SERVER|ADDR(?:ESS)?/i;

/** All ways in which a service is told of any Postgres; whether it is one that counts is for the caller to see. */
export function listConnections(service: ServiceModel, variables: ProjectVariables): Connection[] {
  const given = listGiven(service, variables);
  return [...given.values()].flatMap((variable) => {
    const text = readConnectionText(variable.template);
    if (text !== undefined) return [fromText(variable, text, given, variables)];
    return HOST_NAME.test(variable.name) && /^[\w.-]+(?::\d+)?$/.test(variable.value)
      ? [fromNames(variable, given)]
      : [];
  });
}

/** The variables of a service that are meant to say where a Postgres is and cannot be read, each with why. */
export function listUnreadable(
  service: ServiceModel,
  variables: ProjectVariables,
): { readonly name: string; readonly why: string }[] {
  return [...listGiven(service, variables).values()].flatMap(({ name, template }) => {
    const why = explainUnreadable(template);
    return why === undefined ? [] : [{ name, why }];
  });
}

/** Schemes of what is no database, such as a health check: nobody takes these for a way to Postgres. */
const OTHERS = /^(?:https?|wss?|rediss?|amqps?):/i;
const URL_SCHEME = /^[a-z][\w+.:-]*:\/\//i;
const URL_PLACE = /(?<=\/\/|@)([\w.-]+)(?::(\d+))?(?=[/?#]|$)/g;

/** The variables of a service that are URLs of a scheme that nobody knows here, and name a host as a server is named. */
export function listForeign(
  service: ServiceModel,
  variables: ProjectVariables,
  { names, port }: { readonly names: ReadonlySet<string>; readonly port: number },
): string[] {
  return [...listGiven(service, variables).values()].flatMap(({ name, value, template }) => {
    if (!URL_SCHEME.test(value) || OTHERS.test(value)) return [];
    if (readConnectionText(template) !== undefined || explainUnreadable(template) !== undefined) return [];
    const isMeant = [...value.matchAll(URL_PLACE)].some(
      ([, host = '', own]) => names.has(host) && (own === undefined || Number(own) === port),
    );
    return isMeant ? [name] : [];
  });
}

type Given = ReadonlyMap<string, GivenVariable>;

function fromText(
  { name }: GivenVariable,
  text: ConnectionText,
  given: Given,
  variables: ProjectVariables,
): Connection {
  const find = (other: string) => findVariable(variables, other);
  const decode = (value: string) => (text.isUrl ? decodeText(value) : value);
  const part = (template: string | undefined): Part | undefined => {
    if (template === undefined) return undefined;
    const [, reference] = /^\$\{?(\w+)[^$]*$/.exec(template) ?? [];
    const value = interpolate(template, find);
    if (reference === undefined) return { template, value, holder: undefined };
    // One that is not set yet, and has no default, is still the one that will hold it.
    const isOpen = find(reference) === undefined && value === '';
    const holder = find(reference) ? follow('', reference, variables).holder : isOpen ? reference : undefined;
    return { template, value, holder };
  };
  const decoded = (template: string | undefined): Part | undefined => {
    const found = part(template);
    return found && { ...found, value: decode(found.value) };
  };
  // JDBC's go beside the URL: SPRING_DATASOURCE_URL, SPRING_DATASOURCE_USERNAME.
  const beside = (...words: string[]) => findSibling(name, /URL|URI|DSN/i, words, given);
  const port = text.port === undefined ? undefined : Number(interpolate(text.port, find));
  return {
    variable: name,
    host: interpolate(text.host, find),
    port: Number.isInteger(port) ? port : undefined,
    user: decoded(text.user) ?? beside('USERNAME', 'USER'),
    password: part(text.password) ?? beside('PASSWORD', 'PASS'),
    passwordFile: undefined,
    database: decoded(text.database),
    sslmode: text.sslmode === undefined ? undefined : interpolate(text.sslmode, find),
    text,
    portVariable: undefined,
  };
}

function fromNames({ name, value }: GivenVariable, given: Given): Connection {
  const beside = (...words: string[]) => findSibling(name, HOST_NAME, words, given);
  const [host = '', ownPort] = value.split(':');
  const portName = siblingName(name, HOST_NAME, 'PORT');
  const port = ownPort ?? given.get(portName)?.value;
  return {
    variable: name,
    host,
    port: port !== undefined && /^\d+$/.test(port) ? Number(port) : undefined,
    user: beside('USER', 'USERNAME', 'USER_NAME'),
    password: beside('PASSWORD', 'PASS', 'PASSWD'),
    passwordFile: beside('PASSWORD_FILE', 'PASS_FILE')?.value,
    database: beside('NAME', 'DATABASE', 'DB', 'DBNAME', 'DATABASE_NAME'),
    sslmode: beside('SSLMODE', 'SSL_MODE')?.value,
    text: undefined,
    portVariable: ownPort === undefined ? { name: portName, isGiven: given.has(portName) } : undefined,
  };
}

function findSibling(
  name: string,
  word: RegExp,
  words: readonly string[],
  given: Given,
): GivenVariable | undefined {
  for (const other of words) {
    const found = given.get(siblingName(name, word, other));
    if (found !== undefined && found.value !== '') return found;
  }
  return undefined;
}

/** `DB_HOST` and `PORT` make `DB_PORT`; the case follows. */
function siblingName(name: string, word: RegExp, other: string): string {
  return name.replace(word, (found) => (found === found.toLowerCase() ? other.toLowerCase() : other));
}

function decodeText(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
