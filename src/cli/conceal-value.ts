/**
 * Commander's words on an option that it does not know, without the value: what stands behind a mistyped
 * `--password=`, or in `-xSECRET` as other programs take it, may be a secret.
 */
export function concealValue(message: string): string {
  return message.replace(/(unknown option '(?:--[^=']*|-[^-])).*'/s, "$1'");
}
