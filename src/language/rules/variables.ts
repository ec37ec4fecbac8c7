import type { TemplatePath } from '../../expressions/template-check.ts';
import { nameRead } from '../../expressions/template-guards.ts';
import type { Crew, Phase } from '../../model/crew.ts';
import { findWayAround } from '../assignment.ts';
import { suggest } from '../closest.ts';
import { pathRange } from '../path-range.ts';
import { quote } from '../report.ts';
import { isReadable, type RuleContext } from '../rule.ts';
import type { TemplateSite } from '../template-sites.ts';

/** What `run` holds, beside what was said in conversations; a name maps to the names inside it. */
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
  else if (root === 'run' && path[1] === 'talks') checkTalk(context, site, path, missed);
  else if (root === 'run') checkRun(context, site, path);
  else if (root === 'visit' || missed.has(root) || site.locals.includes(root)) return;
  else if (phase && phase.kind !== 'end') checkArtifact(context, site, path, missed);
  else refuseRoot(context, site, path, missed);
}

function refuseRoot(
  { crew, graph, report }: RuleContext,
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
      : root === 'none'
        ? 'Liquid writes `nil`'
        : (inputHint(root, crew) ??
          suggest(root, [...new Set(site.locals), 'inputs', ...names, 'run', 'visit']));
  report({ code: 'unknown-variable', range: pathRange(site, path, 1), message, hint });
}

/** A bare name is read as an artifact, which is what authors forget most. */
function inputHint(root: string, { sop, inputs }: Crew): string | undefined {
  const isInput = (sop.inputs ?? inputs).some(({ name }) => name === root);
  return isInput ? `an input is read as \`inputs.${root}\`` : undefined;
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

function checkRun({ graph, report }: RuleContext, site: TemplateSite, path: TemplatePath): void {
  const [, field, inner] = path;
  if (field === undefined) return;
  const inside = RUN_FIELDS.get(String(field));
  if (inside && (inner === undefined || inside.includes(String(inner)))) return;
  const fields = [...RUN_FIELDS.keys(), ...(talksOf(graph).length > 0 ? ['talks'] : [])];
  const known = (inside ?? fields).map(name => (inside ? `run.${field}.${name}` : `run.${name}`));
  const name = path.slice(0, inside ? 3 : 2).join('.');
  const message = `There is no variable ${quote(name)} here`;
  report({
    code: 'unknown-variable',
    range: pathRange(site, path, inside ? 3 : 2),
    message,
    hint: suggest(name, known),
  });
}

/** What was said in a conversation is read by the name of its phase, once that is completed. */
function checkTalk(context: RuleContext, site: TemplateSite, path: TemplatePath, missed: Set<string>): void {
  const { graph, report } = context;
  const name = nameRead(path);
  const talks = talksOf(graph);
  const isWhole = path.length === 2;
  if (missed.has(name) || (isWhole && talks.length > 0)) return;
  const phase = graph.phases.get(String(path[2]));
  if (!isWhole && phase?.kind === 'talk') {
    return checkAssigned(context, site, { producer: phase, path, what: 'thread', missed });
  }
  missed.add(name);
  const message =
    isWhole || !phase
      ? `There is no variable ${quote(name)} here`
      : `${quote(phase.name)} is no \`talk\`, so nothing was said in it`;
  const hint =
    talks.length === 0 ? 'no phase of this procedure is a `talk`' : suggest(String(path[2]), talks);
  report({ code: 'unknown-variable', range: pathRange(site, path, isWhole ? 2 : 3), message, hint });
}

function talksOf({ phases }: RuleContext['graph']): readonly string[] {
  return [...phases.values()].filter(phase => phase.kind === 'talk').map(phase => phase.name);
}

function checkArtifact(
  context: RuleContext,
  site: TemplateSite,
  path: TemplatePath,
  missed: Set<string>,
): void {
  const { graph, report } = context;
  const producer = graph.phases.get(String(path[0]));
  const [, second] = path;
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
  if (producer === undefined) return;
  checkAssigned(context, site, { producer, path, what: 'artifact', missed });
}

/** What a phase leaves is there only behind its completion. */
function checkAssigned({ graph, report }: RuleContext, site: TemplateSite, read: AssignedRead): void {
  const { producer, path, what, missed } = read;
  const name = nameRead(path);
  const reader = site.phase.name;
  if (site.after && reader === producer.name) return;
  if (site.check.guarded.includes(name)) return;
  const way = findWayAround(graph, producer.name, reader);
  if (way === undefined) return;
  missed.add(name);
  const message = `The ${what} ${quote(name)} is not there on every way to ${quote(reader)}`;
  const hint = explainWay(site, producer.name, way);
  const range = pathRange(site, path, what === 'thread' ? 3 : 1);
  report({ code: 'unassigned-artifact', range, message, hint });
}

/** A reading of what a phase leaves: its artifact, or what was said in it. */
interface AssignedRead {
  readonly producer: Phase;
  readonly path: TemplatePath;
  readonly what: 'artifact' | 'thread';
  readonly missed: Set<string>;
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
