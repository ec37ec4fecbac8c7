import { type ConfigKey, type ConfigLayer, settingOf } from '../model/config.ts';
import { type BrokenFile, brokenPolicies, brokenSettings } from './check-policy.ts';
import type { Terminal } from './command.ts';
import { modelTrouble } from './examine-models.ts';
import { type ExaminedPlace, type Finding, wordsOf } from './finding.ts';
import { chooseMemory } from './memory/choose-memory.ts';
import { configPaths, readConfig } from './read-config.ts';
import { policyPaths, readPolicy } from './read-policy.ts';
import { readReformulationPrompt } from './reformulate/read-reformulation.ts';

/** Whether settings can be read, and whether what they name is there: models, and the prompt that says requests again. */
export async function examineSettings({ values, terminal }: ExaminedPlace): Promise<readonly Finding[]> {
  // What is wrong in them is listed by the command that uses them; here it counts that they can be used.
  const quiet = { ...terminal, stderr: () => undefined };
  try {
    const broken = await brokenSettings({ values, terminal });
    if (broken.length > 0) return broken.map(file => brokenFinding('settings', file));
    const layers = await readConfig(values, quiet);
    const troubles = [
      ...(await namedModelTroubles(layers, terminal)),
      ...(await promptTroubles(layers, { values, terminal: quiet })),
      ...(await memoryTroubles({ values, terminal: quiet })),
    ];
    if (troubles.length > 0) return troubles.map(text => ({ about: 'settings', state: 'problem', text }));
    const text =
      layers.length === 0 ? `none; they may stand in ${configPaths(values, terminal).join(' or ')}` : '';
    return [{ about: 'settings', state: 'ok', text: text || layers.map(({ origin }) => origin).join(', ') }];
  } catch (error) {
    return [{ about: 'settings', state: 'problem', text: wordsOf(error) }];
  }
}

const MODEL_KEYS = [
  'parallel_processing.models',
  'parallel_processing.summarizer.model',
  'reformulation.model',
] as const satisfies readonly ConfigKey[];

async function namedModelTroubles(
  layers: readonly ConfigLayer[],
  terminal: Terminal,
): Promise<readonly string[]> {
  const named = MODEL_KEYS.flatMap(key => {
    const setting = settingOf(layers, key);
    return [setting?.value ?? []].flat().map(use => ({ use, reason: setting?.origin ?? '', key }));
  }).filter(({ use }) => use !== 'auto');
  const found = await Promise.all(
    named.map(async ({ key, ...model }) => {
      const trouble = await modelTrouble(model, terminal);
      return trouble === undefined ? [] : [`${key} (${model.reason}): ${trouble}`];
    }),
  );
  return found.flat();
}

/** What a run with memory would refuse. */
async function memoryTroubles(place: ExaminedPlace): Promise<readonly string[]> {
  try {
    await chooseMemory({}, place);
    return [];
  } catch (error) {
    return [wordsOf(error)];
  }
}

async function promptTroubles(
  config: readonly ConfigLayer[],
  place: ExaminedPlace,
): Promise<readonly string[]> {
  try {
    await readReformulationPrompt({ config, ...place });
    return [];
  } catch (error) {
    return [wordsOf(error)];
  }
}

/** Whether the policies that count here can be read, and how many rules they have. */
export async function examinePolicy({ values, terminal }: ExaminedPlace): Promise<readonly Finding[]> {
  try {
    const places = policyPaths(values, terminal).join(' or ');
    const broken = await brokenPolicies({ values, terminal });
    if (broken.length > 0) return broken.map(file => brokenFinding('policy', file));
    const read = await readPolicy(values, { ...terminal, stderr: () => undefined }, { untrusted: 'silent' });
    const none = `none; what may change something is asked for; rules may stand in ${places}`;
    return [{ about: 'policy', state: 'ok', text: read === undefined ? none : `${read.rules.length} rules` }];
  } catch (error) {
    return [{ about: 'policy', state: 'problem', text: wordsOf(error) }];
  }
}

function brokenFinding(about: string, { path, first, count }: BrokenFile): Finding {
  const { line, column } = first.range.start;
  const more = count === 1 ? '' : `, and ${count - 1} more`;
  return {
    about,
    state: 'problem',
    text: `${path}:${line}:${column}: ${first.message}${more}: crew check ${path}`,
  };
}
