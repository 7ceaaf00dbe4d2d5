/** A part of a text in Compose's syntax: text as it stands, or a variable with what is to be done where it is not set. */
export type Piece = { readonly text: string } | Reference;

interface Reference {
  readonly name: string;
  readonly operator: '' | ':-' | '-' | ':?' | '?' | ':+' | '+';
  /** The default, the message or the replacement, itself in Compose's syntax. */
  readonly word: string;
  /** As it was written: `${NAME:-x}`. */
  readonly source: string;
}

const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const OPERATOR = /:?[-?+]/y;

/** Takes a text apart at what Compose interpolates (compose-go, template); what it would refuse stays text. */
export function parseInterpolation(text: string): Piece[] {
  const pieces: Piece[] = [];
  let plain = '';
  for (let at = 0; at < text.length; ) {
    if (text.startsWith('$$', at)) {
      plain += '$';
      at += 2;
      continue;
    }
    const reference = text[at] === '$' ? readReference(text, at) : undefined;
    if (reference === undefined) {
      plain += text[at];
      at += 1;
      continue;
    }
    if (plain !== '') pieces.push({ text: plain });
    plain = '';
    pieces.push(reference);
    at += reference.source.length;
  }
  return plain === '' ? pieces : [...pieces, { text: plain }];
}

function readReference(text: string, start: number): Reference | undefined {
  const isBraced = text[start + 1] === '{';
  const name = matchAt(NAME, text, start + (isBraced ? 2 : 1));
  if (name === undefined) return undefined;
  if (!isBraced) return { name, operator: '', word: '', source: `$${name}` };
  const end = findBrace(text, start + 2);
  if (end === undefined) return undefined;
  const from = start + 2 + name.length;
  const operator = (matchAt(OPERATOR, text, from) ?? '') as Reference['operator'];
  const word = text.slice(from + operator.length, end);
  if (operator === '' && word !== '') return undefined;
  return { name, operator, word, source: text.slice(start, end + 1) };
}

/** The brace that closes the one before `from`; a default may hold references with braces of their own. */
function findBrace(text: string, from: number): number | undefined {
  let depth = 1;
  for (let at = from; at < text.length; at += 1) {
    if (text.startsWith('${', at)) depth += 1;
    else if (text[at] === '}') depth -= 1;
    if (depth === 0) return at;
  }
  return undefined;
}

/** What Compose makes of a text; a required variable that is not set gives nothing here. */
export function interpolate(text: string, find: (name: string) => string | undefined): string {
  return parseInterpolation(text)
    .map((piece) => ('text' in piece ? piece.text : resolveReference(piece, find)))
    .join('');
}

function resolveReference(
  { name, operator, word }: Reference,
  find: (name: string) => string | undefined,
): string {
  const value = find(name);
  const isGiven = operator.startsWith(':') ? value !== undefined && value !== '' : value !== undefined;
  if (operator.endsWith('+')) return isGiven ? interpolate(word, find) : '';
  if (isGiven || !operator.endsWith('-')) return value ?? '';
  return interpolate(word, find);
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}
