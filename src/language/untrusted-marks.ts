import { pathsRead } from '../expressions/paths-read.ts';
import type { Crew, TalkWork, ToolsetDeclaration, WorkingPhase } from '../model/crew.ts';
import type { JsonValue } from '../model/json.ts';
import { matchesName } from '../model/name-pattern.ts';
import type { ToolSpec } from '../model/tool-spec.ts';

/** One untrusted artifact: whose it is, and where its words must not go, by the aliases of the crew that it is made in. */
export interface Mark {
  /** The phase, with the crew phases around it: `build/fetch`. */
  readonly source: string;
  readonly notTo?: readonly string[];
  readonly toolsets: readonly ToolsetDeclaration[];
}

/** What something derives from, by source. */
export type Marks = ReadonlyMap<string, Mark>;

/** What derives from nothing untrusted. */
export const NO_MARKS: Marks = new Map();

/** What the templates of one place may read. */
export interface MarkScope {
  readonly crew: Crew;
  readonly inputs: ReadonlyMap<string, Marks>;
  readonly artifacts: ReadonlyMap<string, Marks>;
  /** Names that only this place has, such as the item of an `each`. */
  readonly locals?: ReadonlyMap<string, Marks>;
}

/** All marks of several. Pure. */
export function union(all: Iterable<Marks>): Marks {
  return new Map([...all].flatMap(marks => [...marks]));
}

/** What a template value derives from; every text inside it is a template, or a condition. Pure. */
export function marksOf(
  value: JsonValue | undefined,
  scope: MarkScope,
  mode: 'text' | 'condition' = 'text',
): Marks {
  if (typeof value === 'string') {
    return union(pathsRead(value, mode).map(path => marksAt(path, scope)));
  }
  if (typeof value !== 'object' || value === null) return NO_MARKS;
  return union(Object.values(value).map(each => marksOf(each, scope, mode)));
}

/** A path ends where it is worked out, and then all that it may lead to counts. */
function marksAt([root, ...rest]: readonly (string | number)[], scope: MarkScope): Marks {
  const name = String(root ?? '');
  const local = scope.locals?.get(name);
  if (local !== undefined) return local;
  if (name === 'inputs') return oneOrAll(scope.inputs, rest[0]);
  if (name === 'run') return runMarks(rest, scope);
  return scope.artifacts.get(name) ?? NO_MARKS;
}

function oneOrAll(table: ReadonlyMap<string, Marks>, name: string | number | undefined): Marks {
  return name === undefined ? union(table.values()) : (table.get(String(name)) ?? NO_MARKS);
}

/** What was said in a conversation is as its artifact, and so is what a phase failed with. */
function runMarks([what, name]: readonly (string | number)[], { crew, artifacts }: MarkScope): Marks {
  const of = (meant: (phase: WorkingPhase) => boolean): ReadonlyMap<string, Marks> =>
    new Map(
      crew.sop.phases.flatMap(phase =>
        phase.kind !== 'end' && meant(phase) ? [[phase.name, artifacts.get(phase.name) ?? NO_MARKS]] : [],
      ),
    );
  const talks =
    what === undefined || what === 'talks'
      ? oneOrAll(
          of(({ kind }) => kind === 'talk'),
          name,
        )
      : NO_MARKS;
  const failed =
    what === undefined || what === 'error'
      ? union(of(({ onError }) => onError !== undefined).values())
      : NO_MARKS;
  return union([talks, failed]);
}

/** What a conversation derives from, with those inside it. Pure. */
export function talkMarks(talk: TalkWork, scope: MarkScope): Marks {
  const inner = Object.values(talk.inner ?? {}).map(each => talkMarks(each, scope));
  const conditions = [...talk.until, ...talk.rules].map(({ when }) => marksOf(when, scope, 'condition'));
  return union([marksOf(talk.task, scope), marksOf(talk.selector?.prompt, scope), ...conditions, ...inner]);
}

/** Whether a tool of a crew is one that an untrusted artifact must not reach. Pure. */
export function isRefused({ notTo, toolsets }: Mark, spec: ToolSpec, crew: Crew): boolean {
  // A note keeps the trust of what it was made of. What a server says of itself nobody has vouched for.
  if (notTo === undefined) return (!spec.readOnly && spec.memory !== 'writes') || spec.source === 'mcp';
  const dot = spec.name.indexOf('.');
  const own = crew.toolsets.find(({ name }) => name === spec.name.slice(0, dot));
  const names =
    toolsets === crew.toolsets
      ? [spec.name.slice(0, dot)]
      : toolsets.filter(each => isSame(each, own)).map(({ name }) => name);
  return notTo.some(pattern => {
    const [toolset = '', ...tool] = pattern.split('.');
    const isNamed = toolset === '*' || names.some(name => matchesName(toolset, name));
    return isNamed && matchesName(tool.join('.'), spec.name.slice(dot + 1));
  });
}

function isSame({ source: left }: ToolsetDeclaration, other: ToolsetDeclaration | undefined): boolean {
  const right = other?.source;
  if (left.kind === 'builtin') return right?.kind === 'builtin' && left.name === right.name;
  if (left.kind === 'mcp') return right?.kind === 'mcp' && left.identity === right.identity;
  return right?.kind === 'module' && left.sha256 === right.sha256;
}
