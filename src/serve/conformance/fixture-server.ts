import { randomBytes } from 'node:crypto';
import {
  createRequestStateCodec,
  InMemoryServerEventBus,
  McpServer,
  type McpServerFactory,
} from '@modelcontextprotocol/server';
import { registerAskingTools } from './asking-tools.ts';
import { registerContentTools } from './content-tools.ts';
import { registerPrompts } from './fixture-prompts.ts';
import { registerResources } from './fixture-resources.ts';
import type { FixtureState } from './fixture-schema.ts';
import { registerRoundTools } from './round-tools.ts';

/** Servers with the tools, resources and prompts that the official conformance suite calls by name. */
export interface FixtureServers {
  readonly factory: McpServerFactory;
  /** Carries changes of lists to those who listen. */
  readonly bus: InMemoryServerEventBus;
}

/** Makes them; they stand behind the same doors as crews, so that the suite measures those. */
export function createFixtureServers(version: string): FixtureServers {
  const bus = new InMemoryServerEventBus();
  const codec = createRequestStateCodec<FixtureState>({ key: randomBytes(32) });
  const factory: McpServerFactory = ({ era }) => {
    const server = new McpServer(
      { name: 'crewfile-conformance', version },
      {
        capabilities: {
          tools: { listChanged: true },
          prompts: { listChanged: true },
          resources: era === 'legacy' ? { subscribe: true } : {},
          completions: {},
          logging: {},
        },
        requestState: { verify: codec.verify },
      },
    );
    registerContentTools(server, bus);
    registerAskingTools(server);
    registerRoundTools(server, codec.mint);
    registerResources(server, era);
    registerPrompts(server);
    return server;
  };
  return { factory, bus };
}
