import { CVES, CVES_AS_OF, type Cve, type CveCode } from './cves.ts';
import { type Page, PGBOUNCER_CHANGELOG, warning } from './page.ts';
import { CHECK_PAGES } from './pages/checks.ts';
import { FILE_PAGES } from './pages/file.ts';
import { LOGGING_IN_PAGES } from './pages/logging-in.ts';
import { MODEL_PAGES } from './pages/model.ts';
import { SECRET_PAGES } from './pages/secrets.ts';
import { TAKEN_OVER_PAGES } from './pages/taken-over.ts';
import { TLS_PAGES } from './pages/tls.ts';

/** The code of everything that can be found in settings. Each has a page; the compiler holds it to that. */
export type Code =
  | keyof typeof CHECK_PAGES
  | keyof typeof FILE_PAGES
  | keyof typeof LOGGING_IN_PAGES
  | keyof typeof MODEL_PAGES
  | keyof typeof SECRET_PAGES
  | keyof typeof TAKEN_OVER_PAGES
  | keyof typeof TLS_PAGES
  | CveCode;

/** Every page by its code, in the order of the documentation. */
export const PAGES: Readonly<Record<Code, Page>> = {
  ...CHECK_PAGES,
  ...(Object.fromEntries(
    Object.entries<Cve>(CVES).map(([code, cve]) => [code, cvePage(code, cve)]),
  ) as Record<CveCode, Page>),
  ...TLS_PAGES,
  ...SECRET_PAGES,
  ...LOGGING_IN_PAGES,
  ...MODEL_PAGES,
  ...TAKEN_OVER_PAGES,
  ...FILE_PAGES,
};

export function isCode(text: string): text is Code {
  return Object.hasOwn(PAGES, text);
}

function cvePage(code: string, { published, since, fixedIn, title, impact, mitigation }: Cve): Page {
  return {
    ...warning,
    title: `${code.toUpperCase()}: ${title}`,
    why: impact,
    pgbouncer: `From ${since} on; mended in ${fixedIn}. Published on ${published}; this table was held against the changelog on ${CVES_AS_OF}.`,
    fix: `Use an image with PgBouncer ${fixedIn} or newer.${mitigation === undefined ? '' : ` ${mitigation}`}`,
    sources: [PGBOUNCER_CHANGELOG, `https://www.cve.org/CVERecord?id=${code.toUpperCase()}`],
  };
}
