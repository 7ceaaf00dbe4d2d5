import { dirname } from 'node:path';

/** The folders within the output folder that a planned file lies in, the innermost first; none for one beside it. */
export function foldersOf(path: string): string[] {
  const folders: string[] = [];
  for (let part = dirname(path); part !== '.' && part.split('/').at(-1) !== '..'; part = dirname(part))
    folders.push(part);
  return folders;
}
