import type { Service } from './service.ts';

/** A port of the container on an address of the host. */
export function publishPort(bind: string, published: number, target: number): Service {
  return { host_ip: bind, target, published: String(published), protocol: 'tcp' };
}

/**
 * A health check by busybox's wget, which the images of Prometheus, its exporters and Grafana have.
 * @param command a condition for busybox sh
 */
export function shellCheck(command: string): Service {
  return {
    test: ['CMD-SHELL', command],
    interval: '5s',
    timeout: '5s',
    retries: 5,
    start_period: '60s',
  };
}
