import type { OpenMemory } from '../../memory/open-memory.ts';
import { CrewError } from '../../model/crew-error.ts';
import type { MemoryBlock, MemoryNote } from '../../model/memory.ts';
import type { MemoryStore } from '../../ports/memory-store.ts';
import { type CommandCall, textFlag } from '../command.ts';
import { noPositionals, onePositional } from '../positionals.ts';
import { loadMemoryMending } from '../wire-memory.ts';
import { loadMemoryText } from '../wire-views.ts';
import { personChange } from './by-person.ts';
import { blockTarget, findRemembered } from './find-remembered.ts';
import { layoutOf, type MemoryVerb, printJson } from './memory-verb.ts';

const EVERYTHING = 1_000_000;

/** What is to be forgotten, and what is left of the blocks that others wrote to as well. */
interface Meant {
  /** What a person named, for the log. */
  readonly name: string;
  readonly notes: readonly MemoryNote[];
  readonly blocks: readonly { readonly block: MemoryBlock; readonly rest: string }[];
}

/**
 * `crew memory forget ID|BLOCK | --run RUN | --source SOURCE`: takes notes away for good, with all that rests on them alone, a
 * block with its history, and of a run also the lines that it wrote into blocks; their history goes then. The log keeps
 * that it happened, and nothing of the words.
 */
export const forgetMemory: MemoryVerb = async (call, memory) => {
  const { store } = memory;
  const { name, notes: named, blocks } = await meantBy(call, store);
  const { closureOf } = await loadMemoryMending();
  const notes = await closureOf(store, named);
  const gone = {
    forgotten: notes.map(({ id }) => id),
    blocks: blocks.map(({ block }) => blockTarget(block)),
  };
  const isJson = call.values.json === true;
  if (notes.length + blocks.length === 0) {
    if (isJson) printJson(call, gone);
    call.terminal.stderr('Nothing of that is remembered.\n');
    return 0;
  }
  if (!(await isWanted(call, memory, { name, notes, blocks }))) {
    const text = 'Nothing was forgotten; `--yes` does it unasked.';
    if (call.values['no-input'] !== true && !call.terminal.interactive) throw new CrewError('USAGE', text);
    if (isJson) printJson(call, { forgotten: [], blocks: [], meant: gone });
    call.terminal.stderr(`${text}\n`);
    return 0;
  }
  const { heldByOthers } = await store.forget([...gone.forgotten, ...gone.blocks]);
  for (const { block, rest } of blocks) {
    if (rest.trim() !== '') await store.putBlock({ ...block, value: rest, version: 1 }, 0);
  }
  const many = countWords(notes.length, blocks.length);
  await store.record([personChange('forget', name, many)]);
  await store.flush();
  if (isJson) printJson(call, { ...gone, heldByOthers });
  call.terminal.stderr(`Forgotten for good: ${many}.\n`);
  if (heldByOthers)
    call.terminal.stderr(
      'Other processes have this memory open: its older versions hold the words until the last of them closes it.\n',
    );
  call.terminal.stderr(
    'The journal of a run still has what was said in it; `crew prune` takes runs away. Files of `crew memory export` stay.\n',
  );
  return 0;
};

async function meantBy(call: CommandCall, store: MemoryStore): Promise<Meant> {
  const run = textFlag(call.values, 'run');
  const source = textFlag(call.values, 'source');
  if (run === undefined && source === undefined) {
    const expected = 'a note, a block, `--run RUN` or `--source SOURCE`';
    const found = await findRemembered(store, onePositional(call.positionals, expected));
    if (found.what === 'note') return { name: found.note.id, notes: [found.note], blocks: [] };
    const { block } = found;
    return { name: `block ${block.label}`, notes: [], blocks: [{ block, rest: '' }] };
  }
  noPositionals(call.positionals);
  const filter = {
    scopes: 'all',
    states: 'all',
    ...(run === undefined ? {} : { runId: run }),
    ...(source === undefined ? {} : { sources: [source] }),
  } as const;
  const notes = await store.find(filter, { limit: EVERYTHING, order: 'oldest' });
  if (run === undefined) return { name: `source ${source}`, notes, blocks: [] };
  // A source names notes alone.
  const blocks = source === undefined ? await blocksWithout(store, run) : [];
  return { name: source === undefined ? `run ${run}` : `run ${run}, source ${source}`, notes, blocks };
}

/** The blocks that a run has edited, with what is left of them without its lines. */
async function blocksWithout(store: MemoryStore, runId: string): Promise<Meant['blocks']> {
  const changes = await store.changes({ runId }, { limit: EVERYTHING });
  const targets = new Set(changes.flatMap(({ what, target }) => (what === 'block' ? [target] : [])));
  const blocks = (await store.blocks('all')).filter(block => targets.has(blockTarget(block)));
  const { blameLines } = await loadMemoryText();
  return Promise.all(
    blocks.map(async block => {
      const history = await store.changes({ target: blockTarget(block) }, { limit: EVERYTHING });
      const lines = blameLines(history.toReversed());
      const isKnown = lines.map(({ text }) => text).join('\n') === block.value;
      const others = lines.filter(({ change }) => change?.by.runId !== runId).map(({ text }) => text);
      // Where its history does not tell who wrote what, nothing of it is sure not to be of the run.
      return { block, rest: isKnown ? others.join('\n') : '' };
    }),
  );
}

async function isWanted(call: CommandCall, memory: OpenMemory, { notes, blocks }: Meant): Promise<boolean> {
  const { terminal, values } = call;
  if (values.yes === true) return true;
  const { formatBlocks, formatNotes } = await loadMemoryText();
  const layout = layoutOf(call, memory);
  terminal.stderr(
    formatBlocks(
      blocks.map(({ block }) => block),
      layout,
    ),
  );
  terminal.stderr(formatNotes(notes.slice(0, 20), layout));
  if (notes.length > 20) terminal.stderr(`… ${notes.length - 20} more\n`);
  if (!terminal.interactive || values['no-input'] === true) return false;
  const answer = await terminal.readLine('Forget them for good? [y/N] ', new AbortController().signal);
  return /^y(es)?$/i.test(answer?.trim() ?? '');
}

function countWords(notes: number, blocks: number): string {
  const words = [
    ...(notes === 0 ? [] : [notes === 1 ? '1 note' : `${notes} notes`]),
    ...(blocks === 0 ? [] : [blocks === 1 ? '1 block' : `${blocks} blocks`]),
  ];
  return words.join(' and ');
}
