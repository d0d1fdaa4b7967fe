import { expect, it } from 'vitest';
import { runScript, userFile } from '/work/main/tests/support/machine.ts';
const SRC = `import { module, println } from "kernel";
class Bad {
  static init(): Bad { for (;;) {} return new Bad(); }
}
export default module(Bad, { license: "GPL" });
void println;
`;
it('halts', () => {
  const r = runScript('cd bad && make > /dev/null; sudo insmod bad.ko & sleep 0.2; exit 3', { files: [userFile('bad/bad.ts', SRC)] });
  console.log(r.status, r.logText.slice(-600));
  expect(r.status).toBe(3);
}, 30000);
