/** `$$`, `$NAME`, `${NAME}` and `${NAME:-else}` with their kin, as the Compose specification has them. */
const REFERENCE = /\$(?:(\$)|([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?:(:?[-?+])([^{}]*))?\})/g;

/** Puts variables into a text as Compose does; undefined where one that must be there is not. */
export function interpolate(text: string, lookup: (name: string) => string | undefined): string | undefined {
  let isMissing = false;
  const result = text.replace(REFERENCE, (_, dollar, bare, name, operator: string | undefined, word = '') => {
    if (dollar !== undefined) return '$';
    const value = lookup(bare ?? name);
    // A colon counts what is empty as not set.
    const isSet = value !== undefined && !(operator?.startsWith(':') && value === '');
    if (operator?.endsWith('-')) return isSet ? (value ?? '') : word;
    if (operator?.endsWith('+')) return isSet ? word : '';
    if (!isSet && operator !== undefined) isMissing = true;
    if (value === undefined) isMissing = true;
    return value ?? '';
  });
  return isMissing ? undefined : result;
}
