import { CrewError } from '../../model/crew-error.ts';
import type { RecallScoring } from '../../model/recall.ts';
import { textFlag } from '../command.ts';
import { loadRetrieval } from '../wire-memory.ts';
import { loadMemoryText } from '../wire-views.ts';
import { blocksAbout } from './blocks-about.ts';
import { layoutOf, type MemoryVerb, printJson } from './memory-verb.ts';
import { readLimit, readNoteFilter } from './read-note-filter.ts';
import { searchAsRole } from './search-as-role.ts';

const SCORINGS: readonly RecallScoring[] = ['hybrid', 'generative-agents', 'newest'];
const MOST_TOKENS = 100_000;
/** As for roles in runs: what comes from strangers is found only by whoever looks for it. */
const LEAST_TRUST = 1;
const NOTHING = 'Nothing found: no note and no block shares a word with it, no note is near in meaning.';
const WHY =
  'A score is the sum of its parts, each with its weight: words and vector say how near the note is to what was asked, the others what stands around it; floor moves all by the same, so that the least near one begins at 0.';

/** So many are ranked, of which those count that are about the words. */
const RANKED = 100;

/**
 * `crew memory search WORDS`: what is remembered about it, best first, of all scopes and of any trust: blocks that hold one of
 * the words, and notes that share one or are near in meaning. `--role CREW/ROLE` is what that role would be reminded of, near
 * or not: its scopes, the scoring of its crew, without words from outside. `--why` shows the parts of each score.
 */
export const searchMemory: MemoryVerb = async (call, memory) => {
  const text = call.positionals.join(' ').trim();
  if (text === '') throw new CrewError('USAGE', 'expected words to look for: `crew memory search WORDS`');
  const { scopes, kinds } = readNoteFilter({ ...call.values, role: undefined });
  const asRole = await searchAsRole(call);
  const { retrieve, scopesOf, idsAbout, wordsOf, stopWords } = await loadRetrieval();
  const seen = asRole?.settings === undefined ? memory : { ...memory, settings: asRole.settings };
  const limit = readLimit(call.values, asRole?.recall || 10);
  const ranked = await retrieve(seen, {
    text,
    scopes: asRole?.scopes ?? (scopes === 'all' ? await scopesOf(memory.store) : scopes),
    ...(asRole === undefined ? {} : { minTrust: LEAST_TRUST }),
    limit: asRole === undefined ? Math.max(limit, RANKED) : limit,
    maxTokens: MOST_TOKENS,
    ...(kinds === undefined ? {} : { kinds }),
    ...scoringOf(textFlag(call.values, 'scoring')),
  });
  const isSomething = [...wordsOf(text)].some(word => !stopWords.has(word));
  const aboutIt = async (): Promise<ReadonlySet<string>> =>
    isSomething
      ? idsAbout(
          memory,
          text,
          ranked.map(({ id }) => id),
        )
      : new Set();
  const about = asRole === undefined ? await aboutIt() : undefined;
  const found = (about === undefined ? ranked : ranked.filter(({ id }) => about.has(id))).slice(0, limit);
  const hasBlocks = asRole === undefined && kinds === undefined;
  const blocks = hasBlocks ? await blocksAbout(await memory.store.blocks(scopes), text) : [];
  const remarks = [asRole?.remark, memory.wordsAlone?.()].filter(remark => remark !== undefined);
  if (call.values.json === true) {
    printJson(call, { query: text, notes: found, blocks: blocks.map(({ block }) => block), remarks });
    return 0;
  }
  if (asRole?.remark !== undefined) call.terminal.stderr(`${asRole.remark}\n`);
  if (found.length + blocks.length === 0) call.terminal.stderr(`${NOTHING}\n`);
  if (call.values.why === true && found.length > 0) call.terminal.stderr(`${WHY}\n`);
  const { noteWords, oneLine, textTable } = await loadMemoryText();
  const { columns } = layoutOf(call, memory);
  const rows = [
    ...found.map(note => [note.score.toFixed(3), note.id, note.kind, note.scope, noteWords(note)]),
    ...blocks.map(({ block, line }) => ['', block.label, 'block', block.scope, line.trim()]),
  ];
  const lines = textTable(rows, { columns });
  for (const [index, line] of lines.entries()) {
    call.terminal.stdout(`${line}\n`);
    if (call.values.why !== true || index >= found.length) continue;
    const parts = Object.entries(found[index]?.parts ?? {}).map(
      ([name, part]) => `${name} ${part.toFixed(3)}`,
    );
    call.terminal.stdout(`${oneLine(`    ${parts.join(', ')}`, columns)}\n`);
  }
  return 0;
};

function scoringOf(word: string | undefined): { readonly scoring?: RecallScoring } {
  if (word === undefined) return {};
  const scoring = SCORINGS.find(one => one === word);
  if (scoring !== undefined) return { scoring };
  throw new CrewError('USAGE', `--scoring is one of ${SCORINGS.join(', ')}, and \`${word}\` is none`);
}
