import type { JsonObject, JsonValue } from '../../model/json.ts';
import { NO_TIMEOUT_MS } from './open-session.ts';
import { type ServerRequest, sendRequest } from './send-request.ts';
import { contentValue, resourceValue } from './tool-result.ts';

/** What one of these calls is made of. */
type ExtraCall = Omit<ServerRequest<'resources/read'>, 'method' | 'params' | 'tool'> & {
  readonly args: JsonObject;
};

/** What the resources and prompts of a server become: tools of our own, by the last part of their names. */
export const EXTRA_TOOLS: ReadonlyMap<string, (call: ExtraCall) => Promise<JsonValue>> = new Map([
  ['resources_list', listResources],
  ['resource_read', readResource],
  ['prompts_list', listPrompts],
  ['prompt_get', getPrompt],
]);

async function listResources({ session, signal, args }: ExtraCall): Promise<JsonObject> {
  const options = { signal, timeout: NO_TIMEOUT_MS };
  const { resources, nextCursor } = await session.client.request(
    { method: 'resources/list', params: pageOf(args) },
    options,
  );
  const isFirst = args.cursor === undefined;
  // Many servers have no templates and do not know the question.
  const { resourceTemplates } = isFirst
    ? await session.client
        .request({ method: 'resources/templates/list', params: {} }, options)
        .catch(error => {
          signal.throwIfAborted();
          if (session.ended() !== undefined) throw error;
          return { resourceTemplates: [] };
        })
    : { resourceTemplates: [] };
  return {
    resources: resources.map(({ uri, name, title, description, mimeType, size }) =>
      given({ uri, name, title, description, mime: mimeType, bytes: size }),
    ),
    templates: resourceTemplates.map(({ uriTemplate, name, title, description, mimeType }) =>
      given({ uri_template: uriTemplate, name, title, description, mime: mimeType }),
    ),
    ...nextOf(nextCursor),
  };
}

async function readResource({ args, ...call }: ExtraCall): Promise<JsonObject> {
  const { contents } = await sendRequest({
    ...call,
    method: 'resources/read',
    params: { uri: String(args.uri) },
  });
  return { contents: contents.map(resourceValue) };
}

async function listPrompts({ session, signal, args }: ExtraCall): Promise<JsonObject> {
  const { prompts, nextCursor } = await session.client.request(
    { method: 'prompts/list', params: pageOf(args) },
    { signal, timeout: NO_TIMEOUT_MS },
  );
  const rows = prompts.map(({ name, title, description, arguments: all }) => ({
    ...given({ name, title, description }),
    arguments: (all ?? []).map(one =>
      given({ name: one.name, description: one.description, required: one.required === true }),
    ),
  }));
  return { prompts: rows, ...nextOf(nextCursor) };
}

async function getPrompt({ args, ...call }: ExtraCall): Promise<JsonObject> {
  const { name, arguments: filled } = args;
  const params = {
    name: String(name),
    ...(filled === undefined || filled === null ? {} : { arguments: filled }),
  };
  const { description, messages } = await sendRequest({ ...call, method: 'prompts/get', params });
  const rows = messages.map(({ role, content }) => ({ role, content: contentValue([content]) }));
  return { ...given({ description }), messages: rows };
}

function pageOf({ cursor }: JsonObject): { cursor?: string } {
  return typeof cursor === 'string' ? { cursor } : {};
}

function nextOf(cursor: string | undefined): JsonObject {
  return cursor === undefined ? {} : { next: cursor };
}

function given(fields: { readonly [name: string]: JsonValue | undefined }): JsonObject {
  return Object.fromEntries(
    Object.entries(fields).filter((row): row is [string, JsonValue] => row[1] !== undefined),
  );
}
