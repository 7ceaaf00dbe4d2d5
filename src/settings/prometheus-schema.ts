import * as z from 'zod/mini';
import { about, bindAddress, image, line, maybe, port, textLike } from './schema-parts.ts';

/** What holds where the settings leave it out; none of it has a use with `external`. */
export const PROMETHEUS_DEFAULTS = { image: 'prom/prometheus:v3.5.3', port: 9090, retention: '15d' } as const;

/** No more than the 292 years that Prometheus, which counts nanoseconds in 63 bits, can hold. */
const RETENTION = /^[1-9](?:\d?y|\d{0,3}w|\d{0,4}[dhms])$/;

const hostAndPort = textLike(
  /^(?:[\w.-]+|\[[0-9a-fA-F:.]+\]):[1-9]\d{0,4}$/,
  'must be a host and a port such as alertmanager:9093',
);

const exporter = about(
  z.strictObject({
    image: about(
      z._default(image, 'prometheuscommunity/pgbouncer-exporter:v0.12.1'),
      "The exporter's image; 0.11 or newer, which named the counters anew.",
    ),
    port: maybe(
      port,
      'The port of the host that the exporter is published on, for a Prometheus outside of the network. Default: none.',
    ),
    address: maybe(
      line.check(z.regex(/^(?:[\w.-]+|[0-9a-fA-F:]+)$/, 'must be one host name or address')),
      'The name or address by which that Prometheus finds this host. Default: `bind`, or 127.0.0.1 where that is every address.',
    ),
  }),
  "The service that shows PgBouncer's console to Prometheus; it logs in as the first user with `role: stats`.",
);

/** Prometheus, run by the stack or by someone else, and the exporter that it reads. */
export const prometheus = z.strictObject({
  external: about(
    z._default(z.boolean(), false),
    'Whether someone else runs it: then only the exporter, the scrape job and the rules are rendered.',
  ),
  image: about(
    z._default(image, PROMETHEUS_DEFAULTS.image),
    'The Prometheus image, with a tag that names its version; 2.43 or newer.',
  ),
  port: about(z._default(port, PROMETHEUS_DEFAULTS.port), 'The port of the host that it is published on.'),
  bind: about(
    z._default(bindAddress(), '127.0.0.1'),
    "The address of the host that its port and the exporter's are published on. Neither asks for a password.",
  ),
  retention: about(
    z._default(textLike(RETENTION, 'must be a duration such as 15d'), PROMETHEUS_DEFAULTS.retention),
    'How long it keeps what it has seen, such as 15d.',
  ),
  alertmanagers: about(
    z._default(z.array(hostAndPort), []),
    'Alertmanagers that are told of alerts, each as host:port, as Prometheus reaches it from the network of the stack.',
  ),
  exporter: z.prefault(exporter, {}),
});
