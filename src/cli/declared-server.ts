import { CrewError } from '../model/crew-error.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';
import type { McpServer } from '../model/mcp-server.ts';
import type { Terminal } from './command.ts';
import { readNamedFile } from './read-files.ts';
import { loadServerDeclarations } from './wire.ts';

/**
 * The MCP server behind a toolset of a crew file, whether it was accepted or not. Fails with FILE_NOT_FOUND,
 * FILE_UNREADABLE, CREW_INVALID when the file is no YAML, or USAGE when it declares no such server.
 */
export async function declaredServer(path: string, alias: string, terminal: Terminal): Promise<McpServer> {
  const text = readNamedFile(terminal.cwd, path);
  const { loadYamlValue, lowerMcpServer } = await loadServerDeclarations();
  const { value } = loadYamlValue(path, text);
  if (value === undefined) throw new CrewError('CREW_INVALID', `\`${path}\` is no valid YAML`);
  const toolsets = fieldOf(value, 'tools') ?? {};
  const declared = fieldOf(fieldOf(toolsets, alias) ?? {}, 'mcp');
  if (declared !== undefined) return lowerMcpServer(objectOf(declared));
  const names = Object.keys(objectOf(toolsets)).filter(name => {
    return fieldOf(fieldOf(toolsets, name) ?? {}, 'mcp') !== undefined;
  });
  const servers = names.length === 0 ? 'it declares none' : `its servers are ${names.join(', ')}`;
  throw new CrewError('USAGE', `\`${path}\` declares no MCP server \`${alias}\`; ${servers}`);
}

function fieldOf(value: JsonValue, name: string): JsonValue | undefined {
  const fields = objectOf(value);
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}

function objectOf(value: JsonValue): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}
