/** Where the folder `pgbouncer/` is mounted; the image's entrypoint expects pgbouncer.ini and userlist.txt there. */
export const CONFIG_FOLDER = '/etc/pgbouncer';

/** The file that a setting names, there: `auth_hba.conf` for `auth_hba_file`, `server_tls_ca.pem` for `server_tls_ca_file`. */
export function configFileName(setting: string): string {
  return setting.replace(/_file$/, setting.startsWith('auth_') ? '.conf' : '.pem');
}
