import { suggest } from './closest.ts';
import { quote } from './report.ts';
import { isReadable, type RuleContext } from './rule.ts';
import type { NodePath } from './source-node.ts';

/** Whether the procedure stands in a file of its own, whose `roles` are the only ones that it may name. */
function hasOwnList({ file, roots }: RuleContext): boolean {
  return file === 'sop' || roots.length > 1;
}

/** Whether the roles that may be named are known: they are not when the list of them is malformed. */
export function knowsRoles(context: RuleContext): boolean {
  return hasOwnList(context)
    ? isReadable(context, ['sop', 'roles'], 'list')
    : isReadable(context, ['roles'], 'map');
}

/** The roles that phases may name. Pure. */
export function knownRoles(context: RuleContext): readonly string[] {
  const { crew } = context;
  return hasOwnList(context) ? crew.sop.roles : crew.roles.map(role => role.name);
}

interface NamedRole {
  readonly role: string;
  readonly path: NodePath;
  /** What else may be named there, such as the conversations of `inner`. */
  readonly others?: readonly string[];
}

/** Reports a role that phases cannot name; an empty name was reported before. */
export function checkRole(context: RuleContext, { role, path, others = [] }: NamedRole): void {
  const known = [...knownRoles(context), ...others];
  if (role === '' || known.includes(role)) return;
  const owner = hasOwnList(context) ? 'in the `roles` of this procedure' : 'a role of this crew';
  const besides = others.length === 0 ? '' : ', and not in `inner`';
  const message = `${quote(role)} is not ${owner}${besides}`;
  const hint = suggest(role, known) ?? 'add it to `roles`';
  context.report({ code: 'unknown-role', range: context.places.at(path), message, hint });
}
