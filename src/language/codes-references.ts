import {
  type CodeRow,
  INCLUDED_SOP,
  INCLUDING_CREW,
  swap,
  swapModule,
  swapTalk,
  swapWarning,
} from './code-row.ts';

/** Codes about names that refer to something, and about tools. */
export const REFERENCE_CODES = {
  'unknown-role': swap('A phase names a role that is not there.', 'role: writer', 'role: writr'),
  'missing-role': {
    severity: 'error',
    meaning: 'The crew does not supply a role that its procedure needs.',
    bad: INCLUDING_CREW.replace('  host:', '  guest:'),
    good: INCLUDING_CREW,
    files: { 'hello.sop.yaml': INCLUDED_SOP },
  },
  'handoff-unknown-role': swapTalk(
    'A conversation would hand over to a role that does not take part in it.',
    'writer: [critic]',
    'writer: [critc]',
  ),
  'unreachable-speaker': swapTalk(
    'No transition of a conversation leads to this role, so it would never speak.',
    'critic: [writer, editor]',
    'critic: [writer]',
  ),
  'inner-is-role': swapTalk(
    'A conversation inside another one has the name of a role, so `talk` could mean either.',
    'max_turns: 8\n',
    'max_turns: 8\n    inner: { critic: { talk: [writer, editor], task: Discuss } }\n',
  ),
  'inner-not-in-talk': swapTalk(
    'A conversation inside another one stands for nobody in `talk`, so it would never be held.',
    'max_turns: 8\n',
    'max_turns: 8\n    inner: { panel: { talk: [writer, editor], task: Discuss } }\n',
  ),
  'unknown-artifact': swapTalk(
    'A phase waits for an artifact that no other phase writes.',
    'subscribe: [draft]',
    'subscribe: [drft]',
  ),
  'missing-input': {
    severity: 'error',
    meaning: 'A crew or procedure that is used needs an input that it is not given.',
    bad: INCLUDING_CREW,
    good: INCLUDING_CREW.replace(
      'sop: hello.sop.yaml',
      'sop: { file: hello.sop.yaml, inputs: { name: Ada } }',
    ),
    files: {
      'hello.sop.yaml': INCLUDED_SOP.replace('start:', 'inputs: { name: { type: string } }\nstart:').replace(
        'Greet the reader',
        'Greet {{ inputs.name }}',
      ),
    },
  },
  'unknown-phase': swap('A way leads to a phase that is not there.', 'next: write', 'next: wrte'),
  'unknown-model': swap(
    'A role names a model alias that the crew does not declare.',
    'model: careful,',
    'model: carefull,',
  ),
  'unknown-builtin': swap('There is no built-in toolset of this name.', 'builtin:git', 'builtin:gti'),
  'unknown-toolset': swap(
    'A tool or grant names a toolset that the crew does not declare.',
    'tools: [git]',
    'tools: [files]',
  ),
  'unknown-tool': swap('The toolset has no such tool.', 'tool: git.diff', 'tool: git.dif'),
  'unknown-argument': swap('The tool does not take this argument.', '{ range: "{{', '{ rnge: "{{'),
  'missing-argument': swap(
    'The tool needs an argument that is not given.',
    '    with: { range: "{{ inputs.range }}" }\n',
    '',
  ),
  'invalid-argument': swap(
    'The tool takes another type or form of value for this argument.',
    '"{{ inputs.range }}"',
    '[HEAD]',
  ),
  'invalid-tool-schema': swapModule(
    '`input` and `output` of a tool are JSON Schemas of draft 2020-12, and `input` is that of an object.',
    'input: { type: object,',
    'input: { type: [object],',
  ),
  'bundle-as-toolset': swapModule(
    'A bundle only groups grants; a tool is called by the toolset that it belongs to.',
    'tools: [reading]',
    'tools: [reading.count]',
  ),
  'bundle-cycle': swapModule('A bundle contains itself.', '[text.count]', '[text.count, reading]'),
  'unused-role': swapWarning(
    'A role is declared and never used.',
    'tools:\n',
    '  critic: { goal: Find gaps. }\ntools:\n',
  ),
  'unused-model': swapWarning(
    'A model alias is declared and never used.',
    'models:',
    'models:\n  quick: auto',
  ),
  'unused-toolset': swapWarning(
    'A toolset or bundle is declared, but no role is granted it and no phase calls it.',
    'tools:\n',
    'tools:\n  files: builtin:files\n',
  ),
  'unused-input': swapWarning(
    'An input is declared, but no template reads it.',
    'inputs:',
    'inputs:\n  depth: { type: integer, default: 1 }',
  ),
} as const satisfies Record<string, CodeRow>;
