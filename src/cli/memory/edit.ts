import { CrewError } from '../../model/crew-error.ts';
import type { BlockDeclaration } from '../../model/crew-memory.ts';
import { MEMORY_LEVELS, type MemoryBlock, type MemoryScope } from '../../model/memory.ts';
import type { MemoryStore } from '../../ports/memory-store.ts';
import { type CommandCall, textFlag } from '../command.ts';
import { onePositional } from '../positionals.ts';
import { stdinText } from '../read-question.ts';
import { editText } from '../reformulate/edit-text.ts';
import { loadWriting } from '../wire-memory.ts';
import { ofPerson } from './by-person.ts';
import { type DeclaredBlock, declaredBlocks } from './crews-here.ts';
import { blockTarget, findRemembered } from './find-remembered.ts';
import { type MemoryVerb, printJson } from './memory-verb.ts';

/** A block that is to be edited, as it stands and as crew files here declare it. */
interface EditedBlock {
  readonly scope: MemoryScope;
  readonly declaration: BlockDeclaration;
  readonly value: string;
  readonly version: number;
}

/**
 * `crew memory edit BLOCK`: the text of a block is what `--text` says, else what is piped in, else what a person makes of it in
 * their editor. `log`, `blame` and `revert` know the change. A block that only a crew file declares begins with what stands
 * there. Fails with MEMORY_NOT_FOUND, with MEMORY_REFUSED for what is too long or fixed by a crew file, and with MEMORY_CONFLICT
 * when somebody else has edited it meanwhile; what was written in an editor is printed then.
 */
export const editMemory: MemoryVerb = async (call, memory) => {
  const name = onePositional(call.positionals, 'the name of a block: `crew memory edit BLOCK`');
  const block = await blockNamed(name, call, memory.store);
  const { scope, declaration, version } = block;
  const { text, isPrecious } = await textFor(block, call);
  const { rethinkBlock } = await loadWriting();
  const target = { scope, declaration };
  const edit = { value: text, expectedVersion: version };
  const edited = await rethinkBlock(memory, target, ofPerson(), edit).catch((error: unknown) => {
    if (isPrecious && call.values.json !== true) call.terminal.stdout(`${text}\n`);
    throw error;
  });
  await memory.store.flush();
  if (call.values.json === true) printJson(call, { block: edited });
  const what = edited.version === version ? 'says so already' : `is at version ${edited.version} now`;
  call.terminal.stderr(`Block ${blockTarget(edited)} ${what}.\n`);
  return 0;
};

async function textFor(
  { value, declaration: { name } }: EditedBlock,
  { values, terminal }: Pick<CommandCall, 'values' | 'terminal'>,
): Promise<{ readonly text: string; readonly isPrecious: boolean }> {
  const given = textFlag(values, 'text');
  if (given !== undefined) return { text: given, isPrecious: false };
  if (!terminal.interactive) {
    const piped = (await stdinText(terminal, 'the text')).replace(/^\uFEFF/, '').replace(/\r?\n$/, '');
    if (piped.trim() !== '') return { text: piped, isPrecious: false };
    throw new CrewError('USAGE', `nothing came from stdin; \`--text ""\` empties the block \`${name}\``);
  }
  const edited = await editText(value, terminal);
  if ('text' in edited) return { text: edited.text, isPrecious: true };
  throw new CrewError('USAGE', edited.problem);
}

async function blockNamed(name: string, call: CommandCall, store: MemoryStore): Promise<EditedBlock> {
  const isMeant = (each: Pick<MemoryBlock, 'scope' | 'label'>): boolean =>
    each.label === name || blockTarget(each) === name;
  const stored = (await store.blocks('all')).filter(isMeant);
  const declared = (await declaredBlocks(call)).filter(({ scope, declaration }) =>
    isMeant({ scope, label: declaration.name }),
  );
  const targets = new Set([
    ...stored.map(blockTarget),
    ...declared.map(({ scope, declaration }) => blockTarget({ scope, label: declaration.name })),
  ]);
  if (targets.size > 1) {
    const names = [...targets].map(each => `\`${each}\``).join(', ');
    throw new CrewError('MEMORY_NOT_FOUND', `\`${name}\` is the name of several blocks: ${names}`);
  }
  const [held] = stored;
  const [asDeclared] = declared;
  refuseFixed(asDeclared);
  if (held !== undefined) {
    const { scope, value, version } = held;
    return { scope, value, version, declaration: asDeclared?.declaration ?? declarationOf(held) };
  }
  if (asDeclared === undefined) return noBlock(name, store);
  const { scope, declaration } = asDeclared;
  return { scope, declaration, value: declaration.value, version: 0 };
}

/** A note is no block, and a name that is like one is named. */
async function noBlock(name: string, store: MemoryStore): Promise<never> {
  const found = await findRemembered(store, name);
  throw new CrewError(
    'MEMORY_NOT_FOUND',
    `\`${found.what === 'note' ? found.note.id : name}\` is a note, and a block is needed here`,
  );
}

/** What a crew file fixes is what roles are shown, whatever is remembered. */
function refuseFixed(block: DeclaredBlock | undefined): void {
  if (block === undefined || !block.declaration.readOnly || block.declaration.value === '') return;
  const { file, declaration } = block;
  throw new CrewError(
    'MEMORY_REFUSED',
    `the block \`${declaration.name}\` is fixed by \`${file}\` (\`read_only\` with a \`value\`); edit it there`,
  );
}

/** As it is known where no crew file here declares it. */
function declarationOf({ scope, label: name, limit, description, readOnly }: MemoryBlock): BlockDeclaration {
  const level = MEMORY_LEVELS.find(each => scope === each || scope.startsWith(`${each}:`)) ?? 'crew';
  return { name, level, value: '', limit, description, readOnly };
}
