/** A word that announces a secret, with what parts it from the secret: a colon, or what was typed for one. */
const ANNOUNCED =
  /(?:pass(?!word_encryption)|pwd|secret|token|credential|api_?key|private|_key(?!\w))\w{0,60}(?!\w)["']?[ \t]*([^\w\s{}[\]#]?)[ \t]*/gi;

/** What may follow it without being a secret. */
const NO_SECRET = /^(?:$|#(?:\s|$)|[,}\]](?!['"]?\w)|\{\s*$|(?:null|~)\s*(?:[,}]|$))/;

/** The same, for a whole key. */
const SECRET_KEY = /pass(?!word_encryption)|pwd|secret|token|credential|api_?key|private|_key$/i;

/** The start of a URL up to a password; a port is none. */
const USER_IN_URL = /:\/\/[^/\s:@]{0,200}:(?!\d{1,5}(?:[/\s"',\]}]|$))/;

/** Where a secret lies, which may be seen; in two places is a mistake, but no secret either. */
const PLACE = /(?:env\s*:\s*["']?[A-Za-z_]\w*["']?|file\s*:\s*[^{}[\],]+)/.source;
const REFERENCE = new RegExp(`\\{\\s*${PLACE}(?:\\s*,\\s*${PLACE})*\\s*\\}`, 'y');
const PLACE_LINE = new RegExp(`^${PLACE}\\s*$`);

/** What may be seen of the users beside references: brackets, comments, and the values of these few keys. */
const SEEN =
  /\s+|[{},-]|#(?:\s.*|$)|(?:role|pool_mode|(?:reserve_)?pool_size|\w+_connections|\w+_timeout)\s*:\s*(?:[\w.]+|\[[\w\s,]*\])|(?:null|~)(?=\s*(?:[,}]|$))/y;

/** A name before a colon. */
const NAME = /(?:"[^"]{0,200}"|'[^']{0,200}'|[^\s:{},#"'[\]&*!|>@`%][^:{},#"'[\]]{0,200})\s*:(?=\s|$)/y;

const FLOW_USERS = /(?<![\w-])users["']?\s*:\s*(?=\{)/;

type Block = 'plain' | 'databases' | 'users' | 'secret';

/**
 * Finds what must not be shown of a settings file, by the look of its lines alone: someone may have written
 * a password where a reference belongs, and the YAML around it may be too broken to parse. Gives for each
 * line the column from which on it may be a secret, or undefined.
 */
export function concealSecrets(lines: readonly string[]): (number | undefined)[] {
  const open: { readonly indent: number; readonly block: Block }[] = [];
  let last: Block = 'plain';
  return lines.map((line) => {
    const indent = line.search(/[^\s-]/);
    if (indent === -1 || line[indent] === '#') return undefined;
    while ((open.at(-1)?.indent ?? -1) >= indent) open.pop();
    const outer = open.at(-1)?.block ?? 'plain';
    const key = /^["']?([\w.-]+)["']?\s*:/.exec(line.slice(indent, indent + 200))?.[1];
    const inner = key === undefined ? outer : blockOf(key, outer);
    if (key !== undefined) open.push({ indent, block: inner });
    if (key !== undefined) last = inner;
    // What belongs to the key above may stand too far to the left to be below it.
    else if (last === 'secret') return indent;
    if (outer === 'secret') return PLACE_LINE.test(line.slice(indent)) ? undefined : indent;
    return findSecret(line, inner === 'users');
  });
}

function blockOf(key: string, outer: Block): Block {
  if (outer === 'secret' || SECRET_KEY.test(key)) return 'secret';
  if (outer !== 'plain') return outer;
  return key === 'users' || key === 'databases' ? key : 'plain';
}

/** Whether a variable of this name holds a secret, as far as names tell. */
export function isSecretName(name: string): boolean {
  return SECRET_KEY.test(name);
}

/** The text that stands for a secret in a message: all of it up to the secret. */
export function concealIn(text: string): string {
  const secret = findSecret(text, false);
  return secret === undefined ? text : `${text.slice(0, secret).replace(/\W+$/, '')}…`;
}

function findSecret(line: string, isOfUsers: boolean): number | undefined {
  const flow = isOfUsers ? 0 : FLOW_USERS.exec(line)?.index;
  const url = USER_IN_URL.exec(line);
  const found = [
    findAnnounced(withoutReferences(line)),
    url ? url.index + url[0].length : undefined,
    flow === undefined ? undefined : findUnseen(line, flow, isOfUsers),
  ].filter((column) => column !== undefined);
  return found.length === 0 ? undefined : Math.min(...found);
}

function findAnnounced(line: string): number | undefined {
  for (const { 0: text, 1: separator, index } of line.matchAll(ANNOUNCED)) {
    const start = index + text.length;
    const value = line.slice(start, start + 20);
    if (!NO_SECRET.test(value) && (separator === ':' || !/^[{[]/.test(value))) return start;
  }
  return undefined;
}

/** The same line with blanks for references. */
function withoutReferences(line: string): string {
  return line.replace(new RegExp(REFERENCE.source, 'g'), (found) => ' '.repeat(found.length));
}

/** The first piece of the users that is none of those that may be seen. */
function findUnseen(line: string, start: number, isToTheEnd: boolean): number | undefined {
  let depth = 0;
  let mayBeName = true;
  for (let at = start; at < line.length; ) {
    const seen = matchAt(REFERENCE, line, at) ?? matchAt(SEEN, line, at);
    const piece = seen ?? (mayBeName ? matchAt(NAME, line, at) : undefined);
    if (piece === undefined) return at;
    // What follows a name is its value, even where a colon makes it look like another name.
    if (seen === undefined) mayBeName = false;
    else if (/^[{,]$/.test(piece)) mayBeName = true;
    if (piece === '{') depth += 1;
    if (piece === '}' && --depth <= 0 && !isToTheEnd) return undefined;
    at += piece.length;
  }
  return undefined;
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}
