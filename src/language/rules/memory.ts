import type { CrewMemory } from '../../model/crew-memory.ts';
import { wrongMemoryPlace } from '../../model/memory-place.ts';
import type { RecallScoring } from '../../model/recall.ts';
import { grantedSpecs } from '../../model/tool-spec.ts';
import { toolsetSpecs } from '../../model/toolset-specs.ts';
import { suggest } from '../closest.ts';
import { quote } from '../report.ts';
import type { RuleContext } from '../rule.ts';
import type { NodePath } from '../source-node.ts';
import { callsOf, listWorks } from '../works.ts';

/** What a crew says of its memory fits together: blocks and roles, tools and roles, and nothing is said in vain. */
export function checkMemory(context: RuleContext): void {
  const { crew, file } = context;
  // A procedure alone has no memory, and its roles are placeholders.
  if (file === 'sop' || context.inner === true) return;
  checkBlocks(context);
  checkRoles(context);
  checkGrants(context);
  checkCalls(context);
  if (crew.memory === undefined) return;
  checkPlace(context, crew.memory);
  checkStreamModel(context, crew.memory);
  checkEffect(context, crew.memory);
}

/** A run would refuse it, when it begins. */
function checkPlace({ places, report }: RuleContext, { store }: CrewMemory): void {
  const message = store === undefined ? undefined : wrongMemoryPlace(store);
  if (message === undefined) return;
  const hint = message.includes('password')
    ? 'leave them to the environment'
    : 'name a folder such as `.crew/memory`, or an address (`s3://`, `gs://`, `az://`, `db://`); any other folder is for `memory.store` of your settings';
  report({ code: 'memory-place', range: places.at(['memory', 'store']), message, hint });
}

function checkBlocks({ crew, places, report }: RuleContext): void {
  for (const { name, value, limit } of crew.memory?.blocks ?? []) {
    if (value.length <= limit) continue;
    const path: NodePath = ['memory', 'blocks', name];
    const range = places.at(places.node([...path, 'value']) === undefined ? path : [...path, 'value']);
    const message = `The value of block ${quote(name)} has ${value.length} characters, its limit is ${limit}`;
    report({
      code: 'block-too-long',
      range,
      message,
      hint: 'shorten it, or give the block a larger `limit`',
    });
  }
}

/** Roles see only blocks that there are. */
function checkRoles({ crew, places, report }: RuleContext): void {
  const names = (crew.memory?.blocks ?? []).map(({ name }) => name);
  for (const { name: role, memory, playedBy } of crew.roles) {
    if (memory === undefined || playedBy !== undefined) continue;
    const path: NodePath = ['roles', role, 'memory', 'blocks'];
    if (places.node(path) === undefined) continue;
    for (const [index, block] of memory.blocks.entries()) {
      if (block === '' || names.includes(block)) continue;
      const message = `${quote(block)} is not a block of this crew’s \`memory\``;
      const hint = suggest(block, names);
      report({ code: 'unknown-block', range: places.at([...path, index]), message, hint });
    }
  }
}

/** Who is granted tools of memory has one. */
function checkGrants({ crew, catalog, places, report }: RuleContext): void {
  const specs = crew.toolsets.flatMap(toolset => toolsetSpecs(toolset, catalog) ?? []);
  for (const { name: role, memory, tools, playedBy } of crew.roles) {
    if (memory !== undefined || playedBy !== undefined) continue;
    const found = grantedSpecs(tools, specs).find(spec => spec.memory !== undefined);
    if (found === undefined) continue;
    const message = `The role ${quote(role)} may call ${quote(found.name)}, but it has no memory`;
    const hint = `give it one (\`memory: true\`), or take the tool away`;
    report({
      code: 'memory-tools-without-memory',
      range: places.at(['roles', role, 'tools']),
      message,
      hint,
    });
  }
}

/** A phase that calls such a tool itself needs a crew that remembers. */
function checkCalls({ crew, catalog, places, report }: RuleContext): void {
  if (crew.roles.some(({ memory }) => memory !== undefined)) return;
  const specs = crew.toolsets.flatMap(toolset => toolsetSpecs(toolset, catalog) ?? []);
  for (const { name, path } of listWorks(crew).flatMap(callsOf)) {
    if (specs.find(spec => spec.name === name)?.memory === undefined) continue;
    const message = `${quote(name)} works on the memory of this crew, but no role has one`;
    const hint = 'give a role `memory: true`';
    report({ code: 'memory-tools-without-memory', range: places.at(path), message, hint });
  }
}

/** What names a model without an alias. */
const MODEL_USE = /^(auto|offline|[a-z][a-z0-9_-]*:\S+)$/;

function checkStreamModel({ crew, places, report }: RuleContext, { stream }: CrewMemory): void {
  const { model } = stream;
  const aliases = crew.models.map(({ name }) => name);
  if (model === undefined || MODEL_USE.test(model) || aliases.includes(model)) return;
  const message = `${quote(model)} is not a model of this crew`;
  const range = places.at(['memory', 'stream', 'model']);
  report({ code: 'unknown-model', range, message, hint: suggest(model, aliases) });
}

/** The weights that a way of choosing notes looks at. */
const WEIGHTS: Readonly<Record<RecallScoring, readonly string[]>> = {
  hybrid: ['vector', 'neighbours', 'session', 'author', 'importance', 'recency', 'outcome'],
  'generative-agents': ['recency', 'relevance', 'importance'],
  newest: [],
};

/** Nothing is written in vain. */
function checkEffect(context: RuleContext, memory: CrewMemory): void {
  const { crew, places } = context;
  const roles = crew.roles.filter(role => role.memory !== undefined);
  if (places.node(['memory']) !== undefined && roles.length === 0) {
    const hint = 'give the roles that are to remember something `memory: true`';
    return tell(context, ['memory'], { message: 'No role of this crew has a memory', hint });
  }
  for (const { name } of memory.blocks) {
    if (roles.some(role => role.memory?.blocks.includes(name) === true)) continue;
    const message = `No role sees the block ${quote(name)}`;
    tell(context, ['memory', 'blocks', name], { message, hint: 'name it in `memory.blocks` of a role' });
  }
  for (const weight of Object.keys(memory.stream.weights)) {
    if (WEIGHTS[memory.scoring].includes(weight)) continue;
    const known = WEIGHTS[memory.scoring].map(quote).join(', ') || 'none';
    const message = `The weight ${quote(weight)} counts for nothing with \`scoring: ${memory.scoring}\``;
    const hint = `its weights are ${known}`;
    tell(context, ['memory', 'stream', 'weights', weight], { message, hint });
  }
}

function tell(
  { places, report }: RuleContext,
  path: NodePath,
  words: { readonly message: string; readonly hint: string },
): void {
  report({ code: 'memory-without-effect', range: places.at(path), ...words, severity: 'warning' });
}
