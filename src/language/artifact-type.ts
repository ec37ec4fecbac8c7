import { itemsOf } from '../expressions/filter-types.ts';
import { schemaType } from '../expressions/schema-type.ts';
import {
  ANY,
  isUnclear,
  listOf,
  NULL,
  NUMBER,
  objectOf,
  TEXT,
  unionOf,
  type ValueType,
} from '../expressions/value-type.ts';
import { artifactSchema } from '../model/artifact-schema.ts';
import type { AskWork, Crew, InputDeclaration, PhaseWork, TalkWork } from '../model/crew.ts';
import { innerTalk } from '../model/inner-talk.ts';
import type { ToolCatalog, ToolSpec } from '../model/tool-spec.ts';
import { toolsetSpecs } from '../model/toolset-specs.ts';
import { answersType } from './answers-type.ts';
import type { Places } from './source-map.ts';
import type { NodePath } from './source-node.ts';

/** The tool that a call names, as the crew declares its toolsets; undefined when it is not known. Pure. */
export function specOf(
  name: string,
  crew: Pick<Crew, 'toolsets'>,
  catalog: ToolCatalog,
): ToolSpec | undefined {
  const toolset = crew.toolsets.find(one => one.name === name.slice(0, name.indexOf('.')));
  return toolset && toolsetSpecs(toolset, catalog)?.find(spec => spec.name === name);
}

/** What artifacts are typed by besides the work itself. */
export interface ArtifactContext {
  readonly crew: Crew;
  readonly catalog: ToolCatalog;
  readonly places: Places;
}

/**
 * The type of what the work at `path` delivers: its `output`, else what its kind always gives. An `output` that could
 * not be read, which was reported, gives anything. Pure.
 */
export function artifactType(work: PhaseWork, path: NodePath, context: ArtifactContext): ValueType {
  const schema = artifactSchema(work);
  if (schema !== undefined) return schemaType(schema);
  const isUnreadable = work.output === undefined && context.places.node([...path, 'output']) !== undefined;
  if (isUnreadable) return ANY;
  switch (work.kind) {
    case 'role':
    case 'talk':
    case 'manage':
    case 'chain':
      return TEXT;
    case 'tool':
      return toolType(work.tool, context);
    case 'parallel': {
      const waits = (work.join ?? 'all') === 'all';
      const branches = work.branches.map((branch): [string, ValueType] => {
        const type = artifactType(branch, [...path, 'parallel', branch.name], context);
        return [branch.name, waits ? type : unionOf([type, NULL])];
      });
      // A branch that is not there is another check's matter.
      return objectOf(new Map(branches), { open: true });
    }
    case 'each': {
      const type = artifactType(work.work, [...path, 'do'], context);
      return listOf(work.onItemError === 'keep' || work.join !== 'all' ? unionOf([type, NULL]) : type);
    }
    case 'human':
      return answerType(work);
    case 'ask':
      return askType(work);
    default:
      return ANY;
  }
}

/** The list of what the models said, or what a summarizer or a vote made of it. */
function askType(work: AskWork): ValueType {
  if (work.summarizer !== undefined || work.vote !== undefined) return TEXT;
  const answer = work.output === undefined ? TEXT : schemaType(work.output);
  return answersType(answer, { all: work.minAnswers >= work.models.length });
}

/**
 * The type of a reply of the conversation at `path`: that of its `reply`, else text, or what a conversation inside it
 * writes. A `reply` that could not be read, which was reported, is anything. Pure.
 */
export function replyType(talk: TalkWork, path: NodePath, context: ArtifactContext): ValueType {
  if (talk.reply !== undefined) return schemaType(talk.reply);
  if (context.places.node([...path, 'reply']) !== undefined) return ANY;
  const summaries = Object.entries(talk.inner ?? {}).map(([name, inner]) =>
    artifactType(inner, [...path, 'inner', name], context),
  );
  const hasRoles = talk.roles.some(name => innerTalk(talk, name) === undefined);
  return unionOf(hasRoles ? [TEXT, ...summaries] : summaries);
}

/**
 * The type of what was said in the conversation at `path`, as templates read it after its phase: its replies in order, of
 * which there is at least one. Pure.
 */
export function threadType(talk: TalkWork, path: NodePath, context: ArtifactContext): ValueType {
  const said = new Map<string, ValueType>([
    ['speaker', [{ kind: 'string', values: talk.roles }]],
    ['turn', [{ kind: 'number', min: 1 }]],
    ['reply', replyType(talk, path, context)],
  ]);
  return listOf(objectOf(said, { open: false }), 1);
}

/** The type of what a tool gives; anything when its spec is not known or does not say. Pure. */
export function toolType(name: string, { crew, catalog }: Omit<ArtifactContext, 'places'>): ValueType {
  const schema = specOf(name, crew, catalog)?.outputSchema;
  return schema === undefined ? ANY : schemaType(schema);
}

function answerType({ choices, freeText }: Extract<PhaseWork, { kind: 'human' }>): ValueType {
  const chosen: ValueType = choices.length === 0 ? NULL : [{ kind: 'string', values: choices }];
  const choice = freeText ? unionOf([chosen, NULL]) : chosen;
  const written = choices.length === 0 ? TEXT : unionOf([TEXT, NULL]);
  const text = freeText ? written : NULL;
  return objectOf(
    new Map([
      ['choice', choice],
      ['text', text],
    ]),
    { open: false },
  );
}

/** The type of `inputs` by their declarations; a name that is not declared is another check's matter. Pure. */
export function inputsType(inputs: readonly InputDeclaration[]): ValueType {
  return objectOf(new Map(inputs.map(input => [input.name, schemaType(input.schema)])), { open: true });
}

/** The types of the names that only some places of a phase have, by name. Pure. */
export function localTypes(work: PhaseWork, listType: ValueType): ReadonlyMap<string, ValueType> {
  const types = new Map<string, ValueType>([
    ['index', NUMBER],
    ['turn', NUMBER],
    ['speaker', TEXT],
    ['question', TEXT],
    ['previous_response', TEXT],
  ]);
  if (work.kind === 'each') {
    const isList = !isUnclear(listType) && listType.every(one => one.kind === 'array' || one.kind === 'null');
    types.set(work.as, isList ? itemsOf(listType) : ANY);
  }
  const steps = work.kind === 'chain' ? work.steps : [];
  for (const { name } of steps) types.set(name, TEXT);
  types.set('answers', toldType(work));
  return types;
}

/** The answers as a summarizer or a judge reads them. */
function toldType(work: PhaseWork): ValueType {
  if (work.kind !== 'ask') return answersType(ANY);
  const isTyped = work.vote !== undefined && work.output !== undefined;
  return answersType(isTyped ? schemaType(work.output) : TEXT, {
    all: work.minAnswers >= work.models.length,
  });
}
