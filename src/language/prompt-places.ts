import type { HeadPlaces } from './prompt-heads.ts';
import type { MapEntry, NodePath, ScalarNode, SourceNode } from './source-node.ts';

type MapNode = Extract<SourceNode, { kind: 'map' }>;

/** A place where a prompt file is named instead of a text. */
export interface PlacedText {
  readonly path: NodePath;
  /** The mapping with `prompt`. */
  readonly node: MapNode;
  /** `fixed` where a text is no template: goals and backstories. */
  readonly kind: 'template' | 'fixed';
  /** The mapping around it that has a `model`; absent where no model can be named. */
  readonly model?: MapNode;
  /** The work that has the `output`; absent where the text makes no artifact. */
  readonly output?: MapNode;
}

/** Gives the text for a place, and what the front matter adds around it. */
export type TextOf = (place: PlacedText) => HeadPlaces;

/** Sees each text that is written where a prompt file could be named. */
export type SeeText = (node: ScalarNode) => void;

/** The file with each mapping that names a prompt file replaced; the same node when there is none. */
export function replacePrompts(root: SourceNode, textOf: TextOf, seeText: SeeText): SourceNode {
  if (root.kind !== 'map') return root;
  const context: Context = { textOf, seeText, path: [] };
  const goal = replaceAt(root, 'goal', { ...context, kind: 'fixed' });
  const roles = inEach(goal, 'roles', context, (role, at) =>
    ['goal', 'backstory'].reduce(
      (node, key) => replaceAt(node, key, { ...at, kind: 'fixed', model: true }),
      role,
    ),
  );
  return inEach(roles, 'phases', context, (phase, at) => inWork(phase, at));
}

interface Context {
  readonly textOf: TextOf;
  readonly seeText: SeeText;
  readonly path: NodePath;
}

/** A key of a mapping where a prompt may stand; `model` and `output` say whether the mapping takes them. */
interface Spot extends Context {
  readonly kind: 'template' | 'fixed';
  readonly model?: boolean;
  readonly output?: boolean;
}

function inWork(
  work: MapNode,
  at: Context,
  options: { readonly output: boolean } = { output: true },
): MapNode {
  const { output } = options;
  const has = (key: string): boolean => work.entries.some(entry => entry.key === key);
  let node = replaceAt(work, 'task', { ...at, kind: 'template', model: has('role'), output });
  node = replaceAt(node, 'ask', { ...at, kind: 'template', output });
  for (const key of ['selector', 'summarizer'])
    node = inMap(node, key, at, (one, here) =>
      replaceAt(one, 'prompt', { ...here, kind: 'template', model: true }),
    );
  node = inMap(node, 'reflect', at, inReflect);
  node = inChain(node, at);
  node = inMap(node, 'do', at, (one, here) => inWork(one, here));
  node = inEach(node, 'parallel', at, (branch, here) => inWork(branch, here));
  return inEach(node, 'inner', at, (talk, here) => inWork(talk, here, { output: !has('reply') }));
}

/** One check, or a list of them; each may be a role with a task. */
function inReflect(reflect: MapNode, at: Context): MapNode {
  const judge: Change = (check, here) => replaceAt(check, 'task', { ...here, kind: 'template' });
  const evaluator = reflect.entries.find(entry => entry.key === 'evaluator')?.value;
  if (evaluator?.kind !== 'list') return inMap(reflect, 'evaluator', at, judge);
  const items = evaluator.items.map((item, index) => {
    const path = [...at.path, 'evaluator', index];
    return item.kind === 'map' ? judge(item, { ...at, path }) : item;
  });
  const isSame = items.every((item, index) => item === evaluator.items[index]);
  return isSame ? reflect : withEntry(reflect, 'evaluator', { ...evaluator, items });
}

/** The prompt of the last step makes the artifact. */
function inChain(work: MapNode, at: Context): MapNode {
  const chain = work.entries.find(entry => entry.key === 'chain')?.value;
  if (chain?.kind !== 'list') return work;
  let node = work;
  for (const index of chain.items.keys()) {
    const isLast = index === chain.items.length - 1;
    const steps = node.entries.find(entry => entry.key === 'chain')?.value;
    const step = steps?.kind === 'list' ? steps.items[index] : undefined;
    if (steps?.kind !== 'list' || step?.kind !== 'map') continue;
    const spot: Spot = { ...at, path: [...at.path, 'chain', index], kind: 'template', model: true };
    const found = placeOf(step, 'prompt_template', spot);
    if (found === undefined) continue;
    const text = at.textOf({ ...found, ...(isLast ? { output: node } : {}) });
    const items = steps.items.with(index, withHead(step, 'prompt_template', { ...text, output: undefined }));
    node = withEntry(node, 'chain', { ...steps, items });
    if (text.output !== undefined) node = { ...node, entries: [...node.entries, text.output] };
  }
  return node;
}

function replaceAt(node: MapNode, key: string, spot: Spot): MapNode {
  const found = placeOf(node, key, spot);
  return found === undefined ? node : withHead(node, key, spot.textOf(found));
}

function placeOf(node: MapNode, key: string, spot: Spot): PlacedText | undefined {
  const { path, kind, model, output, seeText } = spot;
  const value = node.entries.find(entry => entry.key === key)?.value;
  if (value?.kind === 'scalar') seeText(value);
  if (value?.kind !== 'map') return undefined;
  const around = { ...(model ? { model: node } : {}), ...(output ? { output: node } : {}) };
  return { path: [...path, key], node: value, kind, ...around };
}

function withHead(node: MapNode, key: string, { value, model, output }: HeadPlaces): MapNode {
  const added = [model, output].filter(entry => entry !== undefined);
  const replaced = withEntry(node, key, value);
  return { ...replaced, entries: [...replaced.entries, ...added] };
}

function withEntry(node: MapNode, key: string, value: SourceNode): MapNode {
  const entries = node.entries.map((entry): MapEntry => (entry.key === key ? { ...entry, value } : entry));
  return { ...node, entries };
}

type Change = (node: MapNode, at: Context) => MapNode;

function inMap(node: MapNode, key: string, at: Context, change: Change): MapNode {
  const value = node.entries.find(entry => entry.key === key)?.value;
  if (value?.kind !== 'map') return node;
  const changed = change(value, { ...at, path: [...at.path, key] });
  return changed === value ? node : withEntry(node, key, changed);
}

function inEach(node: MapNode, key: string, at: Context, change: Change): MapNode {
  return inMap(node, key, at, (map, here) => {
    let changed = map;
    for (const entry of map.entries) {
      if (entry.key.startsWith('x-')) continue;
      changed = inMap(changed, entry.key, here, change);
    }
    return changed;
  });
}
