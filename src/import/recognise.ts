/** Whether a file is an ini file, which has sections: anything else is Compose's YAML. */
export function isIni(path: string, text: string): boolean {
  const [first = ''] = text.split('\n').filter((line) => !/^\s*(?:[#;]|$)/.test(line));
  return /\.ini$/.test(path) || (!/\.ya?ml$/.test(path) && /^\s*(?:\[\w+\]|%include\s)/.test(first));
}

/** Whether a file tells of a PgBouncer: an ini file, or Compose's with a service of an image that is configured by it. */
export function tellsOfPooler(path: string, text: string): boolean {
  return isIni(path, text) || IMAGE.test(text);
}

/** As people write it: on a line of its own or in a flow map, whole or behind `${IMAGE:-`. */
const IMAGE = /^[^#\n]*\bimage["']?:[^#\n]*\b(?:edoburu|bitnami|bitnamilegacy)\/pgbouncer\b/m;
