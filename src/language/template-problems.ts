import type { TypeProblem, TypeProblemCode } from '../expressions/type-problem.ts';
import type { Severity } from '../model/diagnostic.ts';
import { closest, suggest } from './closest.ts';
import { quote, type Report } from './report.ts';
import { pieceAt, scalarRange } from './scalar-range.ts';
import type { TemplateSite } from './template-sites.ts';

/** Reports what is wrong with a template as Liquid, each mistake at its place. */
export function reportTemplateProblems(
  { node, check }: Pick<TemplateSite, 'node' | 'check'>,
  report: Report,
): void {
  for (const { code, message, hint, candidates = [], offset, length } of check.problems) {
    const text = message.charAt(0) === '`' ? message : message.charAt(0).toUpperCase() + message.slice(1);
    const range = scalarRange(node, offset, length);
    const word = String(node.value).slice(offset, offset + length);
    const near = hint === undefined ? closest(word, candidates) : undefined;
    const advice = near === undefined ? hint : `did you mean \`${near}\`?`;
    report({ code, range, message: text || quote(code), hint: advice });
  }
}

/** What only may go wrong is a warning. */
const SEVERITIES = {
  'unknown-field': 'error',
  'optional-field': 'warning',
  'nullable-field': 'warning',
  'not-a-list': 'error',
  'filter-argument': 'error',
  'impossible-value': 'error',
  'incompatible-comparison': 'error',
  'shadowed-variable': 'warning',
  'unassigned-variable': 'warning',
} as const satisfies Record<TypeProblemCode, Severity>;

const MAYBE_ABSENT: ReadonlySet<string> = new Set(['optional-field', 'nullable-field']);
const CONDITION_HINT =
  'write `"… | default: false"` in quotes, or let the schema promise it with `required` or `minItems`';

/** Reports what the types say of a template, at its place. */
export function reportTypeProblem(
  { node, mode }: Pick<TemplateSite, 'node' | 'mode'>,
  problem: TypeProblem,
  report: Report,
): void {
  const { code, message, offset, length, word, candidates = [] } = problem;
  // A prompt file may have an input of any name.
  if (code === 'shadowed-variable' && node.pieces && pieceAt(node.pieces, offset)?.glue) return;
  // A condition has no `{% if … %}`, and YAML wants quotes around a colon.
  const isCondition = mode === 'condition' && problem.hint !== undefined;
  const advice = isCondition && MAYBE_ABSENT.has(code) ? CONDITION_HINT : problem.hint;
  const hint = advice ?? (word === undefined ? undefined : suggest(word, candidates));
  report({ code, range: scalarRange(node, offset, length), message, hint, severity: SEVERITIES[code] });
}
