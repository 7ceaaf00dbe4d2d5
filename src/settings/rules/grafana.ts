import { isFloatingImage } from '../../stack/image.ts';
import type { Findings } from '../finding.ts';
import { GRAFANA_DEFAULTS } from '../grafana-schema.ts';
import type { Settings } from '../schema.ts';
import { checkFloating } from './images.ts';
import { checkSecretReference } from './secret-reference.ts';
import { checkUnused } from './unused.ts';

/** What Grafana reads from, its image and its password, and only what the kind can use. */
export function checkGrafana({ monitoring }: Pick<Settings, 'monitoring'>, found: Findings): void {
  const grafana = monitoring.grafana;
  if (grafana === undefined) return;
  const at = ['monitoring', 'grafana'];
  const { external, image, password } = grafana;
  checkSource(monitoring.prometheus, external, found);
  if (external) {
    checkUnused(grafana, { ...GRAFANA_DEFAULTS, password: undefined }, at, found);
    return;
  }
  if (isFloatingImage(image)) checkFloating([...at, 'image'], image, GRAFANA_DEFAULTS.image, found);
  if (password !== undefined) checkSecretReference(password, [...at, 'password'], found);
  else if (!found.isRefused([...at, 'password']))
    found.key(
      'missing-key',
      at,
      '`monitoring.grafana.password` is missing',
      'add `password: { env: GRAFANA_PASSWORD }`: without one, Grafana lets anybody in as admin/admin',
    );
}

/** The dashboard shows what the exporter tells Prometheus; our Grafana knows our Prometheus only. */
function checkSource(
  prometheus: { readonly external: boolean } | undefined,
  external: boolean,
  found: Findings,
): void {
  const at = ['monitoring', 'grafana'];
  if (prometheus === undefined)
    found.key(
      'grafana-source',
      at,
      '`monitoring.grafana` has nothing to show without `monitoring.prometheus`',
      external
        ? 'add `prometheus: { external: true }` beside it, or `prometheus: {}` for one of the stack'
        : 'add `prometheus: {}` beside it',
    );
  else if (prometheus.external && !external)
    found.key(
      'grafana-source',
      at,
      "the stack's own Grafana reads from the stack's own Prometheus, and someone else runs that",
      'add `external: true` here, and import the dashboard into the Grafana that knows that Prometheus',
    );
}
