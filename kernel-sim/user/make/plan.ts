// SPDX-License-Identifier: GPL-2.0-or-later
/** What is to be built in a folder: what its Kbuild says, else every file that is a module. */

export interface ModulePlan {
  /** Without `.ko`. */
  readonly name: string;
  /** Its sources, `.ts` names in the order of the objects. */
  readonly sources: readonly string[];
  /** Where make's messages say that the rule stands. */
  readonly rule: string;
}

/** A variable of the Kbuild, and the line where it was set first. */
interface Variable {
  readonly words: string[];
  readonly line: number;
}

/** Reads `obj-m := a.o b.o` and `a-objs := x.o y.o` (or `a-y`). */
export function planFromKbuild(text: string, fileName: string): readonly ModulePlan[] {
  const variables = parseVariables(text);
  const modules = variables.get('obj-m');
  return (modules?.words ?? []).map((object) => {
    const name = stem(object);
    const parts = variables.get(`${name}-objs`) ?? variables.get(`${name}-y`);
    const objects = parts === undefined || parts.words.length === 0 ? [object] : parts.words;
    return {
      name,
      sources: objects.map((part) => `${stem(part)}.ts`),
      rule: `${fileName}:${modules?.line ?? 1}`,
    };
  });
}

function stem(object: string): string {
  return object.replace(/\.o$/, '');
}

function parseVariables(text: string): ReadonlyMap<string, Variable> {
  const variables = new Map<string, Variable>();
  const lines = text.split('\n');
  for (let i = 0; i < lines.length; i++) {
    const start = i + 1;
    let line = lines[i] ?? '';
    while (line.endsWith('\\') && i + 1 < lines.length) {
      line = line.slice(0, -1) + (lines[++i] ?? '');
    }
    const match = /^\s*([\w.$()-]+)\s*(\+|:|::|\?)?=\s*([^#]*)/.exec(line);
    if (match === null) continue;
    const [, name = '', operator = '', value = ''] = match;
    const words = value.split(/\s+/).filter((word) => word !== '');
    const known = variables.get(name);
    if (known === undefined || operator === ':') variables.set(name, { words, line: start });
    else if (operator === '+') known.words.push(...words);
    else if (operator !== '?') variables.set(name, { words, line: start });
  }
  return variables;
}

const DEFAULT_EXPORT = /^\s*export\s+default\s+module\s*\(/m;

export function isModuleSource(text: string): boolean {
  return DEFAULT_EXPORT.test(text);
}

/** Without a Kbuild: `NAME.ko` from every `NAME.ts` that exports a module. */
export function planFromSources(sources: ReadonlyMap<string, string>): readonly ModulePlan[] {
  return [...sources]
    .filter(([, text]) => isModuleSource(text))
    .map(([file]) => ({ name: file.replace(/\.ts$/, ''), sources: [file], rule: '<builtin>' }));
}
