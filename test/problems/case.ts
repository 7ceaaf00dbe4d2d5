/** What a case gives to the program. */
export interface Case {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly files: readonly (readonly [name: string, text: string])[];
}

/** What came of it. */
export interface Outcome {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

const DEFAULT_COMMAND = 'render --env prod';

/**
 * Reads a case: an optional command line (`$ NAME=value ecar-pool ...`), the files of the project, each below
 * a line `--- name`, and what was printed below `=== ...`, which is not read: it is what the test compares.
 */
export function parseCase(text: string): Case {
  const [input = ''] = text.split(/^===.*$/m);
  const [head = '', ...sections] = input.split(/^--- /m);
  const words = (/^\$ (.*)$/m.exec(head)?.[1] ?? `ecar-pool ${DEFAULT_COMMAND}`).split(' ');
  const program = words.indexOf('ecar-pool');
  return {
    command: words.slice(program + 1),
    env: Object.fromEntries(words.slice(0, program).map((word) => splitAt(word, '='))),
    files: sections.map((section) => splitAt(section, '\n')),
  };
}

/** Writes a case with its outcome, as it lies on the disk. */
export function formatCase({ command, env, files }: Case, { exitCode, out, err }: Outcome): string {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value} `);
  const shown = `${variables.join('')}ecar-pool ${command.join(' ')}`;
  const sections = files.map(([name, text]) => `--- ${name}\n${text}`);
  return [
    ...(shown === `ecar-pool ${DEFAULT_COMMAND}` ? [] : [`$ ${shown}\n`]),
    ...sections,
    `=== exit ${exitCode}\n`,
    ...(out === '' ? [] : [`${out}=== stderr\n`]),
    err,
  ].join('');
}

function splitAt(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)];
}
