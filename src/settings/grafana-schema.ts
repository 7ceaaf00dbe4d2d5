import * as z from 'zod/mini';
import { about, bindAddress, image, maybe, port, secret } from './schema-parts.ts';

/** What holds where the settings leave it out; none of it has a use with `external`. */
export const GRAFANA_DEFAULTS = { image: 'grafana/grafana:12.4.4', port: 3000, bind: '127.0.0.1' } as const;

/** Grafana, run by the stack or by someone else. */
export const grafana = z.strictObject({
  external: about(
    z._default(z.boolean(), false),
    'Whether someone else runs it: then only the dashboard is rendered, to be imported there.',
  ),
  image: about(
    z._default(image, GRAFANA_DEFAULTS.image),
    'The Grafana image, with a tag that names its version.',
  ),
  port: about(z._default(port, GRAFANA_DEFAULTS.port), 'The port of the host that it is published on.'),
  bind: about(
    z._default(bindAddress(), GRAFANA_DEFAULTS.bind),
    'The address of the host that it is published on.',
  ),
  password: maybe(
    secret,
    'The password of its user `admin`. Grafana takes it at its first start; `render` names the command for a new one.',
  ),
});
