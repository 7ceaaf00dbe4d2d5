/** Variables of .env that are no secrets. */
const OPEN_VARIABLES = /^(DB_(NAME|USER|HOST|PORT)|PGBOUNCER_[A-Z_]+)$/;

/**
 * Blots the secrets out of rendered files, so that they can be shown. Equal secrets get equal numbers: a
 * diff still shows that a password changed. Knows the kinds of file that hold any.
 */
export class SecretMask {
  readonly #numbers = new Map<string, number>();

  mask(path: string, text: string): string {
    if (path.endsWith('userlist.txt'))
      return text.replace(/^("(?:[^"]|"")*" )(".*)$/gm, (_, user, secret) => user + this.#number(secret));
    if (path.endsWith('.sql'))
      return text.replace(
        /( PASSWORD )'((?:[^']|'')*)'/g,
        (_, before, secret) => before + this.#number(secret),
      );
    if (path.endsWith('.env'))
      return text.replace(/^([A-Za-z_]\w*)=(.*)$/gm, (line, name, value) =>
        OPEN_VARIABLES.test(name) ? line : `${name}=${this.#number(value)}`,
      );
    if (path.endsWith('/connection-string'))
      return text.replace(/:([^:@/]+)@/, (_, secret) => `:${this.#number(secret)}@`);
    if (path.endsWith('/admin-password')) return text.replace(/^.+$/m, (secret) => this.#number(secret));
    if (path.endsWith('.json')) return text.replace(/"[0-9a-f]{64}"/g, (hash) => this.#number(hash));
    return text;
  }

  #number(secret: string): string {
    const number = this.#numbers.get(secret) ?? this.#numbers.size + 1;
    this.#numbers.set(secret, number);
    return `[redacted ${number}]`;
  }
}
