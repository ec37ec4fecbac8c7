import { closest, suggest } from '../closest.ts';
import { namedRows } from '../lower-values.ts';
import { quote } from '../report.ts';
import { checkRole, knowsRoles } from '../role-names.ts';
import { isReadable, type RuleContext } from '../rule.ts';
import { type NodePath, toJsonObject } from '../source-node.ts';
import { listWorks, modelsOf, rolesOf } from '../works.ts';

/** Every role, phase and model that is named exists, and the crew supplies the roles of its SOP. */
export function checkReferences(context: RuleContext): void {
  if (isReadable(context, ['models'], 'map')) checkModels(context);
  const suppliesRoles = context.file === 'crew' && context.inner !== true;
  if (suppliesRoles && isReadable(context, ['roles'], 'map')) checkSuppliedRoles(context);
  if (knowsRoles(context)) checkRoles(context);
  checkTargets(context);
}

function checkModels(context: RuleContext): void {
  for (const role of context.crew.roles) {
    if (role.playedBy === undefined) checkModel(context, role.model, ['roles', role.name, 'model']);
  }
  // Which aliases a crew will bring to a procedure is not known.
  if (context.file === 'sop') return;
  for (const { model, path } of listWorks(context.crew).flatMap(modelsOf)) {
    if (!MODEL_USE.test(model)) checkModel(context, model, path);
  }
}

/** What names a model without an alias. */
const MODEL_USE = /^(auto|offline|[a-z][a-z0-9_-]*:\S+)$/;

function checkModel({ crew, places, report }: RuleContext, model: string, path: NodePath): void {
  const aliases = crew.models.map(one => one.name);
  if (model === '' || aliases.includes(model)) return;
  const message = `${quote(model)} is not a model of this crew`;
  report({ code: 'unknown-model', range: places.at(path), message, hint: suggest(model, aliases) });
}

function checkSuppliedRoles({ crew, places, report }: RuleContext): void {
  const supplied = crew.roles.map(role => role.name);
  const cast = namedRows(toJsonObject(places.node(['procedure', 'roles']))).map(([role]) => role);
  const strange = cast.filter(role => !crew.sop.roles.includes(role));
  // Who plays a mistyped role has been reported.
  const missing = crew.sop.roles.filter(
    role => !supplied.includes(role) && !cast.includes(role) && closest(role, strange) === undefined,
  );
  for (const role of missing) {
    const spare = supplied.filter(name => !crew.sop.roles.includes(name));
    const message = `The procedure ${quote(crew.sop.name)} needs the role ${quote(role)}, which this crew does not have`;
    const hint = `add ${quote(role)} to \`roles\`${spare.length > 0 ? `; ${suggest(role, spare)}` : ''}`;
    report({ code: 'missing-role', range: places.at(['sop']), message, hint });
  }
}

function checkRoles(context: RuleContext): void {
  for (const placed of listWorks(context.crew)) {
    const others = placed.work.kind === 'talk' ? Object.keys(placed.work.inner ?? {}) : [];
    for (const { role, path } of rolesOf(placed)) checkRole(context, { role, path, others });
  }
}

function checkTargets(context: RuleContext): void {
  const { sop } = context.crew;
  checkTarget(context, sop.start, ['start']);
  for (const phase of sop.phases) {
    if (phase.kind === 'end') continue;
    const path = ['phases', phase.name];
    const inList = context.places.node([...path, 'next'])?.kind === 'list';
    for (const [index, { to }] of phase.next.entries()) {
      checkTarget(context, to, inList ? [...path, 'next', index, 'to'] : [...path, 'next']);
    }
    checkTarget(context, phase.onError ?? '', [...path, 'on_error']);
    checkTarget(context, phase.onLimit ?? '', [...path, 'on_limit']);
  }
}

function checkTarget({ graph, places, report }: RuleContext, name: string, path: NodePath): void {
  if (name === '' || graph.phases.size === 0 || graph.phases.has(name)) return;
  const message = `${quote(name)} is not a phase`;
  report({
    code: 'unknown-phase',
    range: places.at(path),
    message,
    hint: suggest(name, graph.phases.keys()),
  });
}
