import { expect, test } from 'vitest';
import type { JsonValue } from '../../src/model/json.ts';
import { createRedactor, SCRUBBED, secretBegun, secretValues } from '../../src/policy/redact.ts';
import { fc } from '../laws.ts';

test('secrets of an environment are told by their names and their length', () => {
  const env = {
    OPENAI_API_KEY: 'abcdefgh',
    gh_token: ' with space ',
    DB_PASSWORD: 'hunter2hunter2',
    A_SECRET: 'short',
    KEYBOARD: 'not a secret',
    X_KEY: undefined,
  };
  expect(secretValues(env)).toEqual(['abcdefgh', 'with space', 'hunter2hunter2']);
});

test('a given secret is scrubbed out of texts and keys, however it is spelled', () => {
  const secret = 'p"a\\ss wörd/1';
  const redact = createRedactor([secret]);
  const value = {
    plain: `it is ${secret}!`,
    json: JSON.stringify({ x: secret }),
    address: `https://h/?k=${encodeURIComponent(secret)}`,
    [secret]: [secret, 1, null, true],
  };
  expect(redact(value)).toEqual({
    plain: `it is ${SCRUBBED}!`,
    json: `{"x":"${SCRUBBED}"}`,
    address: `https://h/?k=${SCRUBBED}`,
    [SCRUBBED]: [SCRUBBED, 1, null, true],
  });
});

const x = (count: number): string => 'aB3'.repeat(count);

test.each([
  [`sk-${x(10)}`, SCRUBBED],
  [`the key sk-ant-api03-${x(20)} is`, `the key ${SCRUBBED} is`],
  [`ghp_${x(12)}`, SCRUBBED],
  [`AKIA${'ABCD'.repeat(4)}`, SCRUBBED],
  [`Authorization: Bearer ${x(10)}`, `Authorization: Bearer ${SCRUBBED}`],
  [`postgres://me:${x(3)}@db/x`, `postgres://me:${SCRUBBED}@db/x`],
  [`a\n-----BEGIN RSA PRIVATE KEY-----\n${x(20)}\n-----END RSA PRIVATE KEY-----\nb`, `a\n${SCRUBBED}\nb`],
  [`eyJ${x(5)}.eyJ${x(5)}.${x(5)}`, SCRUBBED],
])('a text that is known to be a secret is scrubbed: %s', (text, expected) => {
  expect(createRedactor([])(text)).toBe(expected);
});

test.each(['sk-1', 'task-force', 'https://example.org:8080/a@b', 'Bearer of news', 'a'.repeat(64)])(
  'what is no secret stays: %s',
  text => {
    expect(createRedactor([])(text)).toBe(text);
  },
);

test('law: no given secret is left, and a value without secrets is the same', () => {
  const secrets = fc.array(fc.string({ minLength: 8, maxLength: 20, unit: 'grapheme' }), { maxLength: 3 });
  fc.assert(
    fc.property(secrets, fc.jsonValue(), (given, around) => {
      const planted = { around, deep: [{ planted: given.map(secret => `a ${secret} b`) }] } as JsonValue;
      const text = JSON.stringify(createRedactor(given)(planted));
      for (const secret of given) {
        if (SCRUBBED.includes(secret)) continue;
        expect(JSON.stringify(JSON.parse(text).deep)).not.toContain(JSON.stringify(secret).slice(1, -1));
      }
      expect(createRedactor([])(around as JsonValue)).toEqual(around);
    }),
  );
});

test('what is handed to servers is a secret, unless it is known to be none', () => {
  const env = {
    MAILBOX: 'zq-4711-abcdef',
    LANG: 'en_US.UTF-8',
    DATA_DIR: 'somewhere-long',
    WORK: '/home/ann/work',
    PORTION: '123456789',
    SHORT: 'abc',
    OTHER: 'not-handed-on',
  };
  const passed = ['MAILBOX', 'LANG', 'DATA_DIR', 'WORK', 'PORTION', 'SHORT', 'ABSENT', '__proto__'];
  expect(secretValues(env, passed)).toEqual(['zq-4711-abcdef']);
});

test('shapes stay where only known secrets are taken out', () => {
  const text = `ghp_${'a'.repeat(36)} and zq-4711-abcdef`;
  const redact = createRedactor(['zq-4711-abcdef'], { shapes: false });
  expect(redact(text)).toBe(`ghp_${'a'.repeat(36)} and [scrubbed]`);
});

test('a secret that comes in pieces is known by its beginning, however it is cut', () => {
  const secrets = ['abcabcd', 'xyz12345'];
  const text = 'say abcabcd and xyz12345, abcabc no more, xy';
  const redact = createRedactor(secrets, { shapes: false });
  for (let size = 1; size < 9; size += 1) {
    let shown = '';
    let kept = '';
    for (let from = 0; from < text.length; from += size) {
      const piece = redact(kept + text.slice(from, from + size));
      const begun = secretBegun(piece, secrets);
      shown += piece.slice(0, piece.length - begun);
      kept = piece.slice(piece.length - begun);
    }
    expect(shown + kept).toBe('say [scrubbed] and [scrubbed], abcabc no more, xy');
  }
});
