import type { Sight } from './evidence.ts';
import type { PrometheusAnswer } from './prometheus-answer.ts';

/** What was seen of the services that watch the pool; undefined is switched off, or run by someone else. */
export interface MonitoringEvidence {
  /** What the exporter shows to Prometheus, as text. */
  readonly metrics: Sight<string> | undefined;
  readonly prometheus: Sight<PrometheusAnswer> | undefined;
  /** The end of the exporter's log, unredacted; empty until a check failed and it was asked for. */
  readonly exporterLog: string;
}

export const NO_MONITORING: MonitoringEvidence = {
  metrics: undefined,
  prometheus: undefined,
  exporterLog: '',
};
