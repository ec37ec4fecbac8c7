import type { ResolvedModel } from '../model/fact.ts';
import {
  autoModel,
  type ChoiceOptions,
  chooseModels,
  type LocalChoice,
  type ModelChoice,
} from './choose-models.ts';
import type { Terminal } from './command.ts';
import { type LocalLook, lookForServers } from './local-servers.ts';

/**
 * Chooses as `chooseModels`; where nobody has named a model, a server that runs on this machine is looked for first, which takes
 * milliseconds where there is none. A run whose models are named looks for nothing. `tell` takes what keeps servers from being used
 * where none is.
 */
export async function chooseModelsHere(
  options: Omit<ChoiceOptions, 'local'> & {
    readonly tell?: ((troubles: readonly string[]) => void) | undefined;
  },
): Promise<ModelChoice> {
  const chosen = chooseModels(options);
  const { reason } = autoModel(options.env);
  const isUnnamed = Object.values(chosen.models).some(
    model => model.use === 'offline' && model.reason === reason,
  );
  if (!isUnnamed) return chosen;
  const local = localChoice(await lookForServers(options.env));
  if (local.model === undefined) options.tell?.(local.troubles);
  return chooseModels({ ...options, local });
}

/** What `auto` stands for on this machine, with its running servers as somebody found them. Pure. */
export function autoModelHere(env: Terminal['env'], look: LocalLook): ResolvedModel {
  return autoModel(env, localChoice(look));
}

/** The first model that can chat, which nobody has named. */
function localChoice({ servers, troubles }: LocalLook): LocalChoice {
  const [first] = servers.flatMap(({ provider, url, chats }) =>
    chats === undefined ? [] : [{ provider, host: new URL(url).host, model: chats }],
  );
  if (first === undefined) return { troubles };
  const { provider, host, model } = first;
  return {
    troubles,
    model: { use: `${provider}:${model}`, reason: `${provider} at ${host}, model ${model}` },
  };
}
