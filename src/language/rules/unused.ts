import { quote } from '../report.ts';
import type { RuleContext } from '../rule.ts';
import type { NodePath } from '../source-node.ts';
import { listWorks } from '../works.ts';

interface Declared {
  readonly what: 'role' | 'model' | 'toolset' | 'input';
  readonly names: readonly string[];
  readonly used: readonly string[];
  readonly path: (name: string) => NodePath;
}

/** Whatever is declared is used somewhere. Said only when there is no error: a mistake may hide the use. */
export function checkUnused(context: RuleContext): void {
  const { crew, file, roots } = context;
  // A mistake elsewhere may hide the use.
  if (context.failed()) return;
  const works = listWorks(crew);
  const called = works.flatMap(({ work }) => (work.kind === 'role' ? [work.role] : []));
  const inFiles = file === 'sop' || roots.length > 1;
  if (inFiles) {
    const path = (name: string): NodePath => ['sop', 'roles', crew.sop.roles.indexOf(name)];
    reportUnused(context, { what: 'role', names: crew.sop.roles, used: called, path });
  }
  if (file === 'sop') return;
  const needed = roots.length > 1 ? crew.sop.roles : called;
  const grants = crew.roles.flatMap(role => role.tools);
  const calls = works.flatMap(({ work }) => (work.kind === 'tool' ? [work.tool] : []));
  const models = crew.models.map(model => model.name).filter(name => name !== 'default');
  const toolsets = crew.toolsets.map(toolset => toolset.name);
  const rows: Declared[] = [
    { what: 'role', names: crew.roles.map(role => role.name), used: needed, path: name => ['roles', name] },
    {
      what: 'model',
      names: models,
      used: crew.roles.map(role => role.model),
      path: name => ['models', name],
    },
    {
      what: 'toolset',
      names: toolsets,
      used: [...grants, ...calls].map(alias),
      path: name => ['tools', name],
    },
    {
      what: 'input',
      names: crew.inputs.map(input => input.name),
      used: usedInputs(context),
      path: name => ['inputs', name],
    },
  ];
  for (const row of rows) reportUnused(context, row);
}

function alias(tool: string): string {
  return tool.split('.', 1)[0] ?? tool;
}

/** The inputs that templates read; all of them when a template reads `inputs` as a whole. */
function usedInputs({ templates, crew }: RuleContext): readonly string[] {
  const reads = templates.flatMap(({ check }) => check.paths.filter(path => path[0] === 'inputs'));
  const unclear =
    templates.some(({ check }) => check.problems.length > 0) || reads.some(path => path.length === 1);
  return unclear ? crew.inputs.map(input => input.name) : reads.map(path => String(path[1]));
}

function reportUnused({ places, report }: RuleContext, { what, names, used, path }: Declared): void {
  for (const name of names) {
    if (used.includes(name)) continue;
    const message = `The ${what} ${quote(name)} is never used`;
    report({ code: `unused-${what}`, range: places.keyOf(path(name)), message, severity: 'warning' });
  }
}
