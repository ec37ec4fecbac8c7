import { describe, expect, test } from 'vitest';
import type { FlagValues } from '../../../src/cli/command.ts';
import { searchMemory } from '../../../src/cli/memory/search.ts';
import { createStaticEmbedder } from '../../../src/embedders/static.ts';
import { ensureEmbedder } from '../../../src/memory/ensure-embedder.ts';
import type { OpenMemory } from '../../../src/memory/open-memory.ts';
import { block, callOf, memoryWith, note } from './remembering.ts';

const NOTES = [
  'Users log in with SAML; login by password is off.',
  'The deployment may break when the database migrates.',
  'Invoices are sent at the end of each month.',
  'The lamp in the hall flickers.',
].map((text, at) => note(`n${at}`, { text, gist: text, seq: at + 1, role: 'clerk', phase: 'work' }));
const BLOCKS = [
  block('agreed', 'We ship in May.\nThe client wants SSO.'),
  block('house_rules', 'Be kind.', { scope: 'project' }),
];

async function memoryHere(): Promise<OpenMemory> {
  const memory = { ...(await memoryWith(NOTES, BLOCKS)), embedder: createStaticEmbedder() };
  await ensureEmbedder(memory);
  return memory;
}

async function searched(words: string, values: FlagValues = {}) {
  const { call, out, said } = callOf([words], values);
  await searchMemory(call, await memoryHere());
  return { out: out(), said: said() };
}

describe('a search by a person', () => {
  test.each(['zzz', 'symphony orchestra', 'the and of'])('says that nothing is about %j', async words => {
    const { out, said } = await searched(words);
    expect(out).toBe('');
    expect(said).toContain('Nothing found');
  });

  test('leaves out what shares no word and is not near', async () => {
    const { out } = await searched('login');
    expect(out).toContain('n0');
    expect(out).not.toMatch(/n[123] /);
  });

  test('finds what is near in meaning without sharing a word', async () => {
    const { out } = await searched('monthly billing statements delivered');
    expect(out).toContain('n2');
    expect(out).not.toContain('n3');
  });

  test('lists the blocks that hold the words, with the line that does', async () => {
    expect((await searched('SSO')).out).toMatch(/agreed +block +crew:house +The client wants SSO\./);
    expect((await searched('rules')).out).toMatch(/house_rules +block +project +Be kind\./);
    expect((await searched('SSO', { scope: ['project'] })).said).toContain('Nothing found');
    expect((await searched('SSO', { kind: ['fact'] })).said).toContain('Nothing found');
    const { out } = await searched('SSO', { json: true });
    expect(JSON.parse(out)).toMatchObject({ notes: [], blocks: [{ label: 'agreed' }] });
  });
});
