import { warn } from '../row.ts';
import type { Check } from '../scene.ts';

/** Says that what is judged is not what the settings say: nothing fails for that, and nobody is to forget it. */
export const checkRolledBack: Check = ({ subject: { kept } }) => {
  if (kept === undefined || kept.ahead.length === 0) return [];
  const { time, ahead, deployCommand } = kept;
  return [
    warn('rolled-back', 'settings', {
      observed: `rolled back to the set of ${time}; the settings are ahead of it in ${ahead.join(', ')}`,
      hint: `see what they would change with ${deployCommand} --dry-run; once that is what you want, run ${deployCommand}`,
    }),
  ];
};
