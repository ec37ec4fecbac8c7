import { CrewError } from '../../src/model/crew-error.ts';
import type { JsonObject, JsonValue } from '../../src/model/json.ts';
import type { ToolCatalog, ToolSpec } from '../../src/model/tool-spec.ts';
import type { ToolContext } from '../../src/ports/tool.ts';
import type { World } from '../../src/ports/world.ts';
import { TRIAL_SPECS } from '../../src/tools/trial/specs.ts';

/** What a fake tool does with its arguments; `nth` counts the calls of this tool from 1. */
export type FakeTool = (
  args: JsonObject,
  call: { readonly nth: number; readonly world: World; readonly context: ToolContext },
) => unknown;

const spec = (name: string, inputSchema: JsonObject, readOnly = true): ToolSpec => ({
  name: `kit.${name}`,
  description: `The tool ${name}.`,
  inputSchema: { type: 'object', ...inputSchema },
  readOnly,
});

/** Longer texts do not fit; how long a text is can only be known in the run. */
export const MOST_TEXT = 200;
const TEXT = {
  properties: { text: { type: 'string', maxLength: MOST_TEXT } },
  required: ['text'],
  additionalProperties: false,
};

/** What the toolset `kit` of every test crew offers, and what commands of evaluators are calls of. */
export const FAKE_CATALOG: ToolCatalog = new Map([
  [
    'kit',
    [
      spec('echo', TEXT),
      spec('give', {}),
      spec('wait', { properties: { ms: { type: 'integer' } }, required: ['ms'] }),
      spec('fail', {}),
      spec('write', TEXT, false),
      { ...spec('repeat', TEXT, false), repeatable: true },
    ],
  ],
  ['trial', TRIAL_SPECS],
]);

/** The tools' behaviour unless a test says otherwise. */
export const FAKE_TOOLS: { readonly [name: string]: FakeTool } = {
  echo: args => args.text,
  /** Gives its arguments back. */
  give: args => args,
  wait: async (args, { world }) => {
    await world.sleep(Number(args.ms), new AbortController().signal);
    return { waited: args.ms } as JsonValue;
  },
  fail: () => {
    throw new CrewError('TOOL_FAILED', 'it broke');
  },
  write: args => args.text,
  repeat: args => args.text,
};
