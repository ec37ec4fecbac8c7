import { cutToTokens } from '../../model/cut-to-tokens.ts';
import type { JsonObject } from '../../model/json.ts';
import { MAX_MEMORY_RESULT_TOKENS } from '../../model/limits.ts';
import type { MemoryBlock } from '../../model/memory.ts';
import { insertIntoBlock, replaceInBlock, rethinkBlock } from '../blocks/block-edits.ts';
import { readBlocks } from '../blocks/read-blocks.ts';
import type { OpenMemory } from '../open-memory.ts';
import { fitRows } from './fit-rows.ts';
import { blockCalled, editorOf, type MemoryCaller } from './memory-caller.ts';
import { readArguments } from './read-arguments.ts';

/** What a tool of memory does, once the memory is open and it is known who calls. */
export type MemoryAct = (memory: OpenMemory, caller: MemoryCaller, args: JsonObject) => Promise<JsonObject>;

/** Shows the caller's blocks as they are at this moment. */
export const viewBlocks: MemoryAct = async (memory, caller, args) => {
  const name = readArguments(args).text('block');
  const targets = name === undefined ? caller.blocks : [blockCalled(caller, name)];
  const keys = targets.map(({ scope, declaration }) => ({ scope, label: declaration.name }));
  const declared = targets.map(({ declaration }) => declaration);
  const found = await readBlocks(memory, keys, declared, { live: true });
  const rows = found.map(block => ({
    ...shown(block),
    description: block.description,
    read_only: block.readOnly,
    shared_with: declared.find(each => each.name === block.label)?.level ?? 'role',
  }));
  return { blocks: [...fitRows(rows, { key: 'value', maxTokens: MAX_MEMORY_RESULT_TOKENS - 20 })] };
};

/** Puts lines into a block. */
export const insertLines: MemoryAct = async (memory, caller, args) => {
  const read = readArguments(args);
  const line = read.count('line');
  const edit = { text: read.text('text') ?? '', ...(line === undefined ? {} : { line }) };
  return edited(await insertIntoBlock(memory, ...targeted(caller, args), edit));
};

/** Replaces one place in a block. */
export const replaceText: MemoryAct = async (memory, caller, args) => {
  const read = readArguments(args);
  const edit = { old: read.text('old') ?? '', new: read.text('new') ?? '' };
  return edited(await replaceInBlock(memory, ...targeted(caller, args), edit));
};

/** Writes a block anew. */
export const rethinkText: MemoryAct = async (memory, caller, args) => {
  const read = readArguments(args);
  const edit = { value: read.text('value') ?? '', expectedVersion: read.count('expected_version') ?? 0 };
  return edited(await rethinkBlock(memory, ...targeted(caller, args), edit));
};

function targeted(caller: MemoryCaller, args: JsonObject) {
  const read = readArguments(args);
  const target = blockCalled(caller, read.text('block') ?? '');
  return [target, editorOf(caller, read.text('reason'))] as const;
}

function shown({ label, version, value, limit }: MemoryBlock) {
  return { block: label, version, characters: value.length, limit, value };
}

function edited(block: MemoryBlock): JsonObject {
  const row = shown(block);
  return { ...row, value: cutToTokens(row.value, MAX_MEMORY_RESULT_TOKENS / 2) };
}
