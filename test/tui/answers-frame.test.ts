import { describe, expect, test } from 'vitest';
import { answersFrame, type LiveAnswer } from '../../src/tui/answers-frame.ts';
import { columnsOf } from '../../src/tui/cell-text.ts';
import { fc } from '../laws.ts';

const answer = (model: string, text: string, state: LiveAnswer['state'] = 'writes'): LiveAnswer => ({
  model,
  text,
  state,
});
const size = { columns: 100, rows: 20, color: false };

describe('answers while they are written', () => {
  test('stand side by side where there is room, each under its model', () => {
    const rows = answersFrame(
      { answers: [answer('a:1', 'It is a lock.', 'done'), answer('b:2', 'It is none.\nReally.')] },
      size,
    );
    expect(rows.map(row => row.split('│').map(cell => cell.trim()))).toEqual([
      ['✓ a:1', '▸ b:2'],
      ['It is a lock.', 'It is none.'],
      ['', 'Really.'],
    ]);
  });

  test('stand one below the other where there is none', () => {
    const rows = answersFrame(
      { answers: [answer('a:1', 'Yes.'), answer('b:2', 'No.')] },
      { ...size, columns: 60 },
    );
    expect(rows).toEqual(['▸ a:1', 'Yes.', '▸ b:2', 'No.']);
  });

  test('show the end of what is long, and the summary below once it is begun', () => {
    const long = Array.from({ length: 90 }, (_, nth) => `row ${nth}`).join('\n');
    const live = {
      answers: [answer('a:1', long, 'done'), answer('b:2', '', 'waits')],
      summary: answer('Summary', 'They'),
    };
    const rows = answersFrame(live, size);
    expect(rows.join('\n')).toMatch(/row 89[\s\S]*▸ Summary\nThey$/);
    expect(rows.join('\n')).not.toContain('row 3\n');
  });

  test('never take more rows or columns than there are, whatever models write', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constant('\u001b[2J\u202e漢字👩‍🚀\r\n'),
      fc.lorem({ maxCount: 60 }),
    );
    const models = fc.array(fc.record({ model: text, text }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(
        models,
        fc.integer({ min: 20, max: 200 }),
        fc.integer({ min: 8, max: 60 }),
        (said, columns, height) => {
          const answers = said.map(each => answer(each.model, each.text));
          const rows = answersFrame(
            { answers, summary: answer('Summary', said[0]?.text ?? '') },
            { columns, rows: height, color: false },
          );
          expect(rows.length).toBeLessThan(height);
          for (const row of rows) expect(columnsOf(row)).toBeLessThan(columns);
          for (const sign of ['\u001b', '\u202e', '\r', '\n']) expect(rows.join('')).not.toContain(sign);
        },
      ),
    );
  });
});
