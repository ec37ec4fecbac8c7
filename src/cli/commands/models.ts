import { autoModelHere } from '../choose-models-here.ts';
import type { Command, CommandCall } from '../command.ts';
import { lookForServers } from '../local-servers.ts';
import { noPositionals } from '../positionals.ts';
import { missingKey } from '../provider-keys.ts';
import { loadModelCatalog, loadModelsText } from '../wire-views.ts';

/** `crew models`: the models that can be asked, what they cost, and which keys are missing. Keys are never shown. */
export const modelsCommand: Command = {
  name: 'models',
  usage: 'models',
  summary: 'list models, prices and missing keys',
  flags: {},
  run: list,
};

async function list({ positionals, values, terminal }: CommandCall): Promise<number> {
  noPositionals(positionals);
  const { env } = terminal;
  const [{ modelCatalog }, look] = await Promise.all([loadModelCatalog(), lookForServers(env)]);
  const { servers: local, troubles } = look;
  const { models, ...prices } = modelCatalog();
  const rows = models.map(model => ({ ...model, missing: missingKey(model.use, env)?.key ?? null }));
  const listing = { auto: autoModelHere(env, look), prices, models: rows, local, troubles };
  if (values.json === true) {
    terminal.stdout(`${JSON.stringify({ version: 1, ...listing }, null, 2)}\n`);
    return 0;
  }
  const { formatModels } = await loadModelsText();
  const columns = terminal.stdoutIsTerminal ? terminal.columns : Number.POSITIVE_INFINITY;
  terminal.stdout(formatModels(listing, { color: terminal.stdoutColor, columns }));
  return 0;
}
