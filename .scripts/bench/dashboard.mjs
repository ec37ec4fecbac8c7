// How much the dashboard takes: a long run, a long conversation, many streams. It is bundled here as the build does it, and
// draws on a terminal that only counts.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './report.mjs';

/** Measures in a process of its own, so that its memory is its own. */
export async function benchDashboard() {
  const folder = mkdtempSync(join(tmpdir(), 'crew-dashboard-'));
  try {
    const { rolldown } = await import('rolldown');
    const bundled = await rolldown({
      input: join(ROOT, '.scripts/bench/dashboard-load.mjs'),
      platform: 'node',
      transform: { define: { 'process.env.NODE_ENV': '"production"', 'process.env.DEV': '"false"' } },
      plugins: [
        {
          name: 'leave-out',
          resolveId: id => (id === 'react-devtools-core' ? '\0nothing' : null),
          load: id => (id === '\0nothing' ? 'export default undefined;' : null),
        },
      ],
    });
    await bundled.write({ dir: folder, format: 'esm', entryFileNames: 'load.mjs' });
    await bundled.close();
    const env = { ...process.env, CI: '', COLUMNS: '120', LINES: '40' };
    const told = execFileSync(process.execPath, ['--expose-gc', join(folder, 'load.mjs')], { env });
    process.stdout.write(told);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
