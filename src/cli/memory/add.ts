import { CrewError } from '../../model/crew-error.ts';
import type { MemoryNote, NewNote } from '../../model/memory.ts';
import { KEPT_KINDS } from '../../model/memory-tool-specs.ts';
import { type FlagValues, textFlag, textFlags } from '../command.ts';
import { stdinText } from '../read-question.ts';
import { loadWriting } from '../wire-memory.ts';
import { loadMemoryText } from '../wire-views.ts';
import { ofPerson } from './by-person.ts';
import { type MemoryVerb, printJson } from './memory-verb.ts';
import { readNoteFilter } from './read-note-filter.ts';

/** What a person may keep: insights are drawn out of notes, the other kinds are written by runs. */
export const ADDED_KINDS = [...KEPT_KINDS.filter(kind => kind !== 'insight'), 'lesson'] as const;

/**
 * `crew memory add TEXT`: a note of a person, trusted as such; `-` reads it from stdin. It stands in the log, and `revert` takes
 * it back. What is there word for word is vouched for. Fails with USAGE, and with MEMORY_REFUSED for what was taken back before.
 */
export const addNote: MemoryVerb = async (call, memory) => {
  const { terminal, values } = call;
  const given = call.positionals.join(' ').trim();
  const text = (given === '-' ? await stdinText(terminal, 'the note') : given).trim();
  if (text === '') {
    throw new CrewError(
      'USAGE',
      'expected what is to be remembered: `crew memory add TEXT`; `-` reads it from stdin',
    );
  }
  const { writeNotes, gistOf } = await loadWriting();
  const wish = noteOf(text, values);
  const [written] = await writeNotes(memory, { ...ofPerson(), crew: crewOf(wish.scope) }, [wish]);
  await memory.store.flush();
  const { id = '', state = 'refused', reason, gaveWay = [] } = written ?? {};
  if (state === 'refused') {
    throw new CrewError('MEMORY_REFUSED', `the note was not kept: ${reason ?? 'nothing was written'}`);
  }
  const [kept] = await memory.store.get([id]);
  if (values.json === true) {
    const why = reason === undefined ? {} : { reason };
    printJson(call, { state, note: kept?.note ?? null, ...why, gaveWay });
    return 0;
  }
  const { oneLine } = await loadMemoryText();
  const said = `${outcomeWords(state, kept?.note)}${reason === undefined ? '' : `; ${reason}`}`;
  terminal.stderr(`${oneLine(said, Number.POSITIVE_INFINITY)}: ${oneLine(gistOf(text), 200)}\n`);
  for (const each of gaveWay) {
    const line = `Gave way: note ${each.id}, ${each.text} (${each.reason})`;
    terminal.stderr(`${oneLine(line, Number.POSITIVE_INFINITY)}\n`);
  }
  terminal.stdout(`${id}\n`);
  return 0;
};

function noteOf(text: string, values: FlagValues): NewNote {
  const scope = oneOf(values, 'scope') ?? 'project';
  const { scopes } = readNoteFilter({ scope: [scope] });
  if (scopes === 'all' || scope.startsWith('tried:'))
    throw new CrewError('USAGE', '--scope is crew:NAME, role:CREW/ROLE, run:ID, project or user');
  const word = oneOf(values, 'kind') ?? 'fact';
  const kind = ADDED_KINDS.find(each => each === word);
  if (kind === undefined) {
    throw new CrewError(
      'USAGE',
      `a person adds a note of the kind ${ADDED_KINDS.join(', ')}, and \`${word}\` is none`,
    );
  }
  const subject = textFlag(values, 'subject')?.trim();
  const tags = [...textFlags(values, 'tag'), ...(subject ? [`subject:${subject}`] : [])];
  return {
    ...{ key: 'note', scope, kind, text, tags, trust: 3, sources: ['user'] },
    ...(kind === 'lesson' ? { lesson: { task: '' } } : {}),
  };
}

function oneOf(values: FlagValues, flag: string): string | undefined {
  const [first, second] = textFlags(values, flag);
  if (second !== undefined)
    throw new CrewError('USAGE', `a note has one --${flag}, found \`${first}\` and \`${second}\``);
  return first;
}

function crewOf(scope: string): string {
  const [level = '', owner = ''] = scope.split(':', 2);
  return level === 'crew' || level === 'role' ? (owner.split('/')[0] ?? '') : '';
}

function outcomeWords(state: 'new' | 'merged' | 'quarantined', note: MemoryNote | undefined): string {
  if (note === undefined) return 'Written';
  if (state === 'new') return `Remembered for ${note.scope}`;
  return state === 'merged' ? `Known already, seen ${note.seen} times now` : 'Held back until it is released';
}
