import type { Sight } from './evidence.ts';
import type { PrometheusAnswer } from './prometheus-answer.ts';

/** What was seen of the services that watch the pool; undefined is switched off, or run by someone else. */
export interface MonitoringEvidence {
  /** What the exporter shows to Prometheus, as text. */
  readonly metrics: Sight<string> | undefined;
  readonly prometheus: Sight<PrometheusAnswer> | undefined;
}

export const NO_MONITORING: MonitoringEvidence = {
  metrics: undefined,
  prometheus: undefined,
};
