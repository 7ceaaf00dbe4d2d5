import type { Reporter } from './reporter.ts';

/** The sets that can be put back, the newest first. */
interface History {
  readonly environment: string;
  readonly shownFolder: string;
  readonly times: readonly string[];
  /** The one that was put in place last. */
  readonly current: string | undefined;
}

/** Reports what there is to go back to. */
export function reportHistory({ environment, shownFolder, times, current }: History, report: Reporter): void {
  report.data({ environment, sets: times.map((time) => ({ time, current: time === current })) });
  for (const time of times)
    report.line(time === current ? `${time}  ${report.style.green('current')}` : time);
  if (times.length === 0) report.line(`${shownFolder} has no set that was deployed`);
}
