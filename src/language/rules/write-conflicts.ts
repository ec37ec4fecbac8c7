import type { BranchWork } from '../../model/crew.ts';
import { specOf } from '../artifact-type.ts';
import { quote } from '../report.ts';
import type { RuleContext } from '../rule.ts';

const PLACES = ['path', 'file', 'name', 'key'];

/** Branches that work at the same time do not write to the same place. */
export function checkWriteConflicts(context: RuleContext): void {
  for (const phase of context.crew.sop.phases) {
    if (phase.kind !== 'parallel') continue;
    const written = new Map<string, string>();
    for (const branch of phase.branches) {
      const target = targetOf(branch, context);
      if (target === undefined) continue;
      const other = written.get(target.key);
      if (other === undefined) {
        written.set(target.key, branch.name);
        continue;
      }
      const message = `The branches ${quote(other)} and ${quote(branch.name)} write ${quote(target.place)} at the same time`;
      const range = context.places.at([
        'phases',
        phase.name,
        'parallel',
        branch.name,
        'with',
        target.argument,
      ]);
      const hint = 'write to two places, or in two phases one after the other';
      context.report({ code: 'write-conflict', range, message, hint, severity: 'warning' });
    }
  }
}

interface Target {
  readonly key: string;
  readonly place: string;
  readonly argument: string;
}

/** Where a call of a tool that changes something writes, as far as an argument says it. */
function targetOf(work: BranchWork, { crew, catalog }: RuleContext): Target | undefined {
  if (work.kind !== 'tool' || specOf(work.tool, crew, catalog)?.readOnly !== false) return undefined;
  const argument = PLACES.find(name => typeof work.with[name] === 'string');
  if (argument === undefined) return undefined;
  const place = String(work.with[argument]);
  return { key: JSON.stringify([work.tool.split('.')[0], argument, place]), place, argument };
}
