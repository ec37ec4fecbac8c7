import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { CrewError } from '../../src/model/crew-error.ts';
import { lanceFailure } from '../../src/stores/lancedb/lance-failure.ts';
import { lancePlace } from '../../src/stores/lancedb/lance-place.ts';
import { openLanceStore } from '../../src/stores/lancedb/open-lance-store.ts';

const ENV = {
  AWS_ACCESS_KEY_ID: 'AKIA-of-test',
  AWS_SECRET_ACCESS_KEY: 'secret-of-aws',
  AWS_ENDPOINT_URL: 'http://127.0.0.1:9000',
  AWS_REGION: 'eu-central-1',
  GOOGLE_SERVICE_ACCOUNT: '/keys/google.json',
  AZURE_STORAGE_ACCOUNT_NAME: 'account',
  AZURE_STORAGE_ACCOUNT_KEY: 'secret-of-azure',
  LANCEDB_API_KEY: 'secret-of-lancedb',
  OPENAI_API_KEY: 'secret-of-openai',
};

test('a folder needs nothing of the environment', () => {
  expect(lancePlace('.crew/memory', ENV)).toEqual({
    uri: resolve('.crew/memory'),
    folder: resolve('.crew/memory'),
    options: {},
    secrets: [],
    hosted: false,
  });
});

test.each([
  [
    's3://bucket/team',
    {
      aws_access_key_id: 'AKIA-of-test',
      aws_secret_access_key: 'secret-of-aws',
      aws_endpoint: 'http://127.0.0.1:9000',
      aws_region: 'eu-central-1',
      allow_http: 'true',
    },
    ['AKIA-of-test', 'secret-of-aws'],
  ],
  ['gs://bucket/team', { google_service_account: '/keys/google.json' }, ['/keys/google.json']],
  [
    'az://container/team',
    { azure_storage_account_name: 'account', azure_storage_account_key: 'secret-of-azure' },
    ['secret-of-azure'],
  ],
])('%s takes the variables of its own kind, and no others', (place, expected, secrets) => {
  const found = lancePlace(place, ENV);
  const { client_max_retries, retry_timeout, connect_timeout, ...rest } = found.options.storageOptions ?? {};
  expect([client_max_retries, retry_timeout, connect_timeout]).not.toContain(undefined);
  expect(rest).toEqual(expected);
  expect(found.secrets).toEqual(secrets);
});

test('plain HTTP is only allowed for an endpoint that asks for it', () => {
  const { options } = lancePlace('s3://b/x', { AWS_ENDPOINT_URL: 'https://minio.example.org' });
  expect(options.storageOptions).not.toHaveProperty('allow_http');
});

test('LanceDB Cloud needs its key, and other addresses are not known', async () => {
  expect(lancePlace('db://team', ENV)).toMatchObject({ options: { apiKey: 'secret-of-lancedb' } });
  for (const [place, words] of [
    ['db://team', '`LANCEDB_API_KEY`'],
    ['ftp://host/x', '`ftp://`'],
  ] as const) {
    const opening = openLanceStore({ place, redactedPlace: place, env: {} });
    await expect(opening).rejects.toMatchObject({
      code: 'MEMORY_UNAVAILABLE',
      message: expect.stringContaining(words),
    });
  }
});

test('no secret of the environment stands in a failure, whatever the other side says', () => {
  const error = new Error(`lance error: denied for AKIA-of-test with secret-of-aws, /usr/local/x.rs:1`);
  const failure = lanceFailure(error, {
    place: 's3://b',
    secrets: lancePlace('s3://bucket', ENV).secrets,
  });
  expect(failure).toBeInstanceOf(CrewError);
  expect(failure.message).toBe(
    'expected the memory at s3://b to be within reach, found "denied for *** with ***"',
  );
});

test('a bucket that refuses is out of reach, in our words and without secrets', async () => {
  const server = createServer((_request, response) => {
    response.writeHead(403, { 'content-type': 'application/xml' });
    response.end('<Error><Code>AccessDenied</Code><Message>No: secret-of-aws</Message></Error>');
  });
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const env = { ...ENV, AWS_ENDPOINT_URL: `http://127.0.0.1:${port}` };
  const opening = openLanceStore({ place: 's3://bucket/team', redactedPlace: 's3://bucket/team', env });
  const failure = await opening.catch((error: unknown) => error);
  server.close();
  expect(failure).toMatchObject({ code: 'MEMORY_UNAVAILABLE' });
  const { message } = failure as CrewError;
  expect(message).toContain('s3://bucket/team');
  expect(message).not.toMatch(/secret-of-aws|AKIA/);
  expect(message.length).toBeLessThan(500);
});
