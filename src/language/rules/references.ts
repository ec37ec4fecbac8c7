import type { Role } from '../../model/crew.ts';
import { suggest } from '../closest.ts';
import { quote } from '../report.ts';
import { isReadable, type RuleContext } from '../rule.ts';
import type { NodePath } from '../source-node.ts';
import { listWorks } from '../works.ts';

/** Every role, phase and model that is named exists, and the crew supplies the roles of its SOP. */
export function checkReferences(context: RuleContext): void {
  const ownList = context.file === 'sop' || context.roots.length > 1;
  if (isReadable(context, ['models'], 'map'))
    for (const role of context.crew.roles) checkModel(context, role);
  if (context.file === 'crew' && isReadable(context, ['roles'], 'map')) checkSuppliedRoles(context);
  const listed = ownList
    ? isReadable(context, ['sop', 'roles'], 'list')
    : isReadable(context, ['roles'], 'map');
  if (listed) checkRoles(context, ownList);
  checkTargets(context);
}

function checkModel({ crew, places, report }: RuleContext, role: Role): void {
  const aliases = crew.models.map(model => model.name);
  if (role.model === '' || aliases.includes(role.model)) return;
  const message = `${quote(role.model)} is not a model of this crew`;
  const range = places.at(['roles', role.name, 'model']);
  report({ code: 'unknown-model', range, message, hint: suggest(role.model, aliases) });
}

function checkSuppliedRoles({ crew, places, report }: RuleContext): void {
  const supplied = crew.roles.map(role => role.name);
  const missing = crew.sop.roles.filter(role => !supplied.includes(role));
  for (const role of missing) {
    const spare = supplied.filter(name => !crew.sop.roles.includes(name));
    const message = `The procedure ${quote(crew.sop.name)} needs the role ${quote(role)}, which this crew does not have`;
    const hint = `add ${quote(role)} to \`roles\`${spare.length > 0 ? `; ${suggest(role, spare)}` : ''}`;
    report({ code: 'missing-role', range: places.at(['sop']), message, hint });
  }
}

function checkRoles({ crew, places, report }: RuleContext, ownList: boolean): void {
  const known = ownList ? crew.sop.roles : crew.roles.map(role => role.name);
  for (const { work, path } of listWorks(crew)) {
    if (work.kind !== 'role' || work.role === '' || known.includes(work.role)) continue;
    const owner = ownList ? 'in the `roles` of this procedure' : 'a role of this crew';
    const message = `${quote(work.role)} is not ${owner}`;
    const hint = suggest(work.role, known) ?? `add it to \`roles\``;
    report({ code: 'unknown-role', range: places.at([...path, 'role']), message, hint });
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
