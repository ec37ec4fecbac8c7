import { resolve } from 'node:path';
import type { ConnectionOptions } from '@lancedb/lancedb';
import { CrewError } from '../../model/crew-error.ts';

/** How a place is reached: options of LanceDB, and the words that must never be shown. */
export interface LancePlace {
  readonly uri: string;
  /** Where it is on this machine; absent for an address. */
  readonly folder?: string;
  readonly options: Partial<ConnectionOptions>;
  readonly secrets: readonly string[];
  /** LanceDB Cloud packs and indexes by itself. */
  readonly hosted: boolean;
}

type Environment = { readonly [name: string]: string | undefined };

/** The variables that clients of each store read, under the names that they have there. */
const STORAGE_VARIABLES: ReadonlyMap<string, readonly string[]> = new Map([
  [
    's3:',
    [
      'AWS_ACCESS_KEY_ID',
      'AWS_SECRET_ACCESS_KEY',
      'AWS_SESSION_TOKEN',
      'AWS_REGION',
      'AWS_DEFAULT_REGION',
      'AWS_ENDPOINT',
      'AWS_ENDPOINT_URL',
      'AWS_ALLOW_HTTP',
      'AWS_VIRTUAL_HOSTED_STYLE_REQUEST',
      'AWS_PROFILE',
    ],
  ],
  [
    'gs:',
    [
      'GOOGLE_APPLICATION_CREDENTIALS',
      'GOOGLE_SERVICE_ACCOUNT',
      'GOOGLE_SERVICE_ACCOUNT_PATH',
      'GOOGLE_SERVICE_ACCOUNT_KEY',
    ],
  ],
  [
    'az:',
    [
      'AZURE_STORAGE_ACCOUNT_NAME',
      'AZURE_STORAGE_ACCOUNT_KEY',
      'AZURE_STORAGE_ACCESS_KEY',
      'AZURE_STORAGE_SAS_TOKEN',
      'AZURE_STORAGE_SAS_KEY',
      'AZURE_STORAGE_TOKEN',
      'AZURE_STORAGE_CLIENT_ID',
      'AZURE_STORAGE_CLIENT_SECRET',
      'AZURE_STORAGE_TENANT_ID',
      'AZURE_CLIENT_ID',
      'AZURE_CLIENT_SECRET',
      'AZURE_TENANT_ID',
      'AZURE_ENDPOINT',
    ],
  ],
]);
const SECRET_NAME = /KEY|SECRET|TOKEN|SERVICE_ACCOUNT$/;
/** Shorter values would blank out parts of ordinary words. */
const SHORTEST_SECRET = 6;

/**
 * How to reach a folder, a bucket (`s3://`, `gs://`, `az://`) or a database of LanceDB Cloud (`db://`), with what the usual
 * environment variables say. Fails with MEMORY_UNAVAILABLE for another kind of place, or without the key of LanceDB Cloud.
 */
export function lancePlace(place: string, env: Environment): LancePlace {
  const scheme = /^([a-z][a-z0-9+.-]+:)\/\//i.exec(place)?.[1]?.toLowerCase();
  if (scheme === undefined) {
    const folder = resolve(place);
    return { uri: folder, folder, options: {}, secrets: [], hosted: false };
  }
  if (scheme === 'db:') return hostedPlace(place, env);
  const names = STORAGE_VARIABLES.get(scheme);
  if (names === undefined)
    throw new CrewError(
      'MEMORY_UNAVAILABLE',
      `expected a folder, or an address that begins with \`s3://\`, \`gs://\`, \`az://\` or \`db://\`, found \`${scheme}//\``,
    );
  const given = names.flatMap(name => {
    const value = env[name];
    return value === undefined || value === '' ? [] : [[name, value] as const];
  });
  const endpoint = env.AWS_ENDPOINT_URL || env.AWS_ENDPOINT || '';
  const storageOptions = Object.fromEntries([
    // Ten attempts over three minutes are the default: nobody wants to wait for that before being told.
    ['client_max_retries', '3'],
    ['retry_timeout', '20s'],
    ['connect_timeout', '5s'],
    ...given.map(([name, value]) => [optionName(name), value] as const),
    ...(scheme === 's3:' && endpoint.startsWith('http://') ? [['allow_http', 'true'] as const] : []),
  ]);
  return { uri: place, options: { storageOptions }, secrets: secretsOf(given), hosted: false };
}

function hostedPlace(place: string, env: Environment): LancePlace {
  const apiKey = env.LANCEDB_API_KEY ?? '';
  if (apiKey === '')
    throw new CrewError(
      'MEMORY_UNAVAILABLE',
      'expected the key of LanceDB Cloud in `LANCEDB_API_KEY`, found none',
    );
  const region = env.LANCEDB_REGION ?? '';
  const host = env.LANCEDB_HOST ?? '';
  const options = {
    apiKey,
    ...(region === '' ? {} : { region }),
    ...(host === '' ? {} : { hostOverride: host }),
  };
  return { uri: place, options, secrets: secretsOf([['LANCEDB_API_KEY', apiKey]]), hosted: true };
}

function optionName(variable: string): string {
  return variable === 'AWS_ENDPOINT_URL' ? 'aws_endpoint' : variable.toLowerCase();
}

function secretsOf(given: readonly (readonly [string, string])[]): readonly string[] {
  return given
    .filter(([name, value]) => SECRET_NAME.test(name) && value.length >= SHORTEST_SECRET)
    .map(([, value]) => value);
}
