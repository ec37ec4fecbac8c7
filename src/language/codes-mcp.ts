import { type CodeRow, GOOD_CREW } from './code-row.ts';

/** A crew with an MCP server, from which the bad examples differ. */
const MCP_CREW = `version: 1
crew: example
goal: Say what the notes of a folder are about.
roles:
  reader: { goal: Read closely., tools: [notes] }
tools:
  notes: { mcp: { command: notes-server, args: [.] } }
budget: { calls: 20 }
start: count
phases:
  count: { tool: notes.count, with: { word: disk }, next: read }
  read: { role: reader, task: "There are {{ count | json }} notes; what are they about?", next: done }
  done: { end: success, result: "{{ read }}" }
`;

/** Its server as it was accepted. */
const ACCEPTED = {
  '1a7d65067722d924e5f96fbeeba374162f2b8b72d257c1d55a68bac6067330fb': {
    aliases: ['notes'],
    declaration: {
      env: [],
      protocol: '2025-11-25',
      roots: false,
      transport: {
        args: ['.'],
        command: 'notes-server',
        kind: 'stdio',
      },
      variables: {},
    },
    prompts: false,
    protocol: '2025-11-25',
    resources: false,
    server: {
      name: 'notes',
      version: '1.0.0',
    },
    tools: {
      count: {
        description: 'Counts the notes.',
        inputSchema: {
          properties: {
            word: {
              type: 'string',
            },
          },
          type: 'object',
        },
        pin: 'e148ae7375bddd90b2d47355fea94c8be0d3268938bfb6e8b8a5e938ec740430',
      },
    },
  },
};

/** The same server in another folder, where it has one tool more. */
const ODD = {
  '1a42681e362805e3eaa9d2adf5de44347907b1bb8092c44affb61dbdcb6aabdc': {
    aliases: ['notes'],
    declaration: {
      env: [],
      protocol: '2025-11-25',
      roots: false,
      transport: {
        args: ['./odd'],
        command: 'notes-server',
        kind: 'stdio',
      },
      variables: {},
    },
    prompts: false,
    protocol: '2025-11-25',
    resources: false,
    server: {
      name: 'notes',
      version: '1.0.0',
    },
    tools: {
      count: {
        description: 'Counts the notes.',
        inputSchema: {
          properties: {
            word: {
              type: 'string',
            },
          },
          type: 'object',
        },
        pin: '3be841e6a3fa83a5bc90fb7d88a5254dde542be656b867815fadfc0b8f7210f5',
      },
      find: {
        inputSchema: {
          $ref: 'https://example.com/find.json',
        },
        pin: '0ad1e0d2f041e158bf6b4c294e74d836864e957327cfd7273ab3868184748f80',
      },
    },
  },
};

function lockText(servers: object): string {
  return `${JSON.stringify({ servers, version: 1 }, null, 2)}\n`;
}

/** A row whose bad example is the crew with an MCP server and one stretch of it replaced. */
function swapMcp(meaning: string, from: string | RegExp, to: string): CodeRow {
  const bad = MCP_CREW.replace(from, () => to);
  return { severity: 'error', meaning, bad, good: MCP_CREW, files: { 'crew.lock': lockText(ACCEPTED) } };
}

/** Such a row for a mistake in the declaration, which no lock knows. */
function swapServer(meaning: string, to: string): CodeRow {
  return swapMcp(meaning, '{ command: notes-server, args: [.] }', to);
}

/** Codes about MCP servers, their lock, and sandboxes. */
export const MCP_CODES = {
  'mcp-not-accepted': swapMcp(
    'Nobody has accepted this MCP server yet: what it says of its tools is not in `crew.lock`.',
    /notes/g,
    'papers',
  ),
  'mcp-lock-stale': swapMcp(
    'The MCP server is declared in another way than the one that was accepted.',
    'args: [.]',
    'args: [/home]',
  ),
  'mcp-lock-broken': {
    severity: 'error',
    meaning: 'The `crew.lock` beside the crew file is not as `crew tools accept` wrote it.',
    bad: MCP_CREW,
    good: GOOD_CREW,
    files: { 'crew.lock': lockText(ACCEPTED).replace('Counts the notes', 'Deletes the notes') },
  },
  'mcp-tool-lost': {
    severity: 'warning',
    meaning: 'A tool of an MCP server cannot be called, because no value can be held against its schema.',
    bad: MCP_CREW.replace('args: [.]', 'args: [./odd]'),
    good: MCP_CREW,
    files: { 'crew.lock': lockText({ ...ACCEPTED, ...ODD }) },
  },
  'mcp-tool-unknown': swapMcp(
    'The MCP server had no such tool when it was accepted.',
    'tool: notes.count',
    'tool: notes.cuont',
  ),
  'mcp-address': swapServer(
    'The address of an MCP server is a whole URL without a password.',
    '{ url: example.com/mcp }',
  ),
  'mcp-plain-http': swapServer(
    'An MCP server on another machine would be spoken to without encryption.',
    '{ url: "http://mcp.example.com/mcp" }',
  ),
  'mcp-env-name': swapServer(
    'Environment variables are named; their values stay out of the file.',
    '{ command: notes-server, env: [$NOTES_TOKEN] }',
  ),
  'sandbox-mistake': swapServer(
    'A sandbox names what may be read (`ro:`) and written (`rw:`), and is smaller than the whole machine.',
    '{ command: notes-server, sandbox: { fs: [./notes] } }',
  ),
} as const satisfies Record<string, CodeRow>;
