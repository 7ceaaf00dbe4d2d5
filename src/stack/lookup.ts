/**
 * What PgBouncer asks about a user who has no line in userlist.txt, where there is an auth_user and the settings give
 * no auth_query: a function that the roles' SQL makes (writers/lookup-sql.ts).
 */
export const LOOKUP_QUERY = 'SELECT usename, passwd FROM ecar_pool.user_lookup($1)';
