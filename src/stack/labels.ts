/** A hash of what only a restart applies: PgBouncer's container is made anew when it changes. */
export const RESTART_LABEL = 'ecar-pool.restart-hash';

/** A hash of all that a service's container is made from: by it `verify` knows one that is out of date. */
export const CONFIG_LABEL = 'ecar-pool.config-hash';

/** The environment that a container belongs to: each one that ecar-pool renders has it. */
export const ENVIRONMENT_LABEL = 'ecar-pool.environment';
