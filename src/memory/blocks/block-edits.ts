import { CrewError } from '../../model/crew-error.ts';
import type { MemoryBlock } from '../../model/memory.ts';
import type { OpenMemory } from '../open-memory.ts';
import { type BlockEditor, type BlockTarget, editBlock } from './edit-block.ts';

/** How many places are named when a text stands in a block more than once. */
const MAX_PLACES = 10;

/**
 * Puts lines into a block after line `line` (0: first), at the end when it is left out; lines that stand there already, as they
 * do when every run says the same, are then not put in once more. Fails as `editBlock` does, and with
 * MEMORY_REFUSED for an empty text or a line that is not there.
 */
export async function insertIntoBlock(
  memory: OpenMemory,
  target: BlockTarget,
  by: BlockEditor,
  { text, line }: { readonly text: string; readonly line?: number },
): Promise<MemoryBlock> {
  if (text === '') throw refused('there is nothing to insert: `text` is empty');
  return editBlock(memory, target, by, ({ value, label }) => {
    const lines = value === '' ? [] : value.split('\n');
    const at = line ?? lines.length;
    if (at < 0 || at > lines.length) {
      throw refused(`the block \`${label}\` has ${lines.length} lines, there is no line ${at}`);
    }
    if (line === undefined && standsIn(lines, text)) return value;
    // A last line feed is the end of the last line, not a line more.
    const isEnded = line === undefined && value.endsWith('\n');
    return isEnded ? `${value}${text}` : lines.toSpliced(at, 0, text).join('\n');
  });
}

/**
 * Replaces the one place where `old` stands. Fails as `editBlock` does, and with MEMORY_REFUSED for an empty `old`, or one that
 * stands nowhere, or in several places, whose lines the message names.
 */
export async function replaceInBlock(
  memory: OpenMemory,
  target: BlockTarget,
  by: BlockEditor,
  change: { readonly old: string; readonly new: string },
): Promise<MemoryBlock> {
  const { old, new: next } = change;
  if (old === '') throw refused('`old` is empty; name the text that is to be replaced');
  return editBlock(memory, target, by, ({ value, label }) => {
    const places = placesOf(value, old);
    const [place] = places;
    if (place === undefined) throw refused(nowhere(label, value, old));
    if (places.length > 1) {
      const lines = places.map(at => value.slice(0, at).split('\n').length);
      const named = [...new Set(lines)].slice(0, MAX_PLACES).join(', ');
      const where = new Set(lines).size === 1 ? 'line' : 'lines';
      throw refused(
        `\`old\` stands ${places.length} times in the block \`${label}\`, in ${where} ${named}; take in more of the text around it`,
      );
    }
    return value.slice(0, place) + next + value.slice(place + old.length);
  });
}

/**
 * Writes the whole value anew, if the block still is at `expectedVersion` (0: nobody has edited it). Fails as `editBlock` does,
 * and with MEMORY_CONFLICT for another version.
 */
export async function rethinkBlock(
  memory: OpenMemory,
  target: BlockTarget,
  by: BlockEditor,
  { value, expectedVersion }: { readonly value: string; readonly expectedVersion: number },
): Promise<MemoryBlock> {
  return editBlock(memory, target, by, ({ label, version }) => {
    if (version === expectedVersion) return value;
    throw new CrewError(
      'MEMORY_CONFLICT',
      `the block \`${label}\` is at version ${version}, expected ${expectedVersion}; look at it again and think of what others wrote`,
    );
  });
}

function standsIn(lines: readonly string[], text: string): boolean {
  const wanted = text.replace(/\n$/, '');
  return wanted.trim() !== '' && `\n${lines.join('\n')}\n`.includes(`\n${wanted}\n`);
}

/** Also those that overlap, because either could be meant. */
function placesOf(value: string, old: string): readonly number[] {
  const places: number[] = [];
  for (let at = value.indexOf(old); at !== -1; at = value.indexOf(old, at + 1)) places.push(at);
  return places;
}

/** Blanks and case are what mostly differs. */
function nowhere(label: string, value: string, old: string): string {
  const wanted = words(old);
  const near = value
    .split('\n')
    .flatMap((line, index) => (wanted !== '' && words(line).includes(wanted) ? [index + 1] : []));
  const hint =
    near.length === 0 ? '' : `; something like it stands in line ${near.slice(0, MAX_PLACES).join(', ')}`;
  return `\`old\` does not stand in the block \`${label}\`${hint}`;
}

function words(text: string): string {
  return text.toLowerCase().replaceAll(/\s+/g, ' ').trim();
}

function refused(message: string): CrewError {
  return new CrewError('MEMORY_REFUSED', message);
}
