import { type Template, toValueSync } from 'liquidjs';
import type { TemplateProblem } from './template-check.ts';

/** Bounded, so that a text of many openers stays cheap to search. */
const LONGEST_COMMENT = 2000;

/**
 * Comments of Jinja: `{# … #}` stays in the text, and what is Liquid inside it still runs. It begins outside tags, outputs and
 * `raw`, and may end behind some. `templates` is `source` parsed. Pure.
 */
export function jinjaComments(source: string, templates: readonly Template[]): readonly TemplateProblem[] {
  const problems: TemplateProblem[] = [];
  let behind = 0;
  const visit = (template: Template): void => {
    if ('str' in template && template.token.input === source) {
      const { begin, end } = template.token;
      let at = source.indexOf('{#', Math.max(begin, behind));
      while (at !== -1 && at < end) {
        const length = commentLength(source, at);
        if (length > 0) problems.push(commentProblem(at, length));
        behind = at + Math.max(2, length);
        at = source.indexOf('{#', behind);
      }
    }
    for (const child of template.children ? toValueSync(template.children(false, true)) : []) visit(child);
  };
  for (const template of templates) visit(template);
  return problems;
}

function commentLength(source: string, at: number): number {
  const end = source.slice(at, at + LONGEST_COMMENT).indexOf('#}', 2);
  return end === -1 ? 0 : end + 2;
}

function commentProblem(offset: number, length: number): TemplateProblem {
  return {
    code: 'template-jinja',
    message: '`{# … #}` is not a comment in Liquid and stays in the text',
    hint: 'Liquid writes `{% comment %}…{% endcomment %}` or `{% # … %}`',
    offset,
    length,
  };
}
