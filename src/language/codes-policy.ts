import { type CodeRow, GOOD_CREW } from './code-row.ts';

const GOOD_POLICY = `default: ask
servers:
  mail:
    mcp: { url: "https://mcp.example.com/mcp" }
rules:
  - deny: "*.delete*"
  - ask: { annotations: { destructiveHint: true } }
  - allow: mail.search
  - allow:
      tool: files.write
      args: { path: { under: ./docs } }
      others: allow
`;

/** A row whose bad example is the good policy with one stretch replaced. */
function swapRule(meaning: string, from: string, to: string): CodeRow {
  const bad = GOOD_POLICY.replace(from, () => to);
  return { severity: 'error', meaning, bad, good: GOOD_POLICY, holds: 'policy' };
}

const UNTRUSTING_CREW = `version: 1
crew: example
goal: Keep a note of what a file says.
roles:
  reader: { goal: Read closely. }
tools:
  files: builtin:files
  git: builtin:git
budget: { calls: 20 }
start: fetch
phases:
  fetch: { tool: files.read, with: { path: letter.txt }, untrusted: true, next: sum_up }
  sum_up: { role: reader, task: "Sum up {{ fetch | json }}", next: keep }
  keep: { tool: files.write, with: { path: note.txt, text: "{{ sum_up }}" }, next: look }
  look: { tool: git.log, next: done }
  done: { end: success, result: "{{ look }}" }
`;

/** Codes about rules, in policy files and in crews. */
export const POLICY_CODES = {
  'invalid-rule': swapRule(
    'A rule says one of `deny`, `ask` and `allow`, names a tool as `toolset.tool`, and each of its matchers has one key.',
    'allow: mail.search',
    'allow: mail/search',
  ),
  'allows-any-toolset': swapRule(
    'A rule that allows names its toolset: otherwise it would allow tools of servers that nobody has heard of yet.',
    'allow: mail.search',
    'allow: "*.search"',
  ),
  'invalid-regex': swapRule(
    'A regular expression of a rule is not one of the syntax RE2.',
    '{ under: ./docs }',
    '{ regex: "docs/(?!secret).*" }',
  ),
  'glob-on-command': swapRule(
    'A glob cannot tell one command from two, so it is no rule for an argument that is a command line.',
    'allow: mail.search',
    'allow: { tool: mail.run, args: { command: { glob: "ls*" } } }',
  ),
  'unclear-server': swapRule(
    'A name of `servers` says which MCP server or module it stands for by one of `mcp`, `module` and `identity`.',
    'mcp: { url: "https://mcp.example.com/mcp" }',
    'trust: annotations',
  ),
  'server-redefined': {
    ...swapRule(
      'A name of `servers` stands for something else already: a built-in toolset, or a server of your own policy.',
      '',
      '',
    ),
    bad: GOOD_POLICY.replace(
      'rules:',
      () => '  git: { mcp: { url: "https://git.example.com/mcp" } }\nrules:',
    ),
  },
  'allow-narrows-nothing': {
    severity: 'info',
    meaning:
      'A crew only narrows what the policy of its user allows, so `allow` in a crew file has no effect of its own.',
    bad: GOOD_CREW.replace('budget:', () => 'policy:\n  - allow: "git.*"\nbudget:'),
    good: GOOD_CREW.replace('budget:', () => 'policy:\n  - ask: "git.*"\nbudget:'),
  },
  'untrusted-argument': {
    severity: 'error',
    meaning: 'A tool would be given what comes from an untrusted artifact, and is one that must not be.',
    bad: UNTRUSTING_CREW,
    good: UNTRUSTING_CREW.replace('untrusted: true', () => 'untrusted: { not_to: [git.*] }'),
  },
} as const satisfies Record<string, CodeRow>;
