import { type TypeScope, typeTemplate } from '../expressions/template-types.ts';
import { ANY, NULL, TEXT, unionOf, type ValueType } from '../expressions/value-type.ts';
import { placedChecks } from '../model/checks.ts';
import type { TalkWork } from '../model/crew.ts';
import { type ArtifactContext, localTypes, replyType, toolType } from './artifact-type.ts';
import type { RuleInput } from './rule.ts';
import type { NodePath } from './source-node.ts';
import type { TemplateSite } from './template-sites.ts';

interface LocalsContext {
  readonly input: Pick<RuleInput, 'crew' | 'catalog' | 'places'>;
  readonly rootType: TypeScope['rootType'];
}

/** The types of the names that only some places have, by `localPlace` and name. Pure. */
export function typeLocals(
  templates: readonly TemplateSite[],
  { input, rootType }: LocalsContext,
): ReadonlyMap<string, ReadonlyMap<string, ValueType>> {
  const types = new Map<string, ReadonlyMap<string, ValueType>>();
  for (const phase of new Set(templates.map(site => site.phase))) {
    if (phase.kind === 'end') continue;
    const list = templates.find(
      site =>
        site.phase === phase &&
        site.path.at(-2) === 'each' &&
        site.path.at(-1) === 'in' &&
        // A list that is written out has templates inside, which are its items.
        input.places.node(site.path) === site.node,
    );
    const listType = list ? typeTemplate(list.source, { rootType }).type : ANY;
    const own = new Map(localTypes(phase, listType));
    if (phase.kind === 'each')
      for (const [name, type] of localTypes(phase.work, ANY)) if (!own.has(name)) own.set(name, type);
    if (phase.kind === 'talk') {
      const path = ['phases', phase.name];
      own.set('reply', replyType(phase, path, input));
      for (const [place, names] of innerTypes(phase, path, input)) types.set(place, names);
    }
    types.set(phase.name, own);
    for (const { check, path } of placedChecks(phase.reflect)) {
      if (check.kind !== 'tool') continue;
      const evaluation = ['evaluation', toolType(check.tool, input)] as const;
      types.set([phase.name, ...path].join('.'), new Map([...own, evaluation]));
    }
  }
  return types;
}

/** The names of conversations inside another one, and those of their tasks, which belong to the outer one. */
function innerTypes(
  talk: TalkWork,
  path: NodePath,
  input: ArtifactContext,
): readonly (readonly [string, ReadonlyMap<string, ValueType>])[] {
  return Object.entries(talk.inner ?? {}).flatMap(([name, inner]) => {
    const at = [...path, 'inner', name];
    const place = at.slice(1).join('.');
    const own = new Map([...localTypes(inner, ANY), ['reply', replyType(inner, at, input)] as const]);
    const said = { reply: replyType(talk, path, input), speaker: TEXT };
    // Whoever opens speaks before there is a reply.
    const opens = talk.roles[0] === name;
    const before = Object.entries(said).map(
      ([key, type]) => [key, opens ? unionOf([type, NULL]) : type] as const,
    );
    return [
      [place, own],
      [`${place}.task`, new Map([...localTypes(talk, ANY), ...before])],
    ] as const;
  });
}
