import { ok } from '../row.ts';
import type { Check } from '../scene.ts';

/** The engine and Compose; where either could not be used, `observe` has already thrown. */
export const checkDocker: Check = ({ evidence }) => [
  ok('docker', 'docker', `Engine ${evidence.versions.engine}, Compose ${evidence.versions.compose}`, {
    ms: evidence.versions.ms,
  }),
];
