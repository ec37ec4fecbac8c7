import type { JsonObject, JsonValue } from '../model/json.ts';
import { isLoopbackHost } from '../model/loopback-host.ts';
import { closest, suggest } from './closest.ts';
import { asObject, asText, asTexts, namedRows } from './lower-values.ts';
import { quote } from './report.ts';
import type { NodePath } from './source-node.ts';

/** One mistake of a declaration, at a path inside it; `key` points at the key instead of the value. */
export interface ServerMistake {
  readonly code:
    | 'no-kind'
    | 'several-kinds'
    | 'mcp-address'
    | 'mcp-plain-http'
    | 'mcp-env-name'
    | 'secret-in-file'
    | 'sandbox-mistake';
  readonly path: NodePath;
  readonly key?: true;
  readonly message: string;
  readonly hint?: string;
}

const ENV_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** Names of variables and headers whose values nobody should read in a file. */
const SECRET_NAME =
  /^(proxy-)?authorization$|^cookie$|(^|[_-])(secret|token|password|passwd|pwd|(api|access|private)[_-]?key|credentials?)$/i;
const NEEDY = ['args', 'cwd', 'env', 'variables', 'sandbox', 'roots', 'headers', 'bearer_env', 'oauth'];

/** What is wrong with what stands under `mcp`, beyond its shape: who is reached, and secrets that everybody can read. Pure. */
export function serverMistakes(written: JsonObject): readonly ServerMistake[] {
  const sandbox = sandboxMistakes(written.sandbox).map(one => ({ ...one, path: ['sandbox', ...one.path] }));
  return [
    ...kindMistakes(written),
    ...addressMistakes(asText(written.url)),
    ...environmentMistakes(written),
    ...literalMistakes('variables', written.variables),
    ...literalMistakes('headers', written.headers),
    ...sandbox,
  ];
}

/** Whether a declaration has the shape and the sense of one, so that it is worth saying that nobody accepted it. Pure. */
export function isSoundServer(written: JsonObject): boolean {
  const { command, url, args, env, variables, headers, sandbox, oauth } = written;
  const lists = [args, env].every(list => list === undefined || asTexts(list).length === lengthOf(list));
  const maps = [variables, headers, sandbox, oauth].every(map => map === undefined || isObject(map));
  const reached = asText(command ?? url).trim() !== '';
  return reached && lists && maps && serverMistakes(written).length === 0;
}

/** What is wrong with a `sandbox`, beyond its shape. Pure. */
export function sandboxMistakes(written: JsonValue | undefined): readonly ServerMistake[] {
  const seen = new Map<string, string>();
  return asTexts(asObject(written).fs).flatMap((entry, index) => {
    const at = { code: 'sandbox-mistake', path: ['fs', index] } as const;
    const [, mode = '', folder = ''] = /^(ro|rw):(.+)$/s.exec(entry) ?? [];
    const plain = folder.replace(/^(\.\/)+/, '').replace(/(?<=.)\/+$/, '') || '.';
    const before = seen.get(plain);
    if (mode !== '') seen.set(plain, mode);
    if (mode === '') {
      const near = entry.includes(':') ? suggest(entry.split(':')[0] ?? '', ['ro', 'rw']) : undefined;
      const message = `${quote(entry)} does not say whether it may be written to`;
      return [{ ...at, message, hint: near ?? `write ${quote(`ro:${entry}`)} or ${quote(`rw:${entry}`)}` }];
    }
    if (plain === '/' && mode === 'rw') {
      const message = '`rw:/` is the whole machine, so there would be no sandbox';
      return [{ ...at, message, hint: 'name the folders that are written to' }];
    }
    if (before === undefined) return [];
    return [{ ...at, message: `${quote(plain)} stands twice, as \`${before}:\` and as \`${mode}:\`` }];
  });
}

function kindMistakes(written: JsonObject): readonly ServerMistake[] {
  const { command, url, bearer_env: bearer, oauth } = written;
  const found: ServerMistake[] = [];
  if (command !== undefined && url !== undefined) {
    const message = 'A server has `command` and `url`; it is started or it is remote';
    found.push({ code: 'several-kinds', path: ['url'], key: true, message, hint: 'take one of them out' });
  }
  // A key that needs `command` or `url`, and a mistyped one, have been reported.
  const keys = Object.keys(written);
  const explained =
    NEEDY.some(key => keys.includes(key)) || ['command', 'url'].some(key => closest(key, keys));
  if (command === undefined && url === undefined && !explained) {
    const message = 'The server does not say how it is reached';
    found.push({
      code: 'no-kind',
      path: [],
      key: true,
      message,
      hint: 'an MCP server has `command` or `url`',
    });
  }
  if (bearer !== undefined && oauth !== undefined) {
    const message = 'A server has `bearer_env` and `oauth`; one of them says who asks';
    found.push({ code: 'several-kinds', path: ['oauth'], key: true, message, hint: 'take one of them out' });
  }
  return found;
}

function addressMistakes(written: string): readonly ServerMistake[] {
  if (written.trim() === '') return [];
  const at = { code: 'mcp-address', path: ['url'] } as const;
  if (!URL.canParse(written)) {
    const message = `${quote(written)} is not an address`;
    return [{ ...at, message, hint: 'write it whole, such as `https://mcp.example.com/mcp`' }];
  }
  const { protocol, hostname, username, password, hash } = new URL(written);
  if (protocol !== 'https:' && protocol !== 'http:') {
    return [
      {
        ...at,
        message: `An address of a server starts with \`https:\`, and this one with ${quote(protocol)}`,
      },
    ];
  }
  if (username !== '' || password !== '') {
    const message = 'An address of a server holds no name or password';
    return [{ ...at, code: 'secret-in-file', message, hint: 'use `bearer_env` or `oauth`' }];
  }
  if (hash !== '') return [{ ...at, message: 'An address of a server has no part behind `#`' }];
  if (protocol === 'https:' || isLoopbackHost(hostname)) return [];
  const message = `${quote(hostname)} would be spoken to over plain \`http:\`, which everybody on the way can read and change`;
  return [
    { ...at, code: 'mcp-plain-http', message, hint: 'use `https:`; plain `http:` is for this machine' },
  ];
}

function environmentMistakes(written: JsonObject): readonly ServerMistake[] {
  const names: (readonly [NodePath, string])[] = [
    ...asTexts(written.env).map((name, index) => [['env', index], name] as const),
    [['bearer_env'], asText(written.bearer_env)],
    [['oauth', 'client_secret_env'], asText(asObject(written.oauth).client_secret_env)],
  ];
  const wrong = names.filter(([, name]) => name !== '' && !ENV_NAME.test(name));
  const variables = namedRows(written.variables).filter(([name]) => !ENV_NAME.test(name));
  return [
    ...wrong.map(([path, name]) => wrongName(path, name)),
    ...variables.map(([name]): ServerMistake => {
      const message = `${quote(name)} is not the name of an environment variable`;
      return { code: 'mcp-env-name', path: ['variables', name], key: true, message };
    }),
  ];
}

function wrongName(path: NodePath, written: string): ServerMistake {
  const meant = /^\$?\{?([A-Za-z_][A-Za-z0-9_]*)(?:[=}]|$)/.exec(written)?.[1];
  const hint =
    meant === undefined ? {} : { hint: `write ${quote(meant)}; its value is read when it is needed` };
  // What stands behind `=` may be a secret.
  const code = written.includes('=') ? 'secret-in-file' : 'mcp-env-name';
  const message =
    code === 'mcp-env-name'
      ? 'Here stands the name of an environment variable, and this is none'
      : 'Here stands the name of an environment variable, and this has a value too';
  return { code, path, message, ...hint };
}

/** Fixed values are there for everybody to read; a name that promises a secret should have none. */
function literalMistakes(key: string, written: JsonValue | undefined): readonly ServerMistake[] {
  return namedRows(written).flatMap(([name, value]): readonly ServerMistake[] => {
    if (typeof value !== 'string' || value === '' || !SECRET_NAME.test(name)) return [];
    const message = `${quote(name)} looks like the name of a secret, and its value stands in the file`;
    const instead = key === 'headers' ? 'name its variable with `bearer_env`' : 'name it under `env`';
    const hint = `${instead}, and replace the secret: it may have been seen`;
    return [{ code: 'secret-in-file', path: [key, name], message, hint }];
  });
}

function lengthOf(value: JsonValue): number {
  return Array.isArray(value) ? value.length : -1;
}

function isObject(value: JsonValue): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
