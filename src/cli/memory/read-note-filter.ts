import { CrewError } from '../../model/crew-error.ts';
import { NOTE_KINDS, NOTE_STATES } from '../../model/memory.ts';
import type { NoteFilter } from '../../ports/memory-store.ts';
import { type Flags, type FlagValues, textFlag, textFlags } from '../command.ts';

const IS_SCOPE = /^(tried:)?(project|user|(run|role|crew):.+)$/;

/** Flags that say which notes are meant. */
export const NOTE_FLAGS = {
  scope: {
    type: 'string',
    multiple: true,
    value: 'SCOPE',
    help: 'only what is remembered for this: crew:NAME, role:CREW/ROLE, run:ID, project, user',
  },
  kind: { type: 'string', multiple: true, value: 'KIND', help: `only ${NOTE_KINDS.join(', ')}` },
  state: {
    type: 'string',
    multiple: true,
    value: 'STATE',
    help: `only ${NOTE_STATES.join(', ')}, or all; active when left out`,
  },
  run: { type: 'string', value: 'RUN', help: 'only what this run wrote' },
  role: { type: 'string', value: 'ROLE', help: 'only what this role wrote' },
  tag: { type: 'string', multiple: true, value: 'TAG', help: 'only what has this tag' },
  limit: { type: 'string', value: 'N', help: 'at most so many; 50 when left out' },
} as const satisfies Flags;

/** The notes that flags mean. Fails with USAGE for a word that is none of its kind. Pure. */
export function readNoteFilter(values: FlagValues): NoteFilter {
  const scopes = textFlags(values, 'scope');
  const wrong = scopes.find(scope => !IS_SCOPE.test(scope));
  if (wrong !== undefined) {
    throw new CrewError(
      'USAGE',
      `--scope is crew:NAME, role:CREW/ROLE, run:ID, project or user, and \`${wrong}\` is none`,
    );
  }
  const kinds = textFlags(values, 'kind').map(word => wordOf('kind', word, NOTE_KINDS));
  const states = textFlags(values, 'state');
  const tags = textFlags(values, 'tag');
  const runId = textFlag(values, 'run');
  const role = textFlag(values, 'role');
  return {
    scopes: scopes.length === 0 ? 'all' : scopes,
    ...(kinds.length === 0 ? {} : { kinds }),
    ...statesOf(states),
    ...(tags.length === 0 ? {} : { tagsAll: tags }),
    ...(runId === undefined ? {} : { runId }),
    ...(role === undefined ? {} : { role }),
  };
}

/** The same without notes that have expired by now, where only active ones are meant: they are so until they are tidied away. Pure. */
export function withoutExpired(filter: NoteFilter, now: number): NoteFilter {
  const { states = ['active'] } = filter;
  return states !== 'all' && states.every(state => state === 'active') ? { ...filter, validAt: now } : filter;
}

/** `--limit`, a whole number from 1. Fails with USAGE. Pure. */
export function readLimit(values: FlagValues, otherwise = 50): number {
  const text = textFlag(values, 'limit');
  if (text === undefined) return otherwise;
  const limit = Number(text);
  if (/^\d+$/.test(text) && limit > 0 && Number.isSafeInteger(limit)) return limit;
  throw new CrewError('USAGE', `--limit is a whole number from 1, and \`${text}\` is none`);
}

function statesOf(words: readonly string[]): Pick<NoteFilter, 'states'> {
  if (words.length === 0) return {};
  if (words.includes('all')) return { states: 'all' };
  return { states: words.map(word => wordOf('state', word, NOTE_STATES, ['all'])) };
}

function wordOf<Word extends string>(
  flag: string,
  word: string,
  known: readonly Word[],
  more: readonly string[] = [],
): Word {
  const found = known.find(one => one === word);
  if (found !== undefined) return found;
  throw new CrewError(
    'USAGE',
    `--${flag} is one of ${[...known, ...more].join(', ')}, and \`${word}\` is none`,
  );
}
