import type { TemplatePath } from '../../expressions/template-check.ts';
import { findWayAround } from '../assignment.ts';
import { suggest } from '../closest.ts';
import { pathRange } from '../path-range.ts';
import { quote } from '../report.ts';
import { isReadable, type RuleContext } from '../rule.ts';
import type { TemplateSite } from '../template-sites.ts';

/** What `run` holds; a name maps to the names inside it. */
const RUN_FIELDS = new Map<string, readonly string[]>([
  ['id', []],
  ['crew', []],
  ['goal', []],
  ['error', ['code', 'message', 'phase']],
]);

/** Templates read only what exists: inputs, artifacts that are there on every way, `run` and `visit`. */
export function checkVariables(context: RuleContext): void {
  for (const site of context.templates) {
    const missed = new Set<string>();
    for (const path of site.check.paths) checkPath(context, site, path, missed);
  }
}

function checkPath(context: RuleContext, site: TemplateSite, path: TemplatePath, missed: Set<string>): void {
  const root = String(path[0]);
  const phase = context.graph.phases.get(root);
  if (root === 'inputs') checkInput(context, site, path);
  else if (root === 'run') checkRun(context, site, path);
  else if (root === 'visit' || missed.has(root) || site.locals.includes(root)) return;
  else if (phase && phase.kind !== 'end') checkArtifact(context, site, path, missed);
  else refuseRoot(context, site, path, missed);
}

function refuseRoot(
  { graph, report }: RuleContext,
  site: TemplateSite,
  path: TemplatePath,
  missed: Set<string>,
): void {
  const root = String(path[0]);
  missed.add(root);
  const names = [...graph.phases.values()].filter(one => one.kind !== 'end').map(one => one.name);
  const message = graph.phases.has(root)
    ? `${quote(root)} is an end, which has no artifact`
    : `There is no variable ${quote(root)} here`;
  const hint =
    root === 'previous_response'
      ? 'only a later step of a `chain` has a previous response'
      : suggest(root, [...new Set(site.locals), 'inputs', ...names, 'run', 'visit']);
  report({ code: 'unknown-variable', range: pathRange(site, path, 1), message, hint });
}

function checkInput(context: RuleContext, site: TemplateSite, path: TemplatePath): void {
  const { file, crew, report } = context;
  const own = crew.sop.inputs;
  if (!isReadable(context, own ? ['sop', 'inputs'] : ['inputs'], 'map')) return;
  const names = (own ?? crew.inputs).map(input => input.name);
  const name = path[1];
  if ((file === 'sop' && own === undefined) || name === undefined || names.includes(String(name))) return;
  const message = `The ${own ? 'procedure' : 'crew'} has no input ${quote(String(name))}`;
  const hint = suggest(String(name), names) ?? 'declare it under `inputs`';
  report({ code: 'unknown-input', range: pathRange(site, path, 2), message, hint });
}

function checkRun({ report }: RuleContext, site: TemplateSite, path: TemplatePath): void {
  const [, field, inner] = path;
  if (field === undefined) return;
  const inside = RUN_FIELDS.get(String(field));
  if (inside && (inner === undefined || inside.includes(String(inner)))) return;
  const known = inside
    ? inside.map(name => `run.${field}.${name}`)
    : [...RUN_FIELDS.keys()].map(name => `run.${name}`);
  const name = path.slice(0, inside ? 3 : 2).join('.');
  const message = `There is no variable ${quote(name)} here`;
  report({
    code: 'unknown-variable',
    range: pathRange(site, path, inside ? 3 : 2),
    message,
    hint: suggest(name, known),
  });
}

function checkArtifact(
  context: RuleContext,
  site: TemplateSite,
  path: TemplatePath,
  missed: Set<string>,
): void {
  const { graph, report } = context;
  const producer = graph.phases.get(String(path[0]));
  const [root, second] = path;
  if (producer?.kind === 'parallel' && typeof second === 'string') {
    const names = producer.branches.map(branch => branch.name);
    if (!names.includes(second)) {
      const message = `The phase ${quote(producer.name)} has no branch ${quote(second)}`;
      report({
        code: 'unknown-variable',
        range: pathRange(site, path, 2),
        message,
        hint: suggest(second, names),
      });
      return;
    }
  }
  const reader = site.phase.name;
  if (producer === undefined || (site.after && reader === root)) return;
  const way = findWayAround(graph, producer.name, reader);
  if (way === undefined) return;
  missed.add(producer.name);
  const message = `The artifact ${quote(producer.name)} is not there on every way to ${quote(reader)}`;
  const hint = explainWay(site, producer.name, way);
  report({ code: 'unassigned-artifact', range: pathRange(site, path, 1), message, hint });
}

function explainWay(site: TemplateSite, producer: string, way: readonly string[]): string {
  if (producer === site.phase.name) {
    return site.branch === undefined
      ? 'a phase cannot read its own artifact before it has run'
      : 'branches run at the same time and cannot read each other';
  }
  if (way.length === 1) return 'a run starts with this phase';
  const failed = way.slice(0, -1).includes(producer);
  const shown = way.length > 6 ? [...way.slice(0, 2), '…', ...way.slice(-3)] : way;
  const route = shown.map(name => (name === '…' ? name : quote(name))).join(' → ');
  return failed
    ? `${quote(producer)} may have failed on the way ${route}`
    : `the way ${route} does not pass it`;
}
