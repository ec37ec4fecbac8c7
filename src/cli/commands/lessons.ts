import { CrewError } from '../../model/crew-error.ts';
import type { Command } from '../command.ts';
import { compareLessons, whyLesson } from '../memory/lesson-figures.ts';
import { listLessons, pinLesson, retireLesson } from '../memory/lessons.ts';
import { showMemory } from '../memory/look.ts';
import { STORE_FLAG, withMemoryHere } from '../memory/memory-here.ts';
import type { MemoryVerb } from '../memory/memory-verb.ts';
import { NOTE_FLAGS } from '../memory/read-note-filter.ts';

const { scope, state, run, role, limit } = NOTE_FLAGS;

const VERBS: { readonly [verb: string]: MemoryVerb } = {
  list: listLessons,
  show: showMemory,
  why: whyLesson,
  pin: pinLesson,
  retire: retireLesson,
  compare: compareLessons,
};

/** `crew lessons list|show|why|pin|retire|compare`: what failed attempts have taught, and whether it helps. */
export const lessonsCommand: Command = {
  name: 'lessons',
  usage: 'lessons list|show|why|pin',
  summary: 'what failed attempts taught, and if it helps',
  failsInJson: true,
  verbs: [
    {
      name: 'list',
      usage: 'lessons list',
      summary: 'lessons and how they did',
      flags: ['scope', 'state', 'run', 'role', 'limit', 'store'],
    },
    { name: 'show', usage: 'lessons show ID', summary: 'all that is known of one', flags: ['store'] },
    {
      name: 'why',
      usage: 'lessons why ID',
      summary: 'where it comes from, and what its figures say',
      flags: ['store'],
    },
    {
      name: 'pin',
      usage: 'lessons pin ID',
      summary: 'keep it, whatever its figures',
      flags: ['off', 'store'],
    },
    {
      name: 'retire',
      usage: 'lessons retire ID',
      summary: 'give it to nobody any more',
      flags: ['reason', 'store'],
    },
    {
      name: 'compare',
      usage: 'lessons compare',
      summary: 'first trials with lessons and without',
      flags: ['scope', 'store'],
    },
  ],
  flags: {
    ...{ scope, state, run, role, limit },
    ...STORE_FLAG,
    off: { type: 'boolean', help: 'pin: no longer' },
    reason: { type: 'string', value: 'TEXT', help: 'retire: why, for the log' },
  },
  run: call => {
    const [verb = '', ...positionals] = call.positionals;
    const act = Object.hasOwn(VERBS, verb) ? VERBS[verb] : undefined;
    if (act === undefined) {
      throw new CrewError('USAGE', `expected one of ${Object.keys(VERBS).join(', ')} after \`crew lessons\``);
    }
    return withMemoryHere({ ...call, positionals }, act);
  },
};
