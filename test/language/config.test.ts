import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/language/load-config.ts';
import { type ConfigLayer, settingOf } from '../../src/model/config.ts';
import { fc } from '../laws.ts';

const FULL = `# yaml-language-server: $schema=config.schema.json
version: 1
parallel_processing:
  models: [offline, "openai:gpt-5-mini"]
  summarizer:
    model: auto
    prompt: |
      {{ question }}
      {% for each in answers %}{% if each.answer %}{{ each.answer }}{% else %}{{ each.failure.message }}{% endif %}{% endfor %}
  ui: { show_summary: false }
x-team: research
`;

describe('a config.yaml', () => {
  test('gives its values by dotted key', () => {
    expect(loadConfig('config.yaml', FULL)).toEqual({
      diagnostics: [],
      values: {
        'parallel_processing.models': ['offline', 'openai:gpt-5-mini'],
        'parallel_processing.summarizer.model': 'auto',
        'parallel_processing.summarizer.prompt': expect.stringContaining('{{ question }}'),
        'parallel_processing.ui.show_summary': false,
      },
    });
  });

  test.each([
    ['nothing', ''],
    ['comments alone', '# parallel_processing: {}\n\n'],
    ['a byte order mark alone', '\uFEFF'],
    ['a document start alone', '---\n'],
    ['an empty mapping', '{}'],
    ['keys of its own', 'x-mine: 1\n'],
  ])('that holds %s sets nothing', (_what, text) => {
    expect(loadConfig('config.yaml', text)).toEqual({ diagnostics: [], values: {} });
  });

  test.each(['3', '[a]', 'parallel_processing', '- x: 1\n'])('that is no mapping is refused: %j', text => {
    const { values, diagnostics } = loadConfig('config.yaml', text);
    expect([values, diagnostics.map(({ code }) => code)]).toEqual([undefined, ['wrong-type']]);
  });

  test('counts lines and columns with CRLF and without the byte order mark', () => {
    const [found] = loadConfig('config.yaml', '\uFEFFversion: 1\r\nmodles: []\r\n').diagnostics;
    expect(found).toMatchObject({ code: 'unknown-key', range: { start: { line: 2, column: 1 } } });
  });

  test('keys of the prototype of objects are unknown keys, and set nothing', () => {
    for (const key of ['__proto__', 'constructor', 'toString']) {
      const { values, diagnostics } = loadConfig('config.yaml', `${key}: { models: [offline] }\n`);
      expect([key, values ?? {}]).toEqual([key, {}]);
      expect(diagnostics.length + Object.keys(values ?? {}).length).toBe(
        key === '__proto__' ? diagnostics.length : 1,
      );
    }
  });

  test('a warning does not keep it from being used', () => {
    const text = 'parallel_processing: { summarizer: { prompt: "{{ answers[0].answer }}" } }\n';
    const { values, diagnostics } = loadConfig('config.yaml', text);
    expect(diagnostics).toMatchObject([{ code: 'optional-field', severity: 'warning' }]);
    expect(values).toBeDefined();
  });

  test('is answered for any text, and gives values exactly when there is no error', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.jsonValue().map(value => `parallel_processing: ${JSON.stringify(value)}`),
      fc.nat(FULL.length).map(at => `${FULL.slice(0, at)}{${FULL.slice(at)}`),
    );
    fc.assert(
      fc.property(text, given => {
        const { values, diagnostics } = loadConfig('config.yaml', given);
        expect(values === undefined).toBe(diagnostics.some(({ severity }) => severity === 'error'));
      }),
    );
  });
});

describe('a setting', () => {
  const layers: readonly ConfigLayer[] = [
    { origin: 'project', values: { 'parallel_processing.ui.show_summary': false } },
    {
      origin: 'user',
      values: {
        'parallel_processing.ui.show_summary': true,
        'parallel_processing.summarizer.model': 'offline',
      },
    },
  ];
  test('is that of the first layer that has it, also when it is false', () => {
    expect(settingOf(layers, 'parallel_processing.ui.show_summary')).toEqual({
      value: false,
      origin: 'project',
    });
    expect(settingOf(layers, 'parallel_processing.summarizer.model')).toEqual({
      value: 'offline',
      origin: 'user',
    });
    expect(settingOf(layers, 'parallel_processing.models')).toBeUndefined();
  });
});
