// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A name that nobody knows is the compiler's error alone: what follows from it is not said twice.
 */
import { expect, it } from 'vitest';

import { TOOLCHAIN } from './testing/shared-toolchain.ts';

function codesOf(body: string, from = 'kernel'): string[] {
  const source = `import { module } from "${from}";
class A { static init(): A { ${body} return new A(); } }
export default module(A, { license: "GPL" });
`;
  return TOOLCHAIN.check({ 'a.ts': source }).map(({ code }) => code);
}

it.each([
  ['a misspelt function', 'nosuch(1);', ['TS2304']],
  ['a misspelt object', 'nosuch.f();', ['TS2304']],
  ['a promise, which has no type either', '(async () => {})();', ['RZ1000']],
  ['a call of something of type any', 'const f: any = 1; f();', ['RZ1070']],
])('%s', (_what, body, codes) => {
  expect([...new Set(codesOf(body))]).toEqual(codes);
});

it('a misspelt import', () => {
  expect(codesOf('', 'kernal')).toEqual(['TS2307']);
});
