import { OWN_VARIABLES } from '../stack/dotenv-names.ts';

/** The variables that secrets go into, each under a name of its own. */
export class SecretVariables {
  readonly #values = new Map<string, string>();

  /** The variable for a secret, `APP_USER_SECRET` for `app-user`; the same one for the same name and value. */
  add(name: string, kind: 'SECRET' | 'PASSWORD', value: string): { readonly env: string } {
    const words = name.toUpperCase().replace(/[^A-Z0-9]+/g, '_');
    const wanted = `${/^[A-Z]/.test(words) ? words : `USER_${words}`}_${kind}`.replace(/__+/g, '_');
    for (let count = 1; ; count++) {
      const variable = count === 1 ? wanted : `${wanted}_${count}`;
      const known = this.#values.get(variable);
      if (known !== undefined && known !== value) continue;
      // These have a meaning of their own in what is rendered.
      if (OWN_VARIABLES.has(variable)) continue;
      this.#values.set(variable, value);
      return { env: variable };
    }
  }

  /** Names and values, in the order in which they came. */
  get entries(): readonly (readonly [name: string, value: string])[] {
    return [...this.#values];
  }
}
