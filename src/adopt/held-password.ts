import { asList, asMap, asText } from './project-model.ts';

/** So short a password may well be the name of something: it counts only where a password stands. */
const DISTINCT = 12;

/** The text of a file that a container is given; undefined where it cannot be read, or is no such file. */
type ReadText = (path: string) => string | undefined;

/**
 * Where each service of a project has a password, as people would look it up: a variable, a key or a file.
 * @param document what `docker compose config --format json` prints, its env_files and variables put in
 */
export function findHeldPassword(
  document: unknown,
  password: string,
  read: ReadText,
): ReadonlyMap<string, readonly string[]> {
  const { services, secrets, configs } = asMap(document);
  const holds = (text: string) => holdsPassword(text, password);
  const found = Object.entries(asMap(services)).map(([name, value]) => {
    const { environment, volumes, ...rest } = asMap(value);
    const given = Object.entries(asMap(environment)).flatMap(([variable, text]) =>
      holds(`${variable}=${asText(text) ?? ''}`) ? [variable] : [],
    );
    const keys = Object.entries(rest).flatMap(([key, part]) =>
      listTexts(part).some((text) => holds(text)) ? [key] : [],
    );
    const files = [
      ...asList(rest['secrets']).map((use) => fileOf(secrets, use)),
      ...asList(rest['configs']).map((use) => fileOf(configs, use)),
      ...asList(volumes).map((volume) => asText(asMap(volume)['source'])),
    ].filter((path) => path !== undefined);
    const inFiles = files.filter((path) => {
      const text = read(path);
      return text !== undefined && (text.trim() === password || holds(text));
    });
    return [name, [...given, ...keys, ...new Set(inFiles)]] as const;
  });
  return new Map(found.filter(([, places]) => places.length > 0));
}

/**
 * Whether a text has a password in it, as it is or percent-encoded. A short one must stand where a password does: in a
 * URL, or after a name that says so.
 */
export function holdsPassword(text: string, password: string): boolean {
  const texts = [text, text.replace(/(?:%[0-9a-f]{2})+/gi, decodeText)];
  if (password.length >= DISTINCT) return texts.some((one) => one.includes(password));
  const word = password.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
  const pattern = new RegExp(
    `:${word}@|(?:pass|pwd|secret)[\\w.-]*["']?\\s*[:=]\\s*["']?${word}(?![^\\s"',;&])`,
    'i',
  );
  return texts.some((one) => pattern.test(one));
}

function decodeText(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function listTexts(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [asText(value) ?? ''];
  return Object.entries(value).flatMap(([key, part]) =>
    typeof part === 'object' ? listTexts(part) : [`${Array.isArray(value) ? '' : `${key}=`}${asText(part)}`],
  );
}

/** The file of a secret or a config that a service uses. */
function fileOf(all: unknown, use: unknown): string | undefined {
  const source = asText(use) ?? asText(asMap(use)['source']) ?? '';
  return asText(asMap(asMap(all)[source])['file']);
}
