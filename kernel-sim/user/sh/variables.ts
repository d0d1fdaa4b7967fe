// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A shell's variables: strings and indexed arrays, exported or read-only, with the scopes that
 * `local` opens in functions.
 */

export interface Variable {
  /** Undefined: declared (exported, local) without a value. */
  value: string | undefined;
  /** Set for an indexed array; its element 0 is what `$name` gives. */
  elements: (string | undefined)[] | undefined;
  exported: boolean;
  readonly: boolean;
  /** Values are evaluated as arithmetic (`declare -i`). */
  integer: boolean;
}

export class Variables {
  private readonly table: Map<string, Variable>;
  /** What the names that a function made local were before, innermost function last. */
  private readonly scopes: Map<string, Variable | undefined>[] = [];
  /** Values made when they are read, such as RANDOM; set by the shell. */
  readonly dynamic = new Map<string, () => string>();

  constructor(parent?: Variables) {
    this.table = new Map();
    if (parent === undefined) return;
    for (const [name, variable] of parent.table) this.table.set(name, copyVariable(variable));
    for (const scope of parent.scopes) this.scopes.push(new Map(scope));
  }

  get(name: string): string | undefined {
    const variable = this.table.get(name);
    if (variable === undefined) return this.dynamic.get(name)?.();
    return variable.elements === undefined ? variable.value : variable.elements[0];
  }

  lookup(name: string): Variable | undefined {
    return this.table.get(name);
  }

  /** The variable, made when it is not there. */
  declare(name: string): Variable {
    let variable = this.table.get(name);
    if (variable === undefined) {
      variable = {
        value: undefined,
        elements: undefined,
        exported: false,
        readonly: false,
        integer: false,
      };
      this.table.set(name, variable);
    }
    return variable;
  }

  /** False: the variable is read-only and keeps its value. */
  set(name: string, value: string): boolean {
    const variable = this.declare(name);
    if (variable.readonly) return false;
    if (variable.elements === undefined) variable.value = value;
    else variable.elements[0] = value;
    return true;
  }

  element(name: string, index: number): string | undefined {
    const variable = this.table.get(name);
    const elements = variable?.elements;
    if (elements === undefined) return index === 0 ? variable?.value : undefined;
    return elements[index < 0 ? elements.length + index : index];
  }

  /** All elements of an array that are set, or the one value of a plain variable. */
  elements(name: string): string[] {
    const variable = this.table.get(name);
    const elements = variable?.elements ?? [variable?.value];
    return elements.filter((element) => element !== undefined);
  }

  setElement(name: string, index: number, value: string): boolean {
    const variable = this.declare(name);
    if (variable.readonly) return false;
    variable.elements ??= variable.value === undefined ? [] : [variable.value];
    variable.elements[index < 0 ? variable.elements.length + index : index] = value;
    return true;
  }

  setElements(name: string, elements: readonly (string | undefined)[]): boolean {
    const variable = this.declare(name);
    if (variable.readonly) return false;
    variable.elements = [...elements];
    variable.value = undefined;
    return true;
  }

  /** False: read-only. */
  unset(name: string): boolean {
    if (this.table.get(name)?.readonly === true) return false;
    this.table.delete(name);
    return true;
  }

  export(name: string, exported = true): void {
    this.declare(name).exported = exported;
  }

  /** `NAME=value` of all that programs inherit. */
  environ(): string[] {
    const strings: string[] = [];
    for (const [name, variable] of this.table) {
      if (!variable.exported || variable.elements !== undefined) continue;
      if (variable.value !== undefined) strings.push(`${name}=${variable.value}`);
    }
    return strings;
  }

  /** All names in order. */
  names(): string[] {
    return [...this.table.keys()].toSorted();
  }

  enterScope(): void {
    this.scopes.push(new Map());
  }

  leaveScope(): void {
    for (const [name, before] of this.scopes.pop() ?? []) this.restore(name, before);
  }

  get inFunction(): boolean {
    return this.scopes.length > 0;
  }

  /** Makes `name` local to the function that runs. */
  makeLocal(name: string): Variable {
    const scope = this.scopes.at(-1);
    const before = this.table.get(name);
    if (scope !== undefined && !scope.has(name)) {
      scope.set(name, before);
      this.table.delete(name);
      if (before?.exported === true) this.export(name);
    }
    return this.declare(name);
  }

  /** What `restore` needs to undo an assignment in front of a command. */
  save(name: string): Variable | undefined {
    const variable = this.table.get(name);
    return variable === undefined ? undefined : copyVariable(variable);
  }

  restore(name: string, before: Variable | undefined): void {
    if (before === undefined) this.table.delete(name);
    else this.table.set(name, before);
  }
}

function copyVariable(variable: Variable): Variable {
  const { elements } = variable;
  return { ...variable, elements: elements === undefined ? undefined : [...elements] };
}
