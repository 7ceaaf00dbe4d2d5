import { isComposeFile } from '../stack/compose-project.ts';

/**
 * The paths and hashes that a manifest on the disk lists. It is input like any other: a path that leads out
 * of the folder is dropped, and so is a manifest that cannot be read.
 */
export function readManifest(text: string | undefined): ReadonlyMap<string, string> {
  const files = parseFiles(text);
  const safe = Object.entries(files).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string' && isInside(entry[0]),
  );
  return new Map(safe);
}

function parseFiles(text: string | undefined): object {
  try {
    const manifest: unknown = JSON.parse(text ?? '{}');
    const files: unknown =
      typeof manifest === 'object' && manifest !== null && 'files' in manifest ? manifest.files : undefined;
    return typeof files === 'object' && files !== null ? files : {};
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
