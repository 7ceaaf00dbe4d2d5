/** The spelling of a value in .env that Compose reads back exactly; written anew, not the program's own. */
export function quoteDotenv(value: string): string {
  if (!/['\\]/.test(value)) return `'${value}'`;
  return `"${value.replace(/[\\"$]/g, '\\$&')}"`;
}
