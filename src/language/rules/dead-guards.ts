import { evaluateCondition } from '../../expressions/template-evaluate.ts';
import { typeCondition } from '../../expressions/template-types.ts';
import type { Phase } from '../../model/crew.ts';
import { CrewError } from '../../model/crew-error.ts';
import { quote } from '../report.ts';
import type { RuleContext } from '../rule.ts';
import type { TemplateSite } from '../template-sites.ts';

/** Every condition of a way out can hold: it is no constant, and no earlier one takes all of its cases. */
export function checkDeadGuards(context: RuleContext): void {
  for (const phase of context.crew.sop.phases) {
    if (phase.kind === 'end') continue;
    const earlier = new Map<string, number>();
    for (const site of guardsOf(context, phase)) {
      const dead = whyDead(context, site, earlier);
      if (dead) context.report({ ...dead, range: context.places.at(site.path) });
      const text = plainText(site.source);
      if (!earlier.has(text)) earlier.set(text, Number(site.path[3]));
    }
  }
}

function guardsOf({ templates }: RuleContext, phase: Phase): readonly TemplateSite[] {
  return templates.filter(
    site => site.phase === phase && site.path[2] === 'next' && site.check.problems.length === 0,
  );
}

interface DeadGuard {
  readonly code: 'constant-guard' | 'shadowed-transition';
  readonly message: string;
  readonly hint: string;
}

function whyDead(
  context: RuleContext,
  site: TemplateSite,
  earlier: ReadonlyMap<string, number>,
): DeadGuard | undefined {
  const constant = site.check.paths.length === 0 ? constantOutcome(site.source) : undefined;
  if (constant !== undefined) return constantGuard(constant);
  if (earlier.has(plainText(site.source))) {
    const message = `This way is never taken, because an earlier one of ${quote(site.phase.name)} has the same condition`;
    return { code: 'shadowed-transition', message, hint: 'take one of the two out, or change its condition' };
  }
  const { rootType } = context.types.scopeOf(site);
  const { before, among } = context.types.guardFacts(site);
  if (typeCondition(site.source, { rootType, facts: among }).outcome !== false) return undefined;
  if (typeCondition(site.source, { rootType, facts: before }).outcome === false) {
    const message = `This condition never holds here, by the conditions on every way to ${quote(site.phase.name)}`;
    return { code: 'constant-guard', message, hint: 'take this way out, or change its condition' };
  }
  const message = `This way is never taken, because the earlier ones of ${quote(site.phase.name)} take all of its cases`;
  return { code: 'shadowed-transition', message, hint: 'move it up, or take it out' };
}

function constantGuard(outcome: boolean): DeadGuard {
  return {
    code: 'constant-guard',
    message: `This condition reads nothing and ${outcome ? 'always' : 'never'} holds`,
    hint: outcome ? 'leave `when` out' : 'take this way out, or write a condition that reads something',
  };
}

function constantOutcome(source: string): boolean | undefined {
  try {
    return evaluateCondition(source, {});
  } catch (error) {
    if (error instanceof CrewError) return undefined;
    throw error;
  }
}

/** The text without what makes no difference; quotes and blanks inside texts are kept. */
function plainText(source: string): string {
  return source
    .split(/("[^"]*"|'[^']*')/)
    .map((part, index) => (index % 2 === 1 ? `"${part.slice(1, -1)}"` : part.replace(/\s+/g, '')))
    .join('');
}
