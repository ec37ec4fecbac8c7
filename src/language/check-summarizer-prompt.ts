import { checkTemplate } from '../expressions/template-check.ts';
import { typeTemplate } from '../expressions/template-types.ts';
import { TEXT, type ValueType } from '../expressions/value-type.ts';
import { answersType } from './answers-type.ts';
import { suggest } from './closest.ts';
import { pathRange } from './path-range.ts';
import { quote, type Report } from './report.ts';
import type { SourceNode } from './source-node.ts';
import { reportTemplateProblems, reportTypeProblem } from './template-problems.ts';

const TYPES: ReadonlyMap<string, ValueType> = new Map([
  ['question', TEXT],
  ['answers', answersType(TEXT)],
]);

const OPTIONAL_HINT = 'a model that failed has `failure` and no `answer`; ask with `{% if … %}`';

/** Reports what is wrong with the template of a summarizer, which reads `question` and `answers`. */
export function checkSummarizerPrompt(node: SourceNode, report: Report): void {
  // What is no text has been reported by its type.
  if (node.kind !== 'scalar' || typeof node.value !== 'string') return;
  const source = node.value;
  const mode = 'text';
  const check = checkTemplate(source, mode);
  reportTemplateProblems({ node, check }, report);
  if (check.problems.length > 0) return;
  const unknown = check.paths.filter(([root]) => !TYPES.has(String(root)));
  for (const path of unknown) {
    const root = String(path[0]);
    const hint = suggest(root, TYPES.keys()) ?? 'a summarizer reads `question` and `answers`';
    const range = pathRange({ node, source, mode }, path, 1);
    report({ code: 'unknown-variable', range, message: `There is no variable ${quote(root)} here`, hint });
  }
  const { problems } = typeTemplate(source, { rootType: name => TYPES.get(name) });
  for (const problem of problems) {
    const told = problem.code === 'optional-field' ? { ...problem, hint: OPTIONAL_HINT } : problem;
    reportTypeProblem({ node, mode }, told, report);
  }
}
