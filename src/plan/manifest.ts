import { isComposeFile } from '../stack/compose-project.ts';

/** For each path that was rendered, the hash of its text; two while a render is under way. */
type Hashes = ReadonlyMap<string, readonly string[]>;

/**
 * The paths and hashes that a manifest on the disk lists. It is input like any other: a path that leads out
 * of the folder is dropped, and so is a manifest that cannot be read.
 */
export function readManifest(text: string | undefined): Hashes {
  const safe = Object.entries(parseFiles(text)).flatMap(([path, found]: [string, unknown]) => {
    const hashes = [found].flat().filter((hash) => typeof hash === 'string');
    return hashes.length > 0 && isInside(path) ? [[path, hashes] as const] : [];
  });
  return new Map(safe);
}

/**
 * The manifest to be on the disk while files are put in place: it lists old and new ones, so that a render that is
 * killed leaves none that the next one takes for somebody else's.
 */
export function spanManifests(before: string | undefined, after: string): string {
  const [old, wanted] = [readManifest(before), readManifest(after)];
  const paths = [...new Set([...old.keys(), ...wanted.keys()])];
  const hashes = (path: string) => [...new Set([...(old.get(path) ?? []), ...(wanted.get(path) ?? [])])];
  const files = Object.fromEntries(paths.map((path) => [path, hashes(path)]));
  return `${JSON.stringify({ ...JSON.parse(after), files }, null, 2)}\n`;
}

/** The environment that a manifest on the disk is of; undefined where it does not say. */
export function readEnvironment(text: string | undefined): string | undefined {
  const { environment } = parse(text);
  return typeof environment === 'string' ? environment : undefined;
}

function parseFiles(text: string | undefined): object {
  const { files } = parse(text);
  return typeof files === 'object' && files !== null ? files : {};
}

function parse(text: string | undefined): { readonly files?: unknown; readonly environment?: unknown } {
  try {
    const manifest: unknown = JSON.parse(text ?? '{}');
    return typeof manifest === 'object' && manifest !== null ? manifest : {};
  } catch {
    return {};
  }
}

function isInside(path: string): boolean {
  // The one file that is meant to lie outside: where it is ours is for its mark to tell.
  if (isComposeFile(path)) return true;
  return (
    !/^[/\\]|^[A-Za-z]:|\\/.test(path) &&
    path.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
  );
}
