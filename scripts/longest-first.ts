// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The order of test files: those that take longest first, so that no core is idle at the end.
 *
 * Vitest knows how long files took only where it ran before. In a fresh clone it goes by their
 * size, and some of the shortest files run hundreds of scripts.
 */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Each takes a core for 15 s to a minute, and size alone would put most at the end. */
const LONGEST = [
  'tests/selftests/readmes.test.ts',
  'tests/command/run.test.ts',
  'tests/fuzz/system-calls.test.ts',
  'tests/catalogue/catalogue.test.ts',
  'tests/conformance/conformance.test.ts',
  'tests/command/examples.test.ts',
  'tests/attack/hostile-modules.test.ts',
];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // oxlint-disable-next-line unicorn/no-array-sort -- not the method of an array
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification): boolean =>
      LONGEST.some((path) => moduleId.endsWith(`/${path}`));
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}
