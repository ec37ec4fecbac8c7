import { isSingle } from '../../expressions/read-value.ts';
import { typeCondition, typeTemplate } from '../../expressions/template-types.ts';
import type { TypeProblem, TypeProblemCode } from '../../expressions/type-problem.ts';
import { describeType } from '../../expressions/value-type.ts';
import type { Severity } from '../../model/diagnostic.ts';
import { suggest } from '../closest.ts';
import type { RuleContext } from '../rule.ts';
import { scalarRange } from '../scalar-range.ts';
import type { TemplateSite } from '../template-sites.ts';

/** What only may go wrong is a warning. */
const SEVERITIES = {
  'unknown-field': 'error',
  'optional-field': 'warning',
  'nullable-field': 'warning',
  'not-a-list': 'error',
  'impossible-value': 'error',
  'incompatible-comparison': 'error',
  'shadowed-variable': 'warning',
  'unassigned-variable': 'warning',
} as const satisfies Record<TypeProblemCode, Severity>;

const MAYBE_ABSENT: ReadonlySet<string> = new Set(['optional-field', 'nullable-field']);
const CONDITION_HINT =
  'write `"… | default: false"` in quotes, or let the schema promise it with `required` or `minItems`';

/** Templates and conditions use what they read as its schema lets them. */
export function checkValueFlow(context: RuleContext): void {
  for (const site of context.templates) {
    if (site.check.problems.length > 0) continue;
    const scope = context.types.scopeOf(site);
    const typed =
      site.mode === 'condition' ? typeCondition(site.source, scope) : typeTemplate(site.source, scope);
    for (const problem of typed.problems) reportProblem(context, site, problem);
    if (
      site.phase.kind !== 'each' ||
      !isEachList(context, site) ||
      !('type' in typed) ||
      !isSingle(typed.type)
    )
      continue;
    const message = `\`each\` goes through a list, but this is ${describeType(typed.type)}`;
    const range = scalarRange(site.node, 0, site.source.length);
    context.report({ code: 'not-a-list', range, message });
  }
}

/** A list that is written out has templates inside, which are its items. */
function isEachList({ places }: RuleContext, { path, node }: TemplateSite): boolean {
  return places.node(path) === node && path.length === 4 && path[2] === 'each' && path[3] === 'in';
}

function reportProblem({ report }: RuleContext, site: TemplateSite, problem: TypeProblem): void {
  const { code, message, offset, length, word, candidates = [] } = problem;
  // A condition has no `{% if … %}`, and YAML wants quotes around a colon.
  const isCondition = site.mode === 'condition' && problem.hint !== undefined;
  const advice = isCondition && MAYBE_ABSENT.has(code) ? CONDITION_HINT : problem.hint;
  const hint = advice ?? (word === undefined ? undefined : suggest(word, candidates));
  report({ code, range: scalarRange(site.node, offset, length), message, hint, severity: SEVERITIES[code] });
}
