// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A driver of many small cases, built once and loaded once for each: what each prints and what is
 * reported of it.
 */
import { runScript, userFile } from './machine.ts';

export interface DriverCase {
  /** Statements of `init`, all of them unsafe. */
  readonly init: string;
  /** What runs `insmod`, if not the shell itself. */
  readonly by?: string;
  /** Of the module's end; without any it just goes. */
  readonly exit?: string;
  /** Commands of the shell between the two. */
  readonly script?: string;
}

export interface CaseResult {
  /** Lines that the driver began with `> `. */
  readonly printed: readonly string[];
  readonly output: string;
  readonly log: string;
}

export interface CaseDriver<Name extends string> {
  /** Names by what they come from; those that no case uses are left out. */
  readonly imports: Readonly<Record<string, string>>;
  /** What stands at the top level. */
  readonly top: string;
  /** What each case ends with, after its own `exit`. */
  readonly end?: string;
  readonly cases: Readonly<Record<Name, DriverCase>>;
  readonly cmdline?: string;
  readonly cpus?: number;
}

/** Runs all cases in one machine, one after the other. */
export function runCases<Name extends string>(
  driver: CaseDriver<Name>,
): Readonly<Record<Name, CaseResult>> {
  const names = Object.keys(driver.cases) as Name[];
  const files = [
    userFile('cases/cases.ts', sourceOf(driver)),
    userFile('cases/Kbuild', 'obj-m := cases.o\n'),
  ];
  const lines = names.map(
    (name, at) => `
echo "=== ${name} ===" | sudo tee /dev/kmsg
sudo ${driver.cases[name].by ?? ''} insmod cases.ko which=${at} 2>&1
${driver.cases[name].script ?? ''}
sudo rmmod cases 2>&1; sleep 0.2`,
  );
  const make = 'make > /tmp/make 2>&1 || { cat /tmp/make; exit 99; }';
  const script = `cd cases && ${make}${lines.join('')}`;
  const { cmdline = '', cpus } = driver;
  const result = runScript(script, { files, cmdline, ...(cpus !== undefined && { cpus }) });
  const log = split(result.logText);
  const output = split(result.stdout);
  if (log.size < names.length) throw new Error(`${result.stdout}\n${result.logText}`);
  const resultOf = (name: Name): CaseResult => {
    const text = log.get(name) ?? '';
    const printed = [...text.matchAll(/^> (.*)$/gmu)].map(([, line]) => line ?? '');
    return { printed, output: output.get(name) ?? '', log: text };
  };
  return Object.fromEntries(names.map((name) => [name, resultOf(name)])) as {
    readonly [Each in Name]: CaseResult;
  };
}

function sourceOf({ imports, top, cases, end = '' }: CaseDriver<string>): string {
  const body = (what: 'init' | 'exit'): string =>
    Object.values<DriverCase>(cases)
      .map((each, at) => `      if (which === ${at}) {\n${each[what] ?? ''}\n      }`)
      .join('\n');
  const all = top + body('init') + body('exit') + end;
  return `import { Errno, module, param, println, type Params } from "kernel";
${importsOf(imports, all)}
const params = { which: param.int(0, "the case") };
void Errno;
let which = 0;
${top}
class Cases {
  static init(given: Params<typeof params>): Cases {
    which = given.which;
    // SAFETY: the test is about what becomes of it.
    unsafe: {
${body('init')}
    }
    return new Cases();
  }
  [Symbol.dispose](): void {
    // SAFETY: the test is about what becomes of it.
    unsafe: {
${body('exit')}
${end}
    }
  }
}
export default module(Cases, { license: "GPL", params });
`;
}

function importsOf(imports: Readonly<Record<string, string>>, text: string): string {
  const words = new Set(text.split(/\W/u));
  const lines = Object.entries(imports).map(([path, names]) => {
    const used = names.split(/\s+/u).filter((name) => name !== '' && words.has(name));
    return used.length === 0 ? '' : `import { ${used.join(', ')} } from "${path}";`;
  });
  return lines.join('\n');
}

/** By the headings that the script wrote. */
function split(text: string): ReadonlyMap<string, string> {
  const [, ...parts] = text.split(/^.*=== (\S+) ===$/mu);
  const sections = new Map<string, string>();
  for (let at = 0; at + 1 < parts.length; at += 2) sections.set(parts[at]!, parts[at + 1]!);
  return sections;
}
