/** PgBouncer's last words. A FATAL of Postgres that it quotes stands further on in the line. */
const DEATH = /\] FATAL |, exiting$|fast exit/;
/** From here on, PgBouncer has read its files anew. */
const RELOAD = /got SIGHUP|RELOAD command issued/i;

/** Whether a log tells of files that were read anew. */
export function tellsOfReload(log: string): boolean {
  return RELOAD.test(log);
}

/**
 * The lines of the log that tell of the PgBouncer that runs now, or of the last one where none does: what
 * came before the last start or reload may be mended by now.
 */
export function currentLife(log: string): string[] {
  const lines = log.split(/\r?\n/).filter((line) => line.trim() !== '');
  let start = 0;
  for (const [index, line] of lines.entries()) {
    if (RELOAD.test(line)) start = index;
    // The very last line may be the death that is looked into.
    else if (DEATH.test(line) && index < lines.length - 1) start = index + 1;
  }
  return lines.slice(start);
}
