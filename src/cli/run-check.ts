import { EXIT, SettingsError } from '../problems/errors.ts';
import { isCode, PAGES } from '../problems/pages.ts';
import { isError, isWarning, type Problem } from '../problems/problem.ts';
import { type Checked, reportChecked } from '../report/findings.ts';
import { createSarif } from '../report/sarif.ts';
import { inspectSettings } from '../settings/load-stack.ts';
import type { CheckOptions } from './check.ts';
import type { Invocation } from './context.ts';

declare const __VERSION__: string;

/** Checks the settings of one environment and reports every finding. Gives the exit code. */
export async function runCheck({ world, options, report }: Invocation<CheckOptions>): Promise<number> {
  const checked = await inspect(options, { ...world, onWait: report.progress });
  const pageOf = ({ code }: Problem) => (isCode(code) ? PAGES[code] : undefined);
  if (options.format === 'sarif') {
    const sarif = createSarif(checked.problems, pageOf, { version: __VERSION__, file: options.config });
    world.stdout.write(`${JSON.stringify(sarif, null, 2)}\n`);
  } else {
    reportChecked(checked, pageOf, report);
  }
  return exitCode(checked.problems, options.strict === true);
}

/** What is wrong with a file that is no settings at all is a finding like any other. */
async function inspect(
  options: CheckOptions & { config: string; env?: string },
  world: Parameters<typeof inspectSettings>[1],
): Promise<Checked> {
  try {
    return await inspectSettings(options, world);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return { environment: options.env, problems: error.problems, ignored: [] };
  }
}

function exitCode(problems: readonly Problem[], isStrict: boolean): number {
  if (problems.some((problem) => isError(problem) && !problem.ignorable)) return EXIT.usage;
  if (problems.some(isError) || (isStrict && problems.some(isWarning))) return EXIT.checkFailed;
  return EXIT.ok;
}
