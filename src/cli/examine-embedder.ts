import { CrewError } from '../model/crew-error.ts';
import { type ExaminedPlace, type Finding, wordsOf } from './finding.ts';
import { chooseMemory } from './memory/choose-memory.ts';
import { loadEmbedders } from './wire-memory.ts';

/** What makes vectors here where a crew names nothing, and whether what it needs is there. Asks no server. */
export async function examineEmbedder({ values, terminal }: ExaminedPlace): Promise<readonly Finding[]> {
  const embedder = await chosenEmbedder({ values, terminal });
  if (embedder === undefined) return [];
  const { describeEmbedder } = await loadEmbedders();
  try {
    return [{ about: 'vectors', state: 'ok', text: describeEmbedder(embedder) }];
  } catch (error) {
    return [{ about: 'vectors', state: 'problem', text: wordsOf(error) }];
  }
}

/** Undefined where settings cannot be read, which is told of elsewhere. */
async function chosenEmbedder({ values, terminal }: ExaminedPlace): Promise<string | undefined> {
  try {
    const quiet = { ...terminal, stderr: () => undefined };
    return (await chooseMemory({}, { values, terminal: quiet })).embedder;
  } catch (error) {
    if (error instanceof CrewError) return undefined;
    throw error;
  }
}
