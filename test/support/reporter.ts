/**
 * Ends a test run with one honest line, `N passed, N failed, N skipped`, alone and last. Stands beside the runner's
 * own reporter. A suite that failed outside its tests (an import, a hook), an error nobody caught and a test that never
 * came to run each count as one failure, and so does a run that found no test at all; a skipped test is named, with its reason.
 */
import { writeSync } from 'node:fs';
import type { Reporter, SerializedError, TestCase, TestModule, TestSuite, Vitest } from 'vitest/node';

interface Tally {
  passed: number;
  failed: number;
  /** Name and reason of each. */
  skipped: string[];
}

function countTest(tally: Tally, test: TestCase): void {
  const result = test.result();
  if (result.state === 'passed') tally.passed += 1;
  else if (result.state === 'skipped') tally.skipped.push(`${test.fullName}: ${result.note ?? 'no reason given'}`);
  else tally.failed += 1;
}

function countBrokenSuites(tally: Tally, suite: TestModule | TestSuite): void {
  if (suite.errors().length > 0) tally.failed += 1;
  for (const inner of suite.children.suites()) countBrokenSuites(tally, inner);
}

function count(modules: readonly TestModule[], unhandled: readonly SerializedError[]): Tally {
  const tally: Tally = { passed: 0, failed: unhandled.length + (modules.length === 0 ? 1 : 0), skipped: [] };
  for (const module of modules) {
    countBrokenSuites(tally, module);
    for (const test of module.children.allTests()) countTest(tally, test);
  }
  return tally;
}

const lines = ({ passed, failed, skipped }: Tally): string =>
  [
    ...skipped.map((name) => `skipped: ${name}`),
    `${passed} passed, ${failed} failed, ${skipped.length} skipped`,
    '',
  ].join('\n');

export class LastLineReporter implements Reporter {
  /** What is said when the run never came to its end. */
  #last = lines({ passed: 0, failed: 1, skipped: [] });
  #watching = false;

  onInit(vitest: Vitest): void {
    this.#watching = vitest.config.watch;
    if (!this.#watching) process.once('exit', () => writeSync(1, this.#last));
  }

  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    this.#last = lines(count(modules, unhandled));
    if (this.#watching) writeSync(1, this.#last);
  }
}

// The test runner loads a reporter by its default export.
export { LastLineReporter as default };
