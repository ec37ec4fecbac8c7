import type { Flags } from './command.ts';

/** Flags that every command knows; they work before and after its name. */
export const GLOBAL_FLAGS = {
  help: { type: 'boolean', short: 'h', help: 'show this help' },
  version: { type: 'boolean', short: 'V', help: 'show the version' },
  cwd: { type: 'string', value: 'DIR', help: 'the workspace to work in, instead of the current folder' },
  'state-dir': {
    type: 'string',
    value: 'DIR',
    help: 'where runs are kept, instead of .crew in the workspace',
  },
  json: { type: 'boolean', help: 'print one JSON document' },
  quiet: { type: 'boolean', short: 'q', help: 'show only failures and the last line' },
  plain: { type: 'boolean', help: 'tell a run line by line, also on a terminal' },
  'screen-reader': { type: 'boolean', help: 'tell a run in plain sentences' },
  verbose: { type: 'boolean', short: 'v', help: 'show more of what goes on' },
} as const satisfies Flags;

/** Flags that say what a run is given and which models it asks. */
export const INPUT_FLAGS = {
  input: { type: 'string', short: 'i', multiple: true, value: 'NAME=VALUE', help: 'an input of the crew' },
  inputs: { type: 'string', value: 'FILE', help: 'a JSON file of inputs' },
  model: {
    type: 'string',
    multiple: true,
    value: '[ROLE=]MODEL',
    help: 'openai:NAME, anthropic:NAME, offline or script:FILE, for all roles or for one',
  },
} as const satisfies Flags;

/** The flag of the commands that would ask whether a crew file, a recorded run or a project's policy is trusted. */
export const TRUST_FLAG = {
  trust: {
    type: 'boolean',
    help: 'trust what is started and what the project’s policy allows this once, as in CI',
  },
} as const satisfies Flags;

/** The flag of the commands that read crews: what stands in CI. */
export const FROZEN_FLAG = {
  frozen: {
    type: 'boolean',
    help: 'refuse prompt files that are not in just the versions of `crew.lock`, as in CI',
  },
} as const satisfies Flags;

/** The flag of the commands that begin runs. */
export const ANSWER_FLAG = {
  'answer-tokens': {
    type: 'string',
    value: 'N',
    help: 'most tokens of one answer, thoughts counted, such as 16k',
  },
} as const satisfies Flags;

/** Flags of the ceilings of runs that call no tools. */
export const MODEL_BUDGET_FLAGS = {
  'max-calls': { type: 'string', value: 'N', help: 'ceiling of model calls' },
  'max-tokens': { type: 'string', value: 'N', help: 'ceiling of tokens, in and out' },
  'max-usd': { type: 'string', value: 'USD', help: 'ceiling of money; none lifts it, as for every ceiling' },
  'max-time': { type: 'string', value: 'TIME', help: 'ceiling of run time, such as 15m' },
} as const satisfies Flags;

/** Flags of ceilings. */
export const BUDGET_FLAGS = {
  ...MODEL_BUDGET_FLAGS,
  'max-tool-calls': { type: 'string', value: 'N', help: 'ceiling of tool calls' },
} as const satisfies Flags;

/** The flag of the commands whose runs may remember. */
export const MEMORY_FLAG = {
  memory: {
    type: 'string',
    value: 'on|off',
    help: 'whether roles are reminded of earlier runs and leave something for later ones',
  },
} as const satisfies Flags;

/** Flags of the commands whose request may be said again first. */
export const REFORMULATE_FLAGS = {
  reformulate: {
    type: 'boolean',
    help: 'have the request said again by a small model first, and look at it; --no-reformulate leaves it out',
  },
  'reformulate-input': {
    type: 'string',
    value: 'NAME',
    help: 'which input is the request, where that is not the only text that has to be given',
  },
} as const satisfies Flags;

/** Flags of the commands that drive a run. */
export const RUN_FLAGS = {
  ...TRUST_FLAG,
  format: {
    type: 'string',
    short: 'f',
    value: 'FORMAT',
    help: 'markdown, json, sarif, rdjson or github (reviews); json (any result)',
  },
  out: {
    type: 'string',
    short: 'o',
    value: 'FILE',
    help: 'write the result to FILE instead of stdout; as JSON where its name ends in .json',
  },
  output: { type: 'string', value: 'ndjson', help: 'print the event stream on stdout, one event per line' },
  'fail-on': {
    type: 'string',
    value: 'SEVERITY',
    help: 'exit 1 when a review has a finding of at least critical, major, minor or nit',
  },
  allow: {
    type: 'string',
    multiple: true,
    value: 'TOOL',
    help: 'call TOOL, or all of a toolset (`change.*`), without asking each time',
  },
  'approve-all': {
    type: 'boolean',
    help: 'call every tool without asking, but none that a policy or an untrusted phase denies',
  },
  ...MEMORY_FLAG,
  'no-input': { type: 'boolean', help: 'ask nobody; what needs an answer makes the run wait' },
  ...BUDGET_FLAGS,
} as const satisfies Flags;
