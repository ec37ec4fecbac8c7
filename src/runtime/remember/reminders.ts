import { type Message, textMessage } from '../../model/message.ts';
import type { RecalledNote, RecalledRole } from '../../model/recall.ts';
import type { ToolSpec } from '../../model/tool-spec.ts';
import { renderMemoryBlocks } from '../../prompts/memory-blocks.ts';
import { renderRecalledNotes } from '../../prompts/recalled-notes.ts';
import type { WorkContext } from '../work-context.ts';

/** The section of a role's system prompt with its blocks of memory; empty when it has none. Pure. */
export function blocksOf(context: WorkContext, role: string, tools: readonly ToolSpec[]): string {
  const { memory = [], withoutMemory } = context;
  const kept = memory.filter(one => one.role === role).flatMap(one => one.blocks);
  const blocks = withoutMemory === 'stored' ? declaredFor(context, role) : kept;
  return renderMemoryBlocks(blocks, { canEdit: tools.some(tool => tool.memory === 'edits') });
}

/** What a role is reminded of before its task, as material in a message of its own; none where it is reminded of nothing. Pure. */
export function notesOf({ memory = [], openedAt: at }: WorkContext, role: string): readonly Message[] {
  const notes = memory.filter(one => one.role === role).flatMap(one => one.notes);
  const text = renderRecalledNotes({ notes, lessons: [], at });
  return text === '' ? [] : [textMessage('user', text)];
}

/** How earlier runs decided, for whoever decides in this work. Pure. */
export function decisionsOf({ memory = [] }: WorkContext): readonly RecalledNote[] {
  return memory.flatMap(({ decisions = [] }) => decisions);
}

/** What the author of a crew has written into the blocks of a role; those without a word are left out. */
function declaredFor({ program }: WorkContext, role: string): RecalledRole['blocks'] {
  const names = program.roles.find(each => each.name === role)?.memory?.blocks ?? [];
  const declared = program.memory?.blocks ?? [];
  return names.flatMap(label => {
    const block = declared.find(each => each.name === label);
    if (block === undefined || block.value === '') return [];
    const { value, description, limit, readOnly } = block;
    return [{ label, value, description, limit, readOnly, version: 0 }];
  });
}
