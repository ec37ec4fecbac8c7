import { checkTemplate } from '../expressions/template-check.ts';
import { typeTemplate } from '../expressions/template-types.ts';
import { ANY, TEXT, type ValueType } from '../expressions/value-type.ts';
import { answersType } from './answers-type.ts';
import { suggest } from './closest.ts';
import { pathRange } from './path-range.ts';
import { quote, type Report } from './report.ts';
import { nodeRange, type SourceNode } from './source-node.ts';
import { reportTemplateProblems, reportTypeProblem } from './template-problems.ts';

/** What a template of a `config.yaml` may read. */
interface Readable {
  readonly types: ReadonlyMap<string, ValueType>;
  /** Said where it reads something else. */
  readonly hint: string;
  /** Said where it reads a part that is not always there. */
  readonly optionalHint?: string;
}

const SUMMARIZER: Readable = {
  types: new Map([
    ['question', TEXT],
    ['answers', answersType(TEXT)],
  ]),
  hint: 'a summarizer reads `question` and `answers`',
  optionalHint: 'a model that failed has `failure` and no `answer`; ask with `{% if … %}`',
};

const REFORMULATION: Readable = {
  types: new Map<string, ValueType>([
    ['request', TEXT],
    ['purpose', TEXT],
    ['inputs', ANY],
    ['previous', ANY],
    ['remark', ANY],
  ]),
  hint: 'it reads `request`, `purpose`, `inputs`, `previous` and `remark`',
};

/** Reports what is wrong with the template of a summarizer; one that never reads the answers merges nothing. */
export function checkSummarizerPrompt(node: SourceNode, report: Report): void {
  const roots = checkPrompt(node, SUMMARIZER, report);
  if (roots === undefined || roots.has('answers')) return;
  const message = 'The prompt never reads `answers`, so the model would not see what it merges';
  report({
    code: 'invalid-value',
    range: nodeRange(node),
    message,
    hint: 'write `{{ answers | json }}` in it',
  });
}

/** Reports what is wrong with the template that says requests again; one that never reads the request says nothing again. */
export function checkReformulationPrompt(node: SourceNode, report: Report): void {
  const roots = checkPrompt(node, REFORMULATION, report);
  if (roots === undefined || roots.has('request')) return;
  const message = 'The prompt never reads `request`, so the model would not see what it says again';
  report({ code: 'invalid-value', range: nodeRange(node), message, hint: 'write `{{ request }}` in it' });
}

/** The names that it reads; undefined where it is no template. */
function checkPrompt(
  node: SourceNode,
  { types, hint, optionalHint }: Readable,
  report: Report,
): ReadonlySet<string> | undefined {
  // What is no text has been reported by its type.
  if (node.kind !== 'scalar' || typeof node.value !== 'string') return undefined;
  const source = node.value;
  const mode = 'text';
  const check = checkTemplate(source, mode);
  reportTemplateProblems({ node, check }, report);
  if (check.problems.length > 0) return undefined;
  const unknown = check.paths.filter(([root]) => !types.has(String(root)));
  for (const path of unknown) {
    const root = String(path[0]);
    const range = pathRange({ node, source, mode }, path, 1);
    const message = `There is no variable ${quote(root)} here`;
    report({ code: 'unknown-variable', range, message, hint: suggest(root, types.keys()) ?? hint });
  }
  const { problems } = typeTemplate(source, { rootType: name => types.get(name) });
  for (const problem of problems) {
    const isOptional = problem.code === 'optional-field' && optionalHint !== undefined;
    reportTypeProblem({ node, mode }, isOptional ? { ...problem, hint: optionalHint } : problem, report);
  }
  // An unknown name may be meant for one of these.
  return unknown.length > 0 ? undefined : new Set(check.paths.map(([root]) => String(root)));
}
