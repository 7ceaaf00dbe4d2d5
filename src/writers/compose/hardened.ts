/** For a service that needs nothing but its mounts: no writable root, no capability, no way to get one. */
export const HARDENED = {
  read_only: true,
  cap_drop: ['ALL'],
  security_opt: ['no-new-privileges:true'],
} as const;
