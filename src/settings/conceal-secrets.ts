/** Keys whose values nobody but their owner should see. */
const SECRET_KEY = /pass(?!word_encryption)|pwd|secret|token|credential|api_?key|private|_key$/i;

/** Keys of a user that hold no secret. */
const PLAIN_USER_KEY = /^(?:env|file|role|pool_mode|max_user_connections)$/;

/** The place of a secret, or two: a mistake, but one that may be seen. */
const REFERENCE =
  /^\{\s*(?:env\s*:\s*["']?[A-Za-z_]\w*["']?|file\s*:\s*[^{}[\],]+)(?:\s*,\s*(?:env\s*:\s*["']?[A-Za-z_]\w*["']?|file\s*:\s*[^{}[\],]+))*\s*\}/;

/** No value at all. */
const NOTHING = /^(?:#|\s*$|(?:null|~)\s*(?:[,}]|$))/;

/** A key with its colon; of bounded length, so that a line of a million letters costs no more than its length. */
const KEY = /(["']?)([\w.-]{1,64})\1[ \t]*:[ \t]*/g;

type Block = 'plain' | 'users' | 'secret';

/**
 * Finds what must not be shown of a settings file, by the look of its lines alone: someone may have written
 * a password where a reference belongs, and the YAML around it may be too broken to parse. Gives for each
 * line the column from which on it is a secret, or undefined.
 */
export function concealSecrets(lines: readonly string[]): (number | undefined)[] {
  const open: { readonly indent: number; readonly block: Block }[] = [];
  return lines.map((line) => {
    const indent = line.search(/[^\s-]/);
    if (indent === -1 || line[indent] === '#') return undefined;
    while ((open.at(-1)?.indent ?? -1) >= indent) open.pop();
    const outer = open.at(-1)?.block ?? 'plain';
    const key = /^["']?([\w.-]+)["']?\s*:/.exec(line.slice(indent, indent + 200))?.[1];
    if (key !== undefined) open.push({ indent, block: blockOf(key, outer) });
    return findSecret(line, outer === 'plain' && key === 'users' ? 'users' : outer, indent);
  });
}

function blockOf(key: string, outer: Block): Block {
  if (outer === 'secret' || SECRET_KEY.test(key)) return 'secret';
  return outer === 'users' || key === 'users' ? 'users' : 'plain';
}

function findSecret(line: string, block: Block, indent: number): number | undefined {
  if (block === 'secret' && !/^(?:env\s*:\s*[A-Za-z_]\w*\s*$|file\s*:)/.test(line.slice(indent)))
    return indent;
  const password = /:\/\/[^/\s:@]*:(?=[^/\s]*@)/.exec(line);
  const inUrl = password ? password.index + password[0].length : undefined;
  for (const match of line.matchAll(KEY)) {
    const name = match[2] ?? '';
    const start = match.index + match[0].length;
    const value = line.slice(start);
    if (inUrl !== undefined && inUrl <= start) return inUrl;
    if (NOTHING.test(value) || REFERENCE.test(value)) continue;
    const isPlain = block !== 'users' || PLAIN_USER_KEY.test(name) || /^[{[]/.test(value);
    if (SECRET_KEY.test(name) || !isPlain) return start;
  }
  return inUrl;
}
