import { checkTemplate } from '../../expressions/template-check.ts';
import type { Crew } from '../../model/crew.ts';
import { listBindings } from '../bindings.ts';
import { bundlesOf } from '../bundles.ts';
import { asObject, asTexts, namedRows } from '../lower-values.ts';
import { quote } from '../report.ts';
import type { RuleContext } from '../rule.ts';
import { type NodePath, toJsonObject } from '../source-node.ts';
import { callsOf, listWorks, modelsOf, type PlacedWork, rolesOf } from '../works.ts';

interface Declared {
  readonly what: 'role' | 'model' | 'toolset' | 'bundle' | 'input';
  readonly names: readonly string[];
  readonly used: readonly string[];
  readonly path: (name: string) => NodePath;
}

/** Whatever is declared is used somewhere. Said only when there is no error: a mistake may hide the use. */
export function checkUnused(context: RuleContext): void {
  const { crew, file, roots, places } = context;
  // A mistake elsewhere may hide the use.
  if (context.failed() || context.inner === true) return;
  const works = listWorks(crew);
  const called = [...works.flatMap(rolesOf).map(one => one.role), ...works.flatMap(playersOf)];
  const inFiles = file === 'sop' || roots.length > 1;
  if (inFiles) {
    const path = (name: string): NodePath => ['sop', 'roles', crew.sop.roles.indexOf(name)];
    reportUnused(context, { what: 'role', names: crew.sop.roles, used: called, path });
  }
  if (file === 'sop') return;
  const needed = roots.length > 1 ? crew.sop.roles.map(role => playedBy(crew, role)) : called;
  const roles = crew.roles.filter(role => role.playedBy === undefined);
  const within = withProcedures(crew);
  const bundles = bundlesOf(toJsonObject(places.node(['tools'])));
  const members = [...bundles.values()].flat();
  const grants = [...crew.roles.flatMap(role => role.tools), ...members];
  const calls = within.flatMap(callsOf).map(call => call.name);
  const models = crew.models.map(model => model.name).filter(name => name !== 'default');
  const toolsets = crew.toolsets.map(toolset => toolset.name);
  const rows: Declared[] = [
    { what: 'role', names: roles.map(role => role.name), used: needed, path: name => ['roles', name] },
    {
      what: 'model',
      names: models,
      used: [
        ...crew.roles.map(role => role.model),
        ...within.flatMap(modelsOf).map(one => one.model),
        crew.memory?.stream.model ?? '',
      ],
      path: name => ['models', name],
    },
    {
      what: 'toolset',
      names: toolsets,
      used: [...grants, ...calls].map(alias),
      path: name => ['tools', name],
    },
    {
      what: 'bundle',
      names: [...bundles.keys()],
      used: [...writtenGrants(context), ...members],
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
  const own = (crew.sop.inputs ?? []).map(input => input.name);
  const path = (name: string): NodePath => ['sop', 'inputs', name];
  reportUnused(context, { what: 'input', names: own, used: readInputs(context), path });
}

/** The grants of the roles with their bundles, as the file has them. */
function writtenGrants({ places }: RuleContext): readonly string[] {
  const roles = toJsonObject(places.node(['roles']));
  return namedRows(roles).flatMap(([, role]) => asTexts(asObject(role).tools));
}

function playedBy(crew: Crew, role: string): string {
  return crew.roles.find(one => one.name === role)?.playedBy ?? role;
}

/** The roles that play in a procedure which is a phase. */
function playersOf({ work }: PlacedWork): readonly string[] {
  if (work.kind !== 'crew' || work.holds !== 'sop') return [];
  const used = work.crew;
  return used === undefined ? [] : used.sop.roles.map(role => playedBy(used, role));
}

/** The work of a crew and of the procedures in its phases, which share its models and tools. */
function withProcedures(crew: Crew): readonly PlacedWork[] {
  const own = listWorks(crew);
  const inner = own.flatMap(({ work }) =>
    work.kind === 'crew' && work.holds === 'sop' && work.crew ? withProcedures(work.crew) : [],
  );
  return [...own, ...inner];
}

function alias(tool: string): string {
  return tool.split('.', 1)[0] ?? tool;
}

/** The inputs of the crew that are read, by its procedure or by what it gives to one. */
function usedInputs(context: RuleContext): readonly string[] {
  const { crew, places } = context;
  const all = crew.inputs.map(input => input.name);
  if (withProcedures(crew).some(isSharing)) return all;
  if (crew.sop.inputs === undefined) return readInputs(context);
  const bound = listBindings(places).flatMap(({ source }) => checkTemplate(source, 'text').paths);
  if (bound.some(path => path[0] === 'inputs' && path.length === 1)) return all;
  const unbound = crew.sop.inputs.filter(({ name }) => !Object.hasOwn(crew.bindings ?? {}, name));
  return [...bound.map(path => String(path[1])), ...unbound.map(input => input.name)];
}

/** A procedure in a phase that declares no inputs reads those of the crew around it. */
function isSharing({ work }: PlacedWork): boolean {
  return work.kind === 'crew' && work.holds === 'sop' && work.crew?.sop.inputs === undefined;
}

/** The inputs that templates of the procedure read; all of them when one reads `inputs` as a whole. */
function readInputs({ templates, crew }: RuleContext): readonly string[] {
  const reads = templates.flatMap(({ check }) => check.paths.filter(path => path[0] === 'inputs'));
  const unclear =
    templates.some(({ check }) => check.problems.length > 0) || reads.some(path => path.length === 1);
  return unclear
    ? (crew.sop.inputs ?? crew.inputs).map(input => input.name)
    : reads.map(path => String(path[1]));
}

function reportUnused({ places, report }: RuleContext, { what, names, used, path }: Declared): void {
  for (const name of names) {
    if (used.includes(name)) continue;
    const message = `The ${what} ${quote(name)} is never used`;
    const code = what === 'bundle' ? 'unused-toolset' : (`unused-${what}` as const);
    report({ code, range: places.keyOf(path(name)), message, severity: 'warning' });
  }
}
