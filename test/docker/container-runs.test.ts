import { expect, it } from 'vitest';
import { parseContainerRuns } from '../../src/docker/container-runs.ts';

const line = (owner: string | null, service: string) =>
  `["d2419c",true,2,"2026-11-23T13:59:27.68456605Z",${JSON.stringify(owner)},"${service}"]\n`;

it("must read the runs of this project's containers, and of no other", () => {
  expect(
    parseContainerRuns(`${line('ecar', 'pgbouncer')}${line('other', 'postgres')}${line(null, 'x')}`, 'ecar'),
  ).toEqual(
    new Map([
      [
        'pgbouncer',
        { id: 'd2419c', running: true, restarts: 2, startedAt: Date.UTC(2026, 10, 23, 13, 59, 27, 684) },
      ],
    ]),
  );
  expect(parseContainerRuns('\n', 'ecar').size).toBe(0);
});
