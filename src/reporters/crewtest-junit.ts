import type { CrewTestResult } from '../model/crewtest.ts';

/** Results as a JUnit XML file, one suite for each file of tests. Pure. */
export function formatJunit(results: readonly CrewTestResult[]): string {
  const files = [...new Set(results.map(({ file }) => file))];
  const suites = files.map(file =>
    suite(
      file,
      results.filter(result => result.file === file),
    ),
  );
  const counts = countsOf(results);
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="crew test"${counts}>\n${suites.join('')}</testsuites>\n`;
}

function suite(file: string, results: readonly CrewTestResult[]): string {
  const cases = results.map(({ name, problems, ms }) => {
    const head = `    <testcase classname="${xmlText(file)}" name="${xmlText(name)}" time="${seconds(ms)}"`;
    if (problems.length === 0) return `${head}/>\n`;
    const message = xmlText(problems[0]?.split('\n')[0] ?? '');
    return `${head}>\n      <failure message="${message}">${xmlText(problems.join('\n'))}</failure>\n    </testcase>\n`;
  });
  return `  <testsuite name="${xmlText(file)}"${countsOf(results)}>\n${cases.join('')}  </testsuite>\n`;
}

function countsOf(results: readonly CrewTestResult[]): string {
  const failures = results.filter(({ problems }) => problems.length > 0).length;
  const ms = results.reduce((sum, result) => sum + result.ms, 0);
  return ` tests="${results.length}" failures="${failures}" errors="0" time="${seconds(ms)}"`;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

/** XML 1.0 has no place for most control characters, not even escaped. */
function xmlText(text: string): string {
  const allowed = [...text.toWellFormed()].filter(char => {
    const code = char.codePointAt(0) ?? 0;
    return code >= 0x20 ? code !== 0xfffe && code !== 0xffff : code === 0x9 || code === 0xa || code === 0xd;
  });
  return allowed
    .join('')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\r', '&#13;');
}
