import type { ResolvedModel } from '../model/fact.ts';
import { autoModel, type ChoiceOptions, chooseModels, type ModelChoice } from './choose-models.ts';
import type { Terminal } from './command.ts';
import { findLocalModel } from './local-servers.ts';

/**
 * Chooses as `chooseModels`; where nobody has named a model, a server that runs on this machine is looked for first, which takes
 * milliseconds where there is none. A run whose models are named looks for nothing.
 */
export async function chooseModelsHere(options: Omit<ChoiceOptions, 'local'>): Promise<ModelChoice> {
  const chosen = chooseModels(options);
  const { reason } = autoModel(options.env);
  const isUnnamed = Object.values(chosen.models).some(
    model => model.use === 'offline' && model.reason === reason,
  );
  const local = isUnnamed ? await findLocalModel(options.env) : undefined;
  return local === undefined ? chosen : chooseModels({ ...options, local });
}

/** What `auto` stands for on this machine, with its running servers. */
export async function autoModelHere(env: Terminal['env']): Promise<ResolvedModel> {
  const named = autoModel(env);
  return named.use === 'offline' && env.CREW_MODEL === undefined
    ? autoModel(env, await findLocalModel(env))
    : named;
}
