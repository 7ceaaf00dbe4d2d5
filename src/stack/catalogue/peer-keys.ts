import type { Row } from './row.ts';

/** Peers came with 1.19. */
const since = '1.19';

/** What an entry of [peers] may say beside the host; its name is the peer_id. */
export const PEER_KEYS = {
  port: {
    type: 'int',
    min: 1,
    max: 65535,
    default: '6432',
    since,
    description: 'The port of that process.',
  },
  pool_size: {
    type: 'int',
    default: '',
    since,
    description: 'How many cancel requests are passed on to it at once.',
  },
} as const satisfies Record<string, Row>;
