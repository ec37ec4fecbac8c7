import type { ManageWork } from '../model/crew.ts';
import { MAX_TOOL_CALLS_PER_TURN } from '../model/limits.ts';
import { addBounds, maxBounds, NO_COST } from './plan-bound.ts';
import type { PlanContext } from './plan-context.ts';
import { boundRole, type ExplainedBound, termsOf } from './plan-role.ts';

/**
 * Bounds one attempt of a managed phase: the turns of the role that manages, and the dearest worker for each delegation,
 * question and work sent back. A model that goes by rules delegates nothing. Pure but for the notes.
 */
export function boundManage(work: ManageWork, context: PlanContext, path: string): ExplainedBound {
  const { name, role, task, maxTurns, maxWorkerTurns, maxDelegations, concurrency, output } = work;
  const workers = work.workers.flatMap(worker => context.roles.find(each => each.name === worker) ?? []);
  const lead = boundRole(context, {
    path,
    name,
    role,
    task,
    maxTurns,
    ...(output === undefined ? {} : { output }),
    manages: { workers, maxDelegations, concurrency },
  });
  const leading = context.roles.find(each => each.name === role);
  const goesByRules = leading !== undefined && termsOf(context, leading)?.rules !== undefined;
  const most = Math.min(maxDelegations, (maxTurns - 1) * MAX_TOOL_CALLS_PER_TURN);
  const count = goesByRules ? 0 : most;
  // All of them may go to one worker, in one conversation, which then is longest.
  const jobs = { from: role, count };
  const works =
    count === 0
      ? []
      : workers.map(
          worker =>
            boundRole(context, { path, name, role: worker.name, task: '', maxTurns: maxWorkerTurns, jobs })
              .bound,
        );
  const factors = [
    ...lead.factors,
    {
      what: 'delegations',
      count,
      why: reasonOf(count, maxDelegations, goesByRules),
    },
    { what: 'turns of a worker', count: maxWorkerTurns, why: '`manage.max_worker_turns`' },
  ];
  return { bound: addBounds(lead.bound, works.length === 0 ? NO_COST : maxBounds(works)), factors };
}

function reasonOf(count: number, maxDelegations: number, goesByRules: boolean): string {
  if (goesByRules) return 'the rules of the model: it delegates nothing';
  return count < maxDelegations ? 'so many calls fit into `max_turns`' : '`max_delegations`';
}
