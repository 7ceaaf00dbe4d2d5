import type { Stack } from '../stack/stack.ts';

/** libpq's names for what PgBouncer is given to log in to a server by TLS. */
const KEYWORDS = {
  server_tls_ca_file: 'sslrootcert',
  server_tls_cert_file: 'sslcert',
  server_tls_key_file: 'sslkey',
} as const;

/** Texts for libpq, by its keyword for the file that holds each. */
export type TlsFiles = ReadonlyMap<string, string>;

/**
 * What a client of libpq's needs of the files that PgBouncer has. The CA only where it is to be checked: given one,
 * libpq checks it under `require`, too (https://www.postgresql.org/docs/current/libpq-ssl.html), and PgBouncer does not.
 */
export function tlsFilesOf({ pgbouncer: { settings, files } }: Stack): TlsFiles {
  const isChecked = settings.get('server_tls_sslmode')?.startsWith('verify-') === true;
  const found = Object.entries(KEYWORDS).flatMap(([setting, keyword]) => {
    const text = files.get(setting);
    return text === undefined || (keyword === 'sslrootcert' && !isChecked) ? [] : [[keyword, text] as const];
  });
  return new Map(found);
}

/** The folder of a container of our own that they are put into. */
const FOLDER = '/tmp';

/** Where they are in the container, in the words of a connection string. */
export function tlsKeywords(files: TlsFiles): Readonly<Record<string, string>> {
  return Object.fromEntries([...files.keys()].map((keyword) => [keyword, `${FOLDER}/${keyword}`]));
}

/** Shell that puts them there from its stdin; libpq takes no key that others may read. Empty where there is none. */
export function takeTlsFiles(files: TlsFiles): string {
  if (files.size === 0) return '';
  return `umask 077
for file in ${[...files.keys()].join(' ')}; do
  while IFS= read -r line && [ "$line" ]; do printf '%s\\n' "$line"; done > ${FOLDER}/$file
done
`;
}

/** The same as that shell reads them: an empty line ends each, and PEM has no use for others. */
export function feedTlsFiles(files: TlsFiles): string {
  const lines = (text: string) => text.split(/\r?\n/).filter((line) => line !== '');
  return [...files.values()].map((text) => `${lines(text).join('\n')}\n\n`).join('');
}
