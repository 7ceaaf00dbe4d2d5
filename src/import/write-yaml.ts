type Value = string | number | boolean | readonly string[] | { readonly [key: string]: Value };

const WIDTH = 100;

/** Writes a map as lines of YAML below its key: what fits on a line stays on one. */
export function writeYamlMap(map: Readonly<Record<string, Value>>, indent = ''): string {
  return Object.entries(map)
    .map(([key, value]) => {
      const line = `${indent}${scalar(key)}: ${flow(value)}`;
      if (typeof value !== 'object' || isList(value) || Object.keys(value).length === 0) return `${line}\n`;
      // What holds entries has one on each line.
      const isTable = indent === '' && Object.values(value).some((inner) => typeof inner === 'object');
      if (line.length <= WIDTH && !isTable) return `${line}\n`;
      return `${indent}${scalar(key)}:\n${writeYamlMap(value, `${indent}  `)}`;
    })
    .join('');
}

function isList(value: object): value is readonly string[] {
  return Array.isArray(value);
}

function flow(value: Value): string {
  if (typeof value !== 'object') return scalar(value);
  if (isList(value)) return `[${value.map(scalar).join(', ')}]`;
  const pairs = Object.entries(value).map(([key, inner]) => `${scalar(key)}: ${flow(inner)}`);
  return pairs.length === 0 ? '{}' : `{ ${pairs.join(', ')} }`;
}

/** Quotes go around whatever some reader of YAML may take for something else than text; JSON's are YAML's, too. */
function scalar(value: string | number | boolean): string {
  if (typeof value !== 'string') return String(value);
  const isPlain = /^[a-z_./][\w./-]*(?::[\w.-]+)?$/i.test(value) || /^(?:\d{1,3}\.){3}\d{1,3}$/.test(value);
  return isPlain && !/^(?:null|true|false|yes|no|on|off|y|n|\.|\.\.|\.(?:nan|inf))$/i.test(value)
    ? value
    : JSON.stringify(value).replace(/[\u007f-\u009f\u2028\u2029\ufeff]/g, escapeCharacter);
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
