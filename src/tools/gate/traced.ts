import { CrewError } from '../../model/crew-error.ts';
import type { JsonObject, JsonValue } from '../../model/json.ts';
import type { Tool } from '../../ports/tool.ts';
import { optionalTextArgument } from '../arguments.ts';
import { gateVerdict } from './gate-verdict.ts';
import { GATE_TRACED } from './specs.ts';

const LINKS = ['task', 'test'] as const;

type Link = (typeof LINKS)[number];

/** One task or test with the requirements that it names. */
interface Tracing {
  readonly what: Link;
  readonly by: string;
  readonly requirements: ReadonlySet<string>;
}

/**
 * `gate.traced`: every requirement of a priority (P0 by default) has a task and a test, unknown ids are named.
 * A list without any requirement of that priority does not pass, because nothing would have been gated.
 * Fails with TOOL_ARGUMENTS. Deterministic; changes nothing.
 */
export const gateTraced: Tool = {
  spec: GATE_TRACED,
  async call(args) {
    const requirements = itemsArgument(args, 'requirements');
    const priority = optionalTextArgument(args, 'priority') ?? 'P0';
    const tracings = LINKS.flatMap(what => tracingsOf(args, what));
    const gated = idsOf(requirements.filter(requirement => requirement.priority === priority));
    const missing = missingLinks(gated, tracings);
    const unknown = unknownIds(idsOf(requirements), tracings);
    const reasons = [
      ...(gated.size === 0 ? [`there is no requirement of priority ${priority}`] : []),
      ...repeatedIds(requirements).map(id => `the id ${id} stands for more than one requirement`),
      ...missing.map(({ requirement, what }) => `${requirement} has no ${what}`),
      ...unknown.map(
        ({ requirement, what, by }) => `the ${what} ${by} names ${requirement}, which is unknown`,
      ),
    ];
    return gateVerdict(reasons, { checked: gated.size, missing, unknown });
  },
};

function missingLinks(
  gated: ReadonlySet<string>,
  tracings: readonly Tracing[],
): readonly { readonly requirement: string; readonly what: Link }[] {
  const served = new Map(
    LINKS.map(what => {
      const own = tracings.filter(tracing => tracing.what === what);
      return [what, new Set(own.flatMap(({ requirements }) => [...requirements]))];
    }),
  );
  return [...gated].flatMap(requirement =>
    LINKS.filter(what => served.get(what)?.has(requirement) !== true).map(what => ({ requirement, what })),
  );
}

function unknownIds(
  known: ReadonlySet<string>,
  tracings: readonly Tracing[],
): readonly { readonly requirement: string; readonly what: Link; readonly by: string }[] {
  return tracings.flatMap(({ what, by, requirements }) =>
    [...requirements]
      .filter(requirement => !known.has(requirement))
      .map(requirement => ({ requirement, what, by })),
  );
}

function repeatedIds(requirements: readonly JsonObject[]): readonly string[] {
  const seen = new Set<string>();
  const repeated = new Set<string>();
  for (const { id } of requirements) {
    if (seen.has(String(id))) repeated.add(String(id));
    seen.add(String(id));
  }
  return [...repeated];
}

function idsOf(requirements: readonly JsonObject[]): ReadonlySet<string> {
  return new Set(requirements.map(({ id }) => String(id)));
}

function tracingsOf(args: JsonObject, what: Link): readonly Tracing[] {
  return itemsArgument(args, `${what}s`).map((item, at) => ({
    what,
    by: String(item.id ?? item.name ?? `#${at + 1}`),
    requirements: new Set(Array.isArray(item.requirements) ? item.requirements.map(String) : []),
  }));
}

function itemsArgument(args: JsonObject, name: string): readonly JsonObject[] {
  const value = Object.hasOwn(args, name) ? args[name] : undefined;
  if (Array.isArray(value) && value.every(isObject)) return value;
  throw new CrewError(
    'TOOL_ARGUMENTS',
    `expected \`${name}\` to be a list of objects, found \`${typeof value}\``,
  );
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
