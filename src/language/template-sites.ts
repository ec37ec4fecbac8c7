import { checkTemplate, type TemplateCheck } from '../expressions/template-check.ts';
import type { Phase } from '../model/crew.ts';
import type { RuleContext } from './rule.ts';
import type { NodePath, ScalarNode, SourceNode } from './source-node.ts';

const MOST_TAGS = 2000;

/** One template as it stands in a file, with what its check found. */
export interface TemplateSite {
  readonly node: ScalarNode;
  readonly source: string;
  readonly phase: Phase;
  /** Guards are read after the phase's work, when its own artifact is there. */
  readonly after: boolean;
  readonly branch?: string;
  readonly check: TemplateCheck;
}

/** Lists every template of the procedure: tasks, arguments, results and conditions, each checked once. */
export function listTemplateSites({
  crew,
  places,
}: Pick<RuleContext, 'crew' | 'places'>): readonly TemplateSite[] {
  return crew.sop.phases.flatMap((phase): TemplateSite[] => {
    const path: NodePath = ['phases', phase.name];
    const text = (at: NodePath, branch?: string): TemplateSite[] =>
      strings(places.node(at)).map(node => site(node, 'text', phase, branch));
    if (phase.kind === 'end') return text([...path, 'result']);
    const guards = phase.next.flatMap((_, index) =>
      strings(places.node([...path, 'next', index, 'when'])).map(node => site(node, 'condition', phase)),
    );
    if (phase.kind !== 'parallel') return [...text([...path, 'task']), ...text([...path, 'with']), ...guards];
    const inBranches = phase.branches.flatMap(({ name }) => {
      const at = [...path, 'parallel', name];
      return [...text([...at, 'task'], name), ...text([...at, 'with'], name)];
    });
    return [...inBranches, ...guards];
  });
}

function site(node: ScalarNode, mode: 'text' | 'condition', phase: Phase, branch?: string): TemplateSite {
  const source = String(node.value);
  const check = tooManyTags(source) ?? checkTemplate(source, mode);
  return {
    node,
    source,
    phase,
    after: mode === 'condition',
    check,
    ...(branch === undefined ? {} : { branch }),
  };
}

/** The analysis of a template takes the square of its tags, so their number is limited. */
function tooManyTags(source: string): TemplateCheck | undefined {
  const tags = source.split(/\{\{|\{%/, MOST_TAGS + 2).length - 1;
  if (tags <= MOST_TAGS) return undefined;
  const message = `The template has more than ${MOST_TAGS} tags`;
  return { paths: [], guarded: [], problems: [{ code: 'template-syntax', message, offset: 0, length: 1 }] };
}

/** The strings inside a value; strings without Liquid are no templates, but a condition always is one. */
function strings(node: SourceNode | undefined): ScalarNode[] {
  if (node === undefined) return [];
  if (node.kind === 'scalar') return typeof node.value === 'string' ? [node] : [];
  if (node.kind === 'list') return node.items.flatMap(strings);
  return node.entries.flatMap(entry => strings(entry.value));
}
