import { inspect } from 'node:util';

/** A value that reaches nobody by accident: only `reveal()` yields it. */
export class Secret {
  readonly #value: string;
  /** Where it was found, for people: `DB_PASSWORD in .env.prod`. */
  readonly origin: string;

  constructor(value: string, origin: string) {
    this.#value = value;
    this.origin = origin;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return '[redacted]';
  }

  toJSON(): string {
    return '[redacted]';
  }

  [inspect.custom](): string {
    return '[redacted]';
  }
}
