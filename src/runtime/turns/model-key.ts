import type { Role } from '../../model/crew.ts';
import type { WorkContext } from '../work-context.ts';

/** The key of a model that was chosen for one role alone, over what the crew file says. Pure. */
export function roleModelKey(role: string): string {
  return `role:${role}`;
}

/** The key of the model that works for a role; `asked` is what the work names instead of the role's own. Pure. */
export function modelOfRole(
  context: Pick<WorkContext, 'crewPath' | 'models'>,
  role: Role,
  asked = role.model,
): string {
  const own = `${context.crewPath}${roleModelKey(role.name)}`;
  return context.models[own] === undefined ? modelKey(context, asked) : own;
}

/** The key of a model by its alias or use, as the program around the work names it. Pure. */
export function modelKey({ crewPath }: Pick<WorkContext, 'crewPath'>, name: string): string {
  return `${crewPath}${name}`;
}
