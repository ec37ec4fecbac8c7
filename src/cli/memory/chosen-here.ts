import { CrewError } from '../../model/crew-error.ts';
import type { ExaminedPlace } from '../finding.ts';
import { chooseMemory, type MemoryChoice } from './choose-memory.ts';

/** Which memory is used here where a crew names nothing; undefined where settings cannot be read, which is told of elsewhere. */
export async function chosenHere({ values, terminal }: ExaminedPlace): Promise<MemoryChoice | undefined> {
  try {
    return await chooseMemory({}, { values, terminal: { ...terminal, stderr: () => undefined } });
  } catch (error) {
    if (error instanceof CrewError) return undefined;
    throw error;
  }
}
