import { describe, expect, test } from 'vitest';
import { loadCrew } from '../../src/language/load-crew.ts';
import { BUILTIN_CATALOG } from '../../src/tools/catalog.ts';

function load(memory: string, role: string) {
  const text = `version: 1
crew: house
goal: Keep the house.
${memory}roles:
  keeper: { goal: Keep it${role} }
budget: { calls: 5 }
start: keep
phases:
  keep: { role: keeper, task: Keep it., next: done }
  done: { end: success }
`;
  const { crew, diagnostics } = loadCrew({
    path: 'house.crew.yaml',
    readSource: path => (path === 'house.crew.yaml' ? text : undefined),
    catalog: BUILTIN_CATALOG,
  });
  return { crew, said: diagnostics.map(({ code, message }) => `${code}: ${message}`) };
}

describe('the memory of a crew', () => {
  test('is all that there is for a role that says true', () => {
    const { crew, said } = load('memory: { blocks: { rules: Be kind. } }\n', ', memory: true');
    expect(said).toEqual([]);
    expect(crew?.roles[0]?.memory).toEqual({
      blocks: ['rules'],
      recall: 10,
      lessons: 3,
      levels: ['role', 'crew', 'project'],
      observe: true,
    });
    expect(crew?.memory?.blocks).toEqual([
      { name: 'rules', level: 'role', value: 'Be kind.', limit: 2000, description: '', readOnly: false },
    ]);
  });

  test('is there for a role with memory even if the crew says nothing of it', () => {
    expect(load('', ', memory: { lessons: 1, recall: false }').crew).toMatchObject({
      memory: { scoring: 'hybrid', pinned: true, stream: { threshold: 0 } },
      roles: [{ memory: { lessons: 1, recall: 0 } }],
    });
  });

  test('is absent where nobody has one', () => {
    const { crew } = load('', ', memory: false');
    expect(crew).not.toHaveProperty('memory');
    expect(crew?.roles[0]).not.toHaveProperty('memory');
  });

  test('reads spans of days, weights and places', () => {
    const { crew, said } = load(
      'memory: { store: "s3://b/p", embedder: none, stream: { half_life: 2d, weights: { recency: 0.5 }, threshold: 15 }, expires_after: 90d }\n',
      ', memory: true',
    );
    expect(said).toEqual([]);
    expect(crew?.memory).toMatchObject({
      store: 's3://b/p',
      embedder: 'none',
      expiresAfterMs: 7_776_000_000,
      stream: { halfLifeMs: 172_800_000, weights: { recency: 0.5 }, threshold: 15 },
    });
  });

  test('names what is not known in it', () => {
    expect(load('memory: { blocks: { rules: { valu: x } } }\n', ', memory: { lesson: 2 }').said).toEqual([
      'unknown-key: The key `valu` is not known here',
      'unknown-key: The key `lesson` is not known here',
    ]);
  });
});
