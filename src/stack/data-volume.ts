/** The named volume that holds the data of the Postgres that the stack runs. */
export const DATA_VOLUME = 'postgres_data';
