import { expect, test } from 'vitest';
import { isOllamaAddress, ollamaAddress } from '../../src/model/ollama-address.ts';

test.each([
  [undefined, 'http://127.0.0.1:11434/'],
  ['', 'http://127.0.0.1:11434/'],
  ['  ', 'http://127.0.0.1:11434/'],
  ['box', 'http://box:11434/'],
  ['box:1234', 'http://box:1234/'],
  [':1234', 'http://127.0.0.1:1234/'],
  ['0.0.0.0', 'http://127.0.0.1:11434/'],
  ['0.0.0.0:1234', 'http://127.0.0.1:1234/'],
  ['[::]:1234', 'http://[::1]:1234/'],
  ['http://box', 'http://box:11434/'],
  ['https://box', 'https://box/'],
  ['https://box/ollama/', 'https://box/ollama/'],
  ['a host', 'http://127.0.0.1:11434/'],
])('`OLLAMA_HOST` %j is %s', (text, address) => {
  expect(ollamaAddress(text).href).toBe(address);
});

test('what is no address is known for it', () => {
  expect(['box', ':1', 'https://box', 'a host'].map(isOllamaAddress)).toEqual([true, true, true, false]);
});
