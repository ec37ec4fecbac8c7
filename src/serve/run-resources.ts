import {
  type McpServer,
  ProtocolError,
  ProtocolErrorCode,
  ResourceNotFoundError,
  ResourceTemplate,
} from '@modelcontextprotocol/server';
import { CrewError } from '../model/crew-error.ts';
import type { RunHeader } from '../ports/engine.ts';
import type { CrewHost } from './served-crew.ts';

const JSON_TYPE = 'application/json';
const LINES_TYPE = 'application/x-ndjson';
/** How many runs are listed; older ones can still be read by their id. */
const MOST_LISTED = 100;

/** Puts the runs of the served crews under `crew://runs`: the list, each record, and each run's events. */
export function registerRuns(server: McpServer, host: CrewHost, onBug: (error: unknown) => void): void {
  const list = () => host.list().slice(0, MOST_LISTED);
  const complete = {
    run: (typed: string) => list().flatMap(({ runId }) => (runId.startsWith(typed) ? [runId] : [])),
  };
  server.registerResource(
    'runs',
    'crew://runs',
    { title: 'Runs', description: 'the runs of the served crews, newest first', mimeType: JSON_TYPE },
    uri => content(uri, JSON_TYPE, JSON.stringify({ version: 1, runs: list().map(rowOf) }, null, 2)),
  );
  server.registerResource(
    'run',
    new ResourceTemplate('crew://runs/{run}', {
      list: () => ({ resources: list().map(resourceOf) }),
      complete,
    }),
    { title: 'Run', description: 'all that is recorded of a run', mimeType: JSON_TYPE },
    (uri, variables) =>
      readOr(uri, onBug, async () => {
        const record = await host.record(String(variables.run));
        return content(uri, JSON_TYPE, JSON.stringify({ version: 1, ...record }, null, 2));
      }),
  );
  server.registerResource(
    'events',
    new ResourceTemplate('crew://runs/{run}/events', { list: undefined, complete }),
    { title: 'Events of a run', description: 'what happened, one JSON object a line', mimeType: LINES_TYPE },
    (uri, variables) =>
      readOr(uri, onBug, async () => {
        const events = await host.events(String(variables.run));
        return content(uri, LINES_TYPE, events.map(event => `${JSON.stringify(event)}\n`).join(''));
      }),
  );
}

function content(uri: URL, mimeType: string, text: string) {
  return { contents: [{ uri: uri.href, mimeType, text }] };
}

async function readOr<Value>(
  uri: URL,
  onBug: (error: unknown) => void,
  read: () => Promise<Value>,
): Promise<Value> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof CrewError)) {
      onBug(error);
      throw new ProtocolError(ProtocolErrorCode.InternalError, 'the server made a mistake of its own');
    }
    if (error.code === 'RUN_NOT_FOUND') throw new ResourceNotFoundError(uri.href);
    throw new ProtocolError(ProtocolErrorCode.InternalError, `${error.code}: ${error.message}`);
  }
}

function rowOf({ runId, crew, createdAt, status, active, summary }: RunHeader) {
  return {
    run: runId,
    uri: `crew://runs/${runId}`,
    crew,
    startedAt: new Date(createdAt).toISOString(),
    status,
    active,
    ...(summary?.waitsFor === undefined ? {} : { waitsFor: summary.waitsFor }),
  };
}

function resourceOf({ runId, crew, createdAt, status }: RunHeader) {
  const at = new Date(createdAt).toISOString();
  return {
    uri: `crew://runs/${runId}`,
    name: runId,
    title: `${crew} ${runId}`,
    description: `${status}, started ${at}`,
    mimeType: JSON_TYPE,
  };
}
