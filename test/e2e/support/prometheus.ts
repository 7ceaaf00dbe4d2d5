import { readFile, writeFile } from 'node:fs/promises';
import { freePort } from '../../support/free-port.ts';
import { IMAGES } from './images.ts';
import type { Project } from './project.ts';

interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [time: number, value: string];
}

export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly values: readonly (readonly [time: number, value: string])[];
}

/** The Prometheus of a project's stack, at the port that it publishes. */
export class Prometheus {
  readonly #project: Project;
  readonly #port: number;

  private constructor(project: Project, port: number) {
    this.#project = project;
    this.#port = port;
  }

  /** Switches it on in the settings, with the testbed's images and a port of its own. */
  static async switchOn(project: Project): Promise<Prometheus> {
    const port = await freePort();
    const settings = { image: IMAGES.prometheus, port, exporter: { image: IMAGES.exporter } };
    await project.set({ monitoring: { prometheus: settings } });
    return new Prometheus(project, port);
  }

  /** The samples that a query gives now. */
  async query(expr: string): Promise<readonly Sample[]> {
    return this.#ask('query', { query: expr });
  }

  /** What a query has given, second by second. */
  async queryRange(expr: string, seconds: number): Promise<readonly Series[]> {
    const end = Math.floor(Date.now() / 1000);
    return this.#ask('query_range', { query: expr, start: `${end - seconds}`, end: `${end}`, step: '1' });
  }

  async #ask<T>(api: string, parameters: Readonly<Record<string, string>>): Promise<readonly T[]> {
    const url = `http://127.0.0.1:${this.#port}/api/v1/${api}?${new URLSearchParams(parameters)}`;
    const response = await fetch(url, { signal: AbortSignal.timeout(10_000) });
    const { status, error, data } = (await response.json()) as {
      status: string;
      error?: string;
      data: { result: readonly T[] };
    };
    if (status !== 'success') throw new Error(`${parameters['query']}: ${error}`);
    return data.result;
  }

  /** The names of the alerts that fire now. */
  async firing(): Promise<string[]> {
    const samples = await this.query('ALERTS{alertstate="firing"}');
    return [...new Set(samples.map(({ metric }) => metric['alertname'] ?? ''))].sort();
  }

  /** Makes it look and judge each second, and alert after two: durations only, no threshold. */
  async hurry(): Promise<void> {
    await this.#rewrite('prometheus.yml', (text) => text.replace(/_interval: 15s/g, '_interval: 1s'));
    await this.#rewrite('scrape.yml', (text) => text.replace('"15s"', '"1s"'));
    await this.#rewrite('rules/pgbouncer.yml', (text) =>
      text.replace(/for: \d+\w$/gm, 'for: 2s').replace(/\[\dm\]/g, '[5s]'),
    );
    await this.#project.compose(['kill', '-s', 'HUP', 'prometheus']);
  }

  async #rewrite(name: string, change: (text: string) => string): Promise<void> {
    const path = this.#project.path(`stack/prod/monitoring/prometheus/${name}`);
    const text = await readFile(path, 'utf8');
    const changed = change(text);
    if (changed === text) throw new Error(`${name} has no duration to shorten`);
    await writeFile(path, changed);
  }
}
