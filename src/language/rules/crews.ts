import { checkTemplate } from '../../expressions/template-check.ts';
import type { CrewWork, InputDeclaration } from '../../model/crew.ts';
import type { JsonObject } from '../../model/json.ts';
import { listBindings } from '../bindings.ts';
import { closest, suggest } from '../closest.ts';
import { isTemplated, misfit } from '../literal-fit.ts';
import { namedRows } from '../lower-values.ts';
import { quote } from '../report.ts';
import { checkRole, knowsRoles } from '../role-names.ts';
import { isReadable, type RuleContext } from '../rule.ts';
import { scalarRange } from '../scalar-range.ts';
import { type NodePath, toJsonObject } from '../source-node.ts';
import { listWorks } from '../works.ts';

/** A crew or procedure that is used is given the inputs that it declares, and players for its roles. */
export function checkCrews(context: RuleContext): void {
  for (const { work, path } of listWorks(context.crew))
    if (work.kind === 'crew') checkUse(context, work, path);
  if (context.file === 'crew' && context.inner !== true) checkProcedure(context);
}

function checkUse(context: RuleContext, work: CrewWork, path: NodePath): void {
  const { crew: used, holds } = work;
  if (used === undefined) return;
  checkPlayers(context, { roles: work.roles, needed: holds === 'sop' ? used.sop.roles : [], path, holds });
  if (holds === 'crew' || used.sop.inputs) {
    checkInputs(context, {
      given: work.inputs,
      declared: used.inputs,
      path,
      owner: used.name,
      at: [...path, 'crew'],
    });
  }
  if (holds !== 'sop') return;
  const outer = context.crew.roles.map(role => role.name);
  const supplied = context.file === 'sop' ? context.crew.sop.roles : outer;
  const strange = Object.keys(work.roles).filter(role => !used.sop.roles.includes(role));
  for (const role of used.sop.roles) {
    // Who plays a mistyped role has been reported.
    if (closest(role, strange) !== undefined) continue;
    if (supplied.includes(role) || Object.hasOwn(work.roles, role) || !knowsRoles(context)) continue;
    const message = `The procedure ${quote(used.name)} needs the role ${quote(role)}, which nobody plays`;
    const hint = `say who plays it: \`roles: { ${role}: … }\``;
    context.report({ code: 'missing-role', range: context.places.at([...path, 'crew']), message, hint });
  }
}

/** What the crew gives to its own procedure. */
function checkProcedure(context: RuleContext): void {
  const { crew, places } = context;
  if (crew.sop.name === '' || context.roots.length < 2) return;
  checkCasting(context);
  const path = ['procedure'];
  const given = { ...crew.bindings, ...toJsonObject(places.node([...path, 'inputs'])) };
  const own = crew.inputs.map(input => input.name);
  const declared = (crew.sop.inputs ?? []).map(input =>
    own.includes(input.name) ? { ...input, required: false } : input,
  );
  checkInputs(context, { given, declared, path, owner: crew.sop.name, at: ['sop'] });
  checkBindingTemplates(context);
}

function checkCasting(context: RuleContext): void {
  const { crew, places, report } = context;
  const own = crew.roles.filter(one => one.playedBy === undefined).map(one => one.name);
  for (const [role, player] of namedRows(toJsonObject(places.node(['procedure', 'roles'])))) {
    const at = ['procedure', 'roles', role];
    if (isReadable(context, ['sop', 'roles'], 'list')) checkNeeded(context, crew.sop.roles, at);
    if (typeof player !== 'string' || own.includes(player) || !isReadable(context, ['roles'], 'map'))
      continue;
    const message = `${quote(player)} is not a role of this crew`;
    report({ code: 'unknown-role', range: places.at(at), message, hint: suggest(player, own) });
  }
}

interface Players {
  readonly roles: CrewWork['roles'];
  readonly needed: readonly string[];
  readonly path: NodePath;
  readonly holds: CrewWork['holds'];
}

function checkPlayers(context: RuleContext, { roles, needed, path, holds }: Players): void {
  for (const [role, player] of Object.entries(roles)) {
    const at = [...path, 'roles', role];
    if (holds === 'crew') {
      const message = 'A crew brings its own roles; only those of a procedure are played by others';
      context.report({
        code: 'unknown-role',
        range: context.places.keyOf(at),
        message,
        hint: 'take `roles` out',
      });
    } else {
      checkNeeded(context, needed, at);
      if (knowsRoles(context)) checkRole(context, { role: player, path: at });
    }
  }
}

function checkNeeded({ places, report }: RuleContext, needed: readonly string[], at: NodePath): void {
  const role = String(at.at(-1));
  if (needed.includes(role)) return;
  const message = `The procedure has no role ${quote(role)}`;
  report({ code: 'unknown-role', range: places.keyOf(at), message, hint: suggest(role, needed) });
}

interface Given {
  readonly given: JsonObject;
  readonly declared: readonly InputDeclaration[];
  readonly path: NodePath;
  readonly owner: string;
  /** Where an input that is not given is missed. */
  readonly at: NodePath;
}

function checkInputs({ places, report }: RuleContext, { given, declared, path, owner, at }: Given): void {
  const names = declared.map(input => input.name);
  for (const [name, value] of namedRows(given)) {
    const here = [...path, 'inputs', name];
    const input = declared.find(one => one.name === name);
    if (input === undefined) {
      const message = `${quote(owner)} has no input ${quote(name)}`;
      report({ code: 'unknown-input', range: places.keyOf(here), message, hint: suggest(name, names) });
      continue;
    }
    const wrong = misfit(value, input.schema, isTemplated);
    if (wrong === undefined || !places.node(here)) continue;
    const message = `The input ${quote(name)} of ${quote(owner)} ${wrong}`;
    report({ code: 'invalid-argument', range: places.at(here), message });
  }
  const mistyped = Object.keys(given).filter(name => !names.includes(name));
  for (const { name, required } of declared) {
    if (!required || Object.hasOwn(given, name) || mistyped.length > 0) continue;
    const message = `${quote(owner)} needs the input ${quote(name)}`;
    report({ code: 'missing-input', range: places.at(at), message, hint: 'give it under `inputs`' });
  }
}

/** Values for a procedure's inputs are rendered before it starts, when there is nothing but the crew's own inputs. */
function checkBindingTemplates({ crew, places, report }: RuleContext): void {
  const names = crew.inputs.map(input => input.name);
  for (const { node, source } of listBindings(places)) {
    const { paths, problems } = checkTemplate(source, 'text');
    for (const { code, message, hint, offset, length } of problems) {
      report({ code, range: scalarRange(node, offset, length), message, hint });
    }
    for (const [root, name] of paths) {
      const offset = Math.max(0, source.indexOf(String(root === 'inputs' ? (name ?? root) : root)));
      const range = scalarRange(node, offset, String(root === 'inputs' ? (name ?? root) : root).length);
      if (root !== 'inputs') {
        const message = `There is no variable ${quote(String(root))} here`;
        const hint = 'only the `inputs` of the crew are there before the procedure starts';
        report({ code: 'unknown-variable', range, message, hint });
      } else if (name !== undefined && !names.includes(String(name))) {
        const message = `The crew has no input ${quote(String(name))}`;
        report({ code: 'unknown-input', range, message, hint: suggest(String(name), names) });
      }
    }
  }
}
