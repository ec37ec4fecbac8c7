import { CrewError } from '../model/crew-error.ts';
import type { ResolvedModel } from '../model/fact.ts';
import { shellWord } from '../model/shell-word.ts';
import { autoModelHere } from './choose-models-here.ts';
import type { Terminal } from './command.ts';
import { type ExaminedPlace, type Finding, wordsOf } from './finding.ts';
import { type LocalServer, lookForServers } from './local-servers.ts';
import { openModels } from './open-models.ts';

/** What `auto` stands for and whether it can be asked, and the model servers of this machine. No model is asked. */
export async function examineModels({ terminal }: ExaminedPlace): Promise<readonly Finding[]> {
  const look = await lookForServers(terminal.env);
  const auto = autoModelHere(terminal.env, look);
  const trouble = await modelTrouble(auto, terminal);
  const stands = `stands for ${auto.use}: ${auto.reason}`;
  const state = auto.use === 'offline' ? 'note' : 'ok';
  return [
    trouble === undefined
      ? { about: 'auto', state, text: stands }
      : { about: 'auto', state: 'problem', text: `stands for ${auto.use} (${auto.reason}): ${trouble}` },
    ...look.troubles.map(text => ({ about: 'local models', state: 'note', text }) as const),
    ...look.servers.filter(({ chats }) => chats !== undefined).map(serverFinding),
    ...(look.servers.length + look.troubles.length === 0 ? [NO_SERVER] : []),
  ];
}

const NO_SERVER: Finding = {
  about: 'local models',
  state: 'note',
  text: 'no server answers at the usual ports',
};

/** Why a model cannot be asked at all; undefined when it may be, as far as that can be seen without a call. */
export async function modelTrouble(model: ResolvedModel, terminal: Terminal): Promise<string | undefined> {
  try {
    await openModels({ examined: model }, terminal);
    return undefined;
  } catch (error) {
    if (error instanceof CrewError) return wordsOf(error);
    throw error;
  }
}

function serverFinding({ name, provider, url, models, chats }: LocalServer): Finding {
  const count = `${models.length} ${models.length === 1 ? 'model' : 'models'}`;
  const text = `${name} at ${new URL(url).host}, ${count}; use it: --model ${shellWord(`${provider}:${chats}`)}`;
  return { about: 'local models', state: 'ok', text };
}
