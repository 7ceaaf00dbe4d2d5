/**
 * Why Postgres creates no role of this name, to read on from `a user cannot be called …:`; undefined where it
 * does. Quotes do not help (RoleSpec in src/backend/parser/gram.y, IsReservedName in catalog.c).
 */
export function explainRoleName(name: string): string | undefined {
  if (name === 'public' || name === 'none') return 'Postgres reserves this name';
  return name.startsWith('pg_') ? 'Postgres keeps names that start with pg_ for itself' : undefined;
}
