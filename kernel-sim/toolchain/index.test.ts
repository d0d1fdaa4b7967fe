// SPDX-License-Identifier: GPL-2.0-or-later
/** The door: what a build answers, what a `.ko` holds, and how the editor shares it. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { decodeBase64 } from '../lib/base64.ts';
import { readElf, type ElfFile } from '../lib/elf.ts';
import { decodeUtf8 } from '../lib/utf8.ts';
import type { BuildReply, BuildRequest } from '../uapi/hostcc.ts';
import { ELF_MACHINE, KO_SECTION, VERMAGIC } from '../uapi/module-abi.ts';
import { assets } from './generated/assets.ts';
import { createToolchain } from './index.ts';
import { testToolchain } from './testing/run-driver.ts';

const EXAMPLES = join(import.meta.dirname, '../examples');

const toolchain = createToolchain(assets);

function request(source: string, changes: Partial<BuildRequest> = {}): BuildRequest {
  const sources = { 'm.ts': source };
  return { version: 1, module: 'm', board: 'pc', main: 'm.ts', sources, ...changes };
}

const MODULE = `import { module } from "kernel";
class M { static init(): M { return new M(); } }
export default module(M, { license: "GPL" });
`;

function elfOf(reply: BuildReply): ElfFile {
  const result = readElf(decodeBase64(reply.ko ?? '') ?? new Uint8Array(0));
  if (!result.ok) throw new Error(result.reason);
  return result.file;
}

function modinfoOf(reply: BuildReply): string[] {
  const section = elfOf(reply).sections.find(({ name }) => name === '.modinfo');
  return decodeUtf8(section?.bytes ?? new Uint8Array(0))
    .split('\0')
    .filter((entry) => entry !== '');
}

/** What an example's Kbuild makes: `obj-m := a.o`, and `a-objs := b.o` when its file is another. */
function modulesOf(folder: string): { readonly name: string; readonly main: string }[] {
  const kbuild = readFileSync(join(folder, 'Kbuild'), 'utf8');
  const objects = /^obj-m := (.*)$/m.exec(kbuild)?.[1] ?? '';
  return objects.split(' ').map((object) => {
    const name = object.replace(/\.o$/, '');
    const file = new RegExp(`^${name}-objs := (\\w+)\\.o$`, 'm').exec(kbuild)?.[1] ?? name;
    return { name, main: `${file}.ts` };
  });
}

describe('the examples', () => {
  const folders = readdirSync(EXAMPLES, { withFileTypes: true })
    .filter((it) => it.isDirectory() && it.name !== 'programs')
    .map(({ name }) => join(EXAMPLES, name));
  const builds = folders.flatMap((folder) =>
    modulesOf(folder).map(({ name, main }) => ({ name, main, folder })),
  );

  it.each(builds)('$name builds without a word', ({ folder, name, main }) => {
    const files = readdirSync(folder).filter((file) => file.endsWith('.ts'));
    const sources = Object.fromEntries(
      files.map((file) => [file, readFileSync(join(folder, file), 'utf8')]),
    );
    const modules = modulesOf(folder);
    const reply = toolchain.build({
      version: 1,
      module: name,
      board: 'pc',
      main,
      sources,
      modules,
    });
    expect(reply.diagnostics).toEqual([]);
    expect(reply.ko).toBeDefined();
  });
});

describe('a build', () => {
  it('gives the same bytes every time, warm or cold', () => {
    const first = toolchain.build(request(MODULE));
    toolchain.build(request(`${MODULE}// changed`));
    expect(toolchain.build(request(MODULE))).toEqual(first);
    expect(createToolchain(assets).build(request(MODULE))).toEqual(first);
  });

  it('answers with errors instead of a module', () => {
    const reply = toolchain.build(
      request(
        MODULE.replace('return new M();', 'return 1;').replace('class M {', 'class M { n = 1;'),
      ),
    );
    expect(reply).toEqual({
      version: 1,
      module: 'm',
      diagnostics: [
        {
          file: 'm.ts',
          line: 2,
          column: 37,
          endLine: 2,
          endColumn: 43,
          code: 'TS2322',
          message: expect.stringContaining("'number' is not assignable to type 'M'") as string,
          help: null,
        },
      ],
    });
  });

  it('forgets the files of the build before', () => {
    const sources = {
      'm.ts': `import { n } from "./n.ts";\nvoid n;\n${MODULE}`,
      'n.ts': 'export const n = 1;',
    };
    expect(toolchain.build(request('', { sources })).diagnostics).toEqual([]);
    expect(toolchain.build(request(sources['m.ts'])).diagnostics.map(({ code }) => code)).toEqual([
      'TS2307',
    ]);
  });

  it('stops at a syntax error', () => {
    expect(toolchain.build(request('class {')).diagnostics.map(({ code }) => code)).toContain(
      'TS1005',
    );
  });

  it.each([
    ['no module at all', `export {};`, 'RZ1080'],
    ['another default export', `class M {}\nexport default M;`, 'RZ1080'],
    [
      'info that is no literal',
      `${MODULE.replace('{ license: "GPL" }', 'info')}const info = { license: "GPL" };`,
      'RZ1081',
    ],
    ['a licence that is computed', MODULE.replace('"GPL"', '["GPL"].join()'), 'RZ1081'],
    ['info that is spread', MODULE.replace('{ license', '{ ...{ name: "n" }, license'), 'RZ1081'],
    ['a name with a slash', MODULE.replace('{ license', '{ name: "a/b", license'), 'RZ1081'],
    ['a NUL in a value', MODULE.replace('"GPL"', '"GPL\\0name=evil"'), 'RZ1081'],
  ])('refuses %s', (_what, source, code) => {
    const reply = toolchain.build(request(source));
    expect(reply.diagnostics.map((it) => it.code)).toContain(code);
    expect(reply.ko).toBeUndefined();
  });

  it('says when the main file is not there', () => {
    const { diagnostics } = toolchain.build(request(MODULE, { main: 'other.ts' }));
    expect(diagnostics.map(({ message }) => message)).toEqual([
      'other.ts: no such file in the folder',
    ]);
  });
});

describe('a .ko', () => {
  it('says what the source says', () => {
    const source = MODULE.replace(
      '{ license: "GPL" }',
      '{ name: "named", license: "GPL", description: "Does nothing.", author: "A <a@b>" }',
    );
    expect(modinfoOf(toolchain.build(request(source)))).toEqual([
      'license=GPL',
      'author=A <a@b>',
      'description=Does nothing.',
      'depends=',
      'name=named',
      `vermagic=${VERMAGIC.pc}`,
    ]);
  });

  it('is named after its file when the source says nothing', () => {
    const entries = modinfoOf(toolchain.build(request(MODULE, { module: 'my-driver' })));
    expect(entries).toContain('name=my_driver');
  });

  it('is for its board', () => {
    const [pc, rpi3] = (['pc', 'rpi3'] as const).map((board) =>
      elfOf(toolchain.build(request(MODULE, { board }))),
    );
    expect(pc).toMatchObject({ bits: 64, machine: ELF_MACHINE.pc });
    expect(rpi3).toMatchObject({ bits: 32, machine: ELF_MACHINE.rpi3 });
  });

  it('lists its functions where the canonical layout has them', () => {
    const { symbols } = elfOf(toolchain.build(request(MODULE)));
    expect(symbols.map(({ name, section, value, size }) => [name, section, value, size])).toEqual([
      ['M.init', '.init.text', 0, 32],
      ['init_module', '.init.text', 0, 32],
      ['cleanup_module', '.exit.text', 0, 16],
      ['__this_module', '.gnu.linkonce.this_module', 0, 1280],
    ]);
  });

  it.runIf(isInstalled('modinfo'))('is read by modinfo', () => {
    const folder = mkdtempSync(join(tmpdir(), 'ko-'));
    const path = join(folder, 'm.ko');
    writeFileSync(path, decodeBase64(toolchain.build(request(MODULE)).ko ?? '') ?? '');
    expect(execFileSync('modinfo', [path], { encoding: 'utf8' })).toBe(
      [
        `filename:       ${path}`,
        'license:        GPL',
        'depends:        ',
        'name:           m',
        `vermagic:       ${VERMAGIC.pc}\n`,
      ].join('\n'),
    );
    rmSync(folder, { recursive: true });
  });
});

function isInstalled(command: string): boolean {
  try {
    execFileSync(command, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

describe('the editor', () => {
  it('is told what a build would say', () => {
    const editor = testToolchain();
    const source = `import * as t from "kernel/test";
export class A { constructor() { t.msleep(); } }
`;
    editor.setFile('/home/user/a.ts', source);
    expect(editor.diagnosticsOf('/home/user/a.ts').map(({ code, line }) => [code, line])).toEqual([
      ['RZ1024', 2],
    ]);
    editor.setFile('/home/user/a.ts', source.replace('constructor()', 'go()'));
    expect(editor.diagnosticsOf('/home/user/a.ts').map(({ code }) => code)).toEqual([]);
  });

  it('completes the API and finds it in comments', () => {
    const editor = testToolchain();
    const source = `import * as t from "kernel/test";\nt.msl`;
    editor.setFile('/a.ts', source);
    const service = editor.languageService();
    const completions = service.getCompletionsAtPosition('/a.ts', source.length, {});
    expect(completions?.entries.map(({ name }) => name)).toContain('msleep');
    const program = service.getProgram();
    expect(program?.getSourceFiles().map(({ fileName }) => fileName)).toContain(
      '/api/kernel/test.d.ts',
    );
  });

  it('imports one file from another, and loses it', () => {
    const editor = testToolchain();
    editor.setFile('/x/a.ts', `import { n } from "./b.ts";\nexport const m: string = n;`);
    editor.setFile('/x/b.ts', `export const n = "n";`);
    expect(editor.diagnosticsOf('/x/a.ts')).toEqual([]);
    editor.removeFile('/x/b.ts');
    expect(editor.diagnosticsOf('/x/a.ts').map(({ code }) => code)).toEqual(['TS2307']);
    expect(editor.diagnosticsOf('/x/b.ts')).toEqual([]);
  });

  it('shares the parsed library and API with builds', () => {
    const both = testToolchain();
    both.setFile('/a.ts', `import { token } from "kernel/test";\nexport const a = token;`);
    const library = both.languageService().getProgram()?.getSourceFile('/lib/lib.driver.d.ts');
    both.check({ 'b.ts': 'export {};' });
    both.setFile('/a.ts', 'export {};');
    expect(both.languageService().getProgram()?.getSourceFile('/lib/lib.driver.d.ts')).toBe(
      library,
    );
  });
});

it('a function that only kernel/raw is given has an address', () => {
  const source = (imports: string, use: string): string => `import { module } from "kernel";
${imports}
function f(_data: Data): number { return 0; }
class M { static init(): M { ${use} return new M(); } }
export default module(M, { license: "GPL" });
`;
  const codeOf = (text: string): string => {
    const section = elfOf(toolchain.build(request(text))).sections.find(
      ({ name }) => name === KO_SECTION.FAST,
    );
    return decodeUtf8(section?.bytes ?? new Uint8Array(0));
  };
  const raw = 'import { kthread_run, NULL, type VoidPtr } from "kernel/raw";\ntype Data = VoidPtr;';
  expect(
    codeOf(source(raw, '\n// SAFETY: f does nothing.\nunsafe: kthread_run(f, NULL, "f");\n')),
  ).toContain('defineFunction');
  expect(codeOf(source('type Data = string;', 'void f;'))).not.toContain('defineFunction');
});
