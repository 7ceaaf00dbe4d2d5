import type { Dashboard, Panel } from '../../support/dashboard.ts';
import type { Series } from './prometheus.ts';

const COLOURS = ['#3274d9', '#e0752d', '#56a64b', '#b877d9', '#e02f44'];
/** Pixels of a column and of a row of the dashboard's grid. */
const [COLUMN, ROW] = [50, 34];

/**
 * A page with what the queries of a dashboard give, each panel in its place. It is no Grafana: it shows the data only.
 * @param ask the series of a query
 */
export async function dashboardPage(
  { panels }: Dashboard,
  ask: (expr: string) => Promise<readonly Series[]>,
): Promise<string> {
  const boxes = await Promise.all(panels.map(async (panel) => box(panel, await seriesOf(panel, ask))));
  return `<!doctype html><meta charset="utf-8"><style>
    body { margin: 0; background: #f4f5f5; font: 13px sans-serif; color: #24292e }
    div { position: absolute; box-sizing: border-box; padding: 6px 8px; background: #fff; border: 1px solid #dce1e6 }
    .row { background: none; border: 0; font-weight: bold }
    .stat { font-size: 30px; text-align: center }
    svg { display: block; width: 100%; height: 68% } h4 { margin: 0 0 4px; font-size: 13px } i { font-style: normal }
  </style>${boxes.join('')}`;
}

interface Line {
  readonly name: string;
  readonly points: readonly (readonly [time: number, value: number])[];
}

async function seriesOf(
  { targets = [] }: Panel,
  ask: (expr: string) => Promise<readonly Series[]>,
): Promise<Line[]> {
  const answers = targets.map(async ({ expr, legendFormat = '' }) => {
    const series = await ask(expr);
    return series.map(({ metric, values }) => ({
      name: legendFormat.replace(/\{\{(\w+)\}\}/g, (_, label) => metric[label] ?? ''),
      points: values
        .map(([time, value]) => [time, Number(value)] as const)
        .filter(([, value]) => Number.isFinite(value)),
    }));
  });
  return (await Promise.all(answers)).flat();
}

function box({ type, title, gridPos, fieldConfig }: Panel, lines: readonly Line[]): string {
  const { x, y, w, h } = gridPos;
  const place = `left:${x * COLUMN}px;top:${y * ROW}px;width:${w * COLUMN}px;height:${h * ROW}px`;
  if (type === 'row') return `<div class="row" style="${place}">${title}</div>`;
  const unit = fieldConfig?.defaults?.unit ?? 'none';
  const body = type === 'stat' ? stat(lines, unit) : chart(lines, unit);
  return `<div style="${place}"><h4>${title}</h4>${body}</div>`;
}

function stat(lines: readonly Line[], unit: string): string {
  const last = lines[0]?.points.at(-1)?.[1];
  return `<p class="stat">${last === undefined ? 'no data' : formatValue(last, unit)}</p>`;
}

function chart(lines: readonly Line[], unit: string): string {
  const points = lines.flatMap((line) => line.points);
  if (points.length === 0) return 'no data';
  const [first, last] = [
    Math.min(...points.map(([time]) => time)),
    Math.max(...points.map(([time]) => time)),
  ];
  const top = Math.max(...points.map(([, value]) => value)) || 1;
  const drawn = lines.map(({ points: own }, index) => {
    const at = own.map(
      ([time, value]) =>
        `${((time - first) / (last - first || 1)) * 300},${(100 - (value / top) * 95).toFixed(1)}`,
    );
    const colour = COLOURS[index % COLOURS.length];
    return `<polyline fill="none" stroke="${colour}" vector-effect="non-scaling-stroke" points="${at.join(' ')}"/>`;
  });
  const legend = lines.map(
    ({ name, points: own }, index) =>
      `<i style="color:${COLOURS[index % COLOURS.length]}">■</i> ${name} ${formatValue(own.at(-1)?.[1] ?? 0, unit)}`,
  );
  return `<svg viewBox="0 0 300 100" preserveAspectRatio="none">${drawn.join('')}</svg>${legend.join(' &nbsp; ')}`;
}

function formatValue(value: number, unit: string): string {
  const short = (number: number) => String(Number(number.toPrecision(3)));
  if (unit === 'percentunit') return `${short(value * 100)} %`;
  if (unit === 's') return value < 1 ? `${short(value * 1000)} ms` : `${short(value)} s`;
  if (unit === 'Bps') return `${short(value / 1000)} kB/s`;
  return unit === 'ops' ? `${short(value)}/s` : short(value);
}
