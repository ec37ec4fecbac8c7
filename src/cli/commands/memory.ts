import { CrewError } from '../../model/crew-error.ts';
import type { Command } from '../command.ts';
import { ADDED_KINDS, addNote } from '../memory/add.ts';
import { exportMemory, importMemory } from '../memory/carry.ts';
import { editMemory } from '../memory/edit.ts';
import { embedMemory } from '../memory/embed.ts';
import { forgetMemory } from '../memory/forget.ts';
import { blameMemory, diffMemory, listMemory, logMemory, showMemory } from '../memory/look.ts';
import { type MemoryNeeds, STORE_FLAG, withMemoryHere } from '../memory/memory-here.ts';
import type { MemoryVerb } from '../memory/memory-verb.ts';
import { releaseMemory, revertMemory } from '../memory/mend.ts';
import { NOTE_FLAGS } from '../memory/read-note-filter.ts';
import { searchMemory } from '../memory/search.ts';
import { statsOfMemory } from '../memory/stats.ts';
import { tidyMemory } from '../memory/tidy.ts';

const LIST_FLAGS = [...Object.keys(NOTE_FLAGS), 'store'];

const VERBS: { readonly [verb: string]: MemoryVerb } = {
  list: listMemory,
  search: searchMemory,
  show: showMemory,
  add: addNote,
  edit: editMemory,
  log: logMemory,
  diff: diffMemory,
  blame: blameMemory,
  revert: revertMemory,
  release: releaseMemory,
  forget: forgetMemory,
  export: exportMemory,
  import: importMemory,
  tidy: tidyMemory,
  embed: embedMemory,
  stats: statsOfMemory,
};

const NEEDS: { readonly [verb: string]: MemoryNeeds } = {
  search: { vectors: 'read' },
  embed: { vectors: 'anew', writes: true },
  import: { writes: true },
  add: { writes: true },
  edit: { writes: true },
};

/** `crew memory list|search|show|…`: what the crews of this workspace remember, and how it came to be so. */
export const memoryCommand: Command = {
  name: 'memory',
  usage: 'memory list|search|show|log',
  summary: 'what crews remember; `revert` and `forget` mend it',
  failsInJson: true,
  verbs: [
    { name: 'list', usage: 'memory list', summary: 'blocks and notes, newest first', flags: LIST_FLAGS },
    {
      name: 'search',
      usage: 'memory search WORDS',
      summary: 'find notes; as a role would with `--role CREW/ROLE`',
      flags: ['scope', 'kind', 'role', 'crew', 'limit', 'scoring', 'why', 'store'],
      help: {
        role: 'what this role would be reminded of: CREW/ROLE, or ROLE with --crew',
        limit: 'at most so many; 10, or as many as the role is reminded of, when left out',
      },
    },
    { name: 'show', usage: 'memory show ID|BLOCK', summary: 'all that is known of one', flags: ['store'] },
    {
      name: 'add',
      usage: 'memory add TEXT',
      summary: 'remember a note of yours; `-` reads it from stdin',
      flags: ['scope', 'kind', 'tag', 'subject', 'store'],
      help: {
        scope: 'whom it is for: project (when left out), user, crew:NAME, role:CREW/ROLE',
        kind: `what it is: ${ADDED_KINDS.join(', ')}; fact when left out`,
        tag: 'a tag of it',
      },
    },
    {
      name: 'edit',
      usage: 'memory edit BLOCK',
      summary: 'change a block in $EDITOR, by --text or by what is piped in',
      flags: ['text', 'crew', 'store'],
      help: { crew: 'the crew file that declares the block; those of the workspace when left out' },
    },
    {
      name: 'log',
      usage: 'memory log [ID|BLOCK]',
      summary: 'what was changed',
      flags: ['run', 'limit', 'store'],
    },
    {
      name: 'diff',
      usage: 'memory diff BLOCK|CHANGE',
      summary: 'what a change did to the text',
      flags: ['store'],
    },
    { name: 'blame', usage: 'memory blame BLOCK', summary: 'who wrote each line', flags: ['store'] },
    { name: 'revert', usage: 'memory revert CHANGE', summary: 'take a change back', flags: ['store'] },
    {
      name: 'release',
      usage: 'memory release ID',
      summary: 'let a note be recalled that was held back',
      flags: ['reason', 'store'],
    },
    {
      name: 'forget',
      usage: 'memory forget ID|BLOCK',
      summary: 'take notes away for good, with what rests on them; or a block',
      flags: ['run', 'source', 'yes', 'no-input', 'store'],
    },
    {
      name: 'export',
      usage: 'memory export [-o FILE]',
      summary: 'all of it as a file',
      flags: [...LIST_FLAGS.filter(flag => flag !== 'limit'), 'out'],
    },
    {
      name: 'import',
      usage: 'memory import FILE',
      summary: 'put such a file in',
      flags: ['quarantine', 'store'],
    },
    {
      name: 'tidy',
      usage: 'memory tidy',
      summary: 'archive what expired or is not used; runs do it once a day',
      flags: ['store'],
    },
    {
      name: 'embed',
      usage: 'memory embed',
      summary: 'make all vectors anew with one embedder',
      flags: ['embedder', 'store'],
    },
    { name: 'stats', usage: 'memory stats', summary: 'where it is, and how much of what', flags: ['store'] },
  ],
  flags: {
    ...NOTE_FLAGS,
    ...STORE_FLAG,
    embedder: {
      type: 'string',
      value: 'EMBEDDER',
      help: 'embed: static, use, openai:NAME, ollama:NAME or llama:PATH, instead of that of the settings',
    },
    scoring: {
      type: 'string',
      value: 'SCORING',
      help: 'search: hybrid, generative-agents or newest',
    },
    crew: {
      type: 'string',
      value: 'FILE',
      help: 'search: the crew file that says what `--role` remembers; found by its name when left out',
    },
    subject: {
      type: 'string',
      value: 'SUBJECT',
      help: 'add: what it is about; a later note about the same takes its place',
    },
    text: { type: 'string', value: 'TEXT', help: 'edit: the new text of the block, all of it' },
    why: { type: 'boolean', help: 'search: show the parts of each score' },
    reason: { type: 'string', value: 'TEXT', help: 'release: why, for the log' },
    source: {
      type: 'string',
      value: 'SOURCE',
      help: 'forget: all that was made of it, as `memory show` names its sources: tool:NAME, file:PATH, note:ID',
    },
    yes: { type: 'boolean', short: 'y', help: 'forget: do not ask' },
    'no-input': { type: 'boolean', help: 'forget: ask nobody; only show' },
    quarantine: { type: 'boolean', help: 'import: hold it all back until it is released' },
    out: { type: 'string', short: 'o', value: 'FILE', help: 'export: write to FILE instead of stdout' },
  },
  run: call => {
    const [verb = '', ...positionals] = call.positionals;
    const act = Object.hasOwn(VERBS, verb) ? VERBS[verb] : undefined;
    if (act === undefined) {
      throw new CrewError('USAGE', `expected one of ${Object.keys(VERBS).join(', ')} after \`crew memory\``);
    }
    return withMemoryHere({ ...call, positionals }, act, NEEDS[verb]);
  },
};
