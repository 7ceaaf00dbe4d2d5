import { EXIT, SettingsError } from '../problems/errors.ts';
import { reportSize } from '../report/size.ts';
import { inspectSettings } from '../settings/load-stack.ts';
import { countBudget, countCapacity } from '../stack/budget.ts';
import { budgetFacts, countOpenFiles, hasUncountedPools, serverBudgetFacts } from '../stack/connections.ts';
import { proposeSizes } from '../stack/propose-sizes.ts';
import type { Stack } from '../stack/stack.ts';
import type { Invocation } from './context.ts';
import type { SizeOptions } from './size.ts';

/** Counts and proposes for one environment. What is over budget is shown, too: that is what this is for. */
export async function showSize({ world, options, report }: Invocation<SizeOptions>): Promise<number> {
  const { loaded, problems } = await inspectSettings(options, { ...world, onWait: report.progress });
  if (loaded === undefined) throw new SettingsError(problems.filter(({ waits }) => !waits));
  const { stack } = loaded;
  const facts = { ...serverBudgetFacts(stack), processes: options.processes ?? 1 };
  const capacity = capacityOf(stack, options.maxConnections);
  reportSize(
    {
      environment: stack.environment,
      settings: stack.pgbouncer.settings,
      budget: countBudget(facts),
      isLowerBound: hasUncountedPools(facts),
      capacity,
      openFiles: countOpenFiles({ ...budgetFacts(stack), processes: facts.processes }),
      load: options,
      proposals: proposeSizes(facts, capacity, options),
    },
    report,
  );
  return EXIT.ok;
}

function capacityOf({ postgres }: Stack, asked: number | undefined) {
  const max_connections = asked ?? postgres.max_connections;
  if (max_connections === undefined) return undefined;
  const settings = postgres.kind === 'own' ? postgres.settings : new Map<string, string>();
  return countCapacity({ max_connections, settings, direct_connections: postgres.direct_connections ?? 0 });
}
