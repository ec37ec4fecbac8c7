import { expect, test } from 'vitest';
import { readChallenge } from '../../../../src/tools/mcp/oauth/challenge.ts';

test.each([
  ['Bearer', {}],
  ['bearer scope="a b"', { scope: 'a b' }],
  ['Bearer scope=a, error=insufficient_scope', { scope: 'a', error: 'insufficient_scope' }],
  [
    'Bearer resource_metadata="https://a.example/x?y=1,2", scope="s"',
    { resourceMetadata: 'https://a.example/x?y=1,2', scope: 's' },
  ],
  ['Basic realm="x", Bearer scope="s"', { scope: 's' }],
  ['Bearer scope="s", Basic realm="x"', { scope: 's' }],
  ['Bearer scope="s", Digest scope="other", error="no"', { scope: 's' }],
  ['Bearer error_description="scope=\\"evil\\", Bearer scope=evil", scope="s"', { scope: 's' }],
  ['Bearer scope="first", scope="second"', { scope: 'first' }],
  ['Bearer resource_metadata="file:///etc/passwd"', {}],
  ['Bearer resource_metadata="nonsense"', {}],
  ['Bearer scope=""', {}],
  ['Basic realm="Bearer"', {}],
  ['BearerX scope="s"', {}],
  ['DPoP scope="s"', {}],
  ['', {}],
  [`Bearer scope="${'s'.repeat(9000)}"`, {}],
])('%s', (header, said) => {
  expect(readChallenge(header)).toEqual(said);
});

test('no header says nothing', () => {
  expect(readChallenge(null)).toEqual({});
});
