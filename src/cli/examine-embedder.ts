import { type ExaminedPlace, type Finding, wordsOf } from './finding.ts';
import { chosenHere } from './memory/chosen-here.ts';
import { loadEmbedders } from './wire-memory.ts';

/** What makes vectors here where a crew names nothing, and whether what it needs is there. Asks no server. */
export async function examineEmbedder(place: ExaminedPlace): Promise<readonly Finding[]> {
  const embedder = (await chosenHere(place))?.embedder;
  if (embedder === undefined) return [];
  const { describeEmbedder } = await loadEmbedders();
  try {
    return [{ about: 'vectors', state: 'ok', text: describeEmbedder(embedder) }];
  } catch (error) {
    return [{ about: 'vectors', state: 'problem', text: wordsOf(error) }];
  }
}
