import { OPEN_VARIABLES } from '../stack/dotenv-names.ts';
import { MARK } from '../writers/rendering.ts';

/**
 * Blots the secrets out of rendered files, so that they can be shown. Equal secrets get equal numbers: a
 * diff still shows that a password changed. Knows the kinds of file that hold any; of a file edited by hand
 * it shows nothing that `render` would not have written, comments included.
 */
export class SecretMask {
  readonly #numbers = new Map<string, number>();

  /** @param rendered the text that `render` gives the file; empty where it is to be removed */
  mask(path: string, text: string, rendered: string): string {
    if (path.endsWith('userlist.txt'))
      return this.#maskLines(text, rendered, (line) => /^("(?:[^"]|"")*" )(".*")$/.exec(line)?.slice(1));
    if (path.endsWith('pgbouncer.ini'))
      return text.replace(/(?<=^[^;#\n]*?\bpassword *= *)(?:'(?:[^'\n]|'')*'|[^ \n']\S*)/gm, (secret) =>
        this.#number(secret),
      );
    if (path.endsWith('_key.pem')) return this.#maskLines(text, rendered, () => undefined);
    if (path.endsWith('.env')) return this.#maskLines(text, rendered, splitVariable);
    if (path.endsWith('.sql'))
      return text.replace(
        /(\bPASSWORD\s+)(?:E?'(?:[^']|'')*'|\$(\w*)\$.*?\$\2\$)/gis,
        (secret: string, before: string) => before + this.#number(secret),
      );
    if (path.endsWith('/connection-string'))
      return this.#maskLines(text, rendered, (line) =>
        // The key of a certificate is the last of its parameters.
        /^([^:]+:\/\/[^:@/]*:)([^:@/]*@.*&sslkey=.*|[^:@/]+(?=@))(.*)$/.exec(line)?.slice(1),
      );
    if (path.endsWith('/admin-password')) return this.#maskLines(text, rendered, () => undefined);
    // By the hash of a file that holds nothing but a password, that can be guessed.
    if (path.endsWith('.json')) return text.replace(/"[0-9a-f]{64}"/g, (hash) => this.#number(hash));
    return text;
  }

  /**
   * @param split takes a line that `render` may have written apart, into what is open, the secret and what is open
   *   after it
   */
  #maskLines(text: string, rendered: string, split: (line: string) => string[] | undefined): string {
    const comments = new Set(rendered.split('\n').filter((line) => /^[#;]/.test(line)));
    return text
      .split('\n')
      .map((line) => {
        const [open = '', secret = line, rest = ''] = split(line) ?? [];
        const isOpen = secret === '' || comments.has(line) || (/^[#;]/.test(line) && line.includes(MARK));
        return isOpen ? line : open + this.#number(secret) + rest;
      })
      .join('\n');
  }

  #number(secret: string): string {
    const number = this.#numbers.get(secret) ?? this.#numbers.size + 1;
    this.#numbers.set(secret, number);
    return `[redacted ${number}]`;
  }
}

function splitVariable(line: string): string[] | undefined {
  const [, name = '', value = ''] = /^([A-Za-z_]\w*)=(.*)$/.exec(line) ?? [];
  if (name === '') return undefined;
  return OPEN_VARIABLES.has(name) ? [line, ''] : [`${name}=`, value];
}
