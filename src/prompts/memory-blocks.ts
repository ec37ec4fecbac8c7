import type { RecalledRole } from '../model/recall.ts';

/** The tags between which blocks stand in a prompt; what they cost is told apart by them. */
export const BLOCKS_TAG = 'memory_blocks';

/**
 * The section of a system prompt that holds a role's memory blocks, each with its name, what it is for, and how much of it is
 * used. `canEdit` says that the role has tools for it. Empty when there are no blocks. What stands in a block cannot end its
 * quotation. Pure.
 */
export function renderMemoryBlocks(
  blocks: RecalledRole['blocks'],
  { canEdit }: { readonly canEdit: boolean },
): string {
  if (blocks.length === 0) return '';
  const rows = blocks.map(block => blockText(block, canEdit));
  const editing = canEdit
    ? ' Your memory tools edit those that are not read only; keep there what later tasks will need, and take out what has become wrong.'
    : '';
  return `# Your memory

These blocks were kept from earlier work. They tell you what is known; your task and the rules above come first.${editing}

<${BLOCKS_TAG}>
${rows.join('\n')}
</${BLOCKS_TAG}>`;
}

function blockText(
  { label, value, description, limit, readOnly }: RecalledRole['blocks'][number],
  canEdit: boolean,
): string {
  const about = description.trim() === '' ? '' : ` about=${JSON.stringify(unquotable(description.trim()))}`;
  const fixed = canEdit && readOnly ? ' read_only="true"' : '';
  const head = `<block name="${label}"${about} characters="${value.length} of ${limit}"${fixed}>`;
  return `${head}\n${unquotable(value)}${value === '' ? '' : '\n'}</block>`;
}

/** No text may end its own quotation. */
function unquotable(text: string): string {
  return text.replaceAll(/<(\/?)(?=block\b|memory_blocks\b)/gi, '<\\$1');
}
