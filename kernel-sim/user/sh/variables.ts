// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A shell's variables: strings and arrays with their attributes, and the scopes that `local` opens
 * in functions.
 */
import { AssociativeArray, IndexedArray } from './arrays.ts';

export interface Variable {
  /** Undefined: declared (exported, local) without a value. */
  value: string | undefined;
  /** Set for an array; its element 0 is what `$name` gives. */
  array: IndexedArray | AssociativeArray | undefined;
  exported: boolean;
  readonly: boolean;
  /** Values are evaluated as arithmetic (`declare -i`). */
  integer: boolean;
  /** What assigned values are turned into: lower, upper or capitalized, or left alone. */
  letters: 'l' | 'u' | 'c' | '';
  /** `declare -n`: `value` names the variable that is meant. */
  isReference: boolean;
  /** `declare -a name`, and nothing assigned so far. */
  isUnassigned?: boolean;
}

/** References that name one another end here. */
const MAX_REFERENCES = 8;

function newVariable(): Variable {
  return {
    value: undefined,
    array: undefined,
    exported: false,
    readonly: false,
    integer: false,
    letters: '',
    isReference: false,
  };
}

export class Variables {
  private readonly table: Map<string, Variable>;
  /** What the names that a function made local were before, innermost function last. */
  private readonly scopes: Map<string, Variable | undefined>[] = [];
  /** Values made when they are read, such as RANDOM; set by the shell. */
  readonly dynamic = new Map<string, () => string | undefined>();
  /** The same for arrays, such as PIPESTATUS. */
  readonly dynamicArrays = new Map<string, () => readonly string[]>();

  constructor(parent?: Variables) {
    this.table = new Map();
    if (parent === undefined) return;
    for (const [name, variable] of parent.table) this.table.set(name, copyVariable(variable));
    for (const scope of parent.scopes) this.scopes.push(new Map(scope));
  }

  /** The name that `name` stands for after references; itself for all others. */
  resolve(name: string): string {
    let found = name;
    for (let step = 0; step < MAX_REFERENCES; step++) {
      const variable = this.table.get(found);
      if (variable?.isReference !== true || variable.value === undefined) return found;
      found = variable.value;
    }
    return found;
  }

  get(name: string): string | undefined {
    const variable = this.lookup(name);
    if (variable !== undefined) return valueOf(variable);
    return this.dynamic.get(name)?.() ?? this.dynamicArrays.get(name)?.()[0];
  }

  /** The variable that `name` means. */
  lookup(name: string): Variable | undefined {
    const variable = this.table.get(name);
    if (variable?.isReference !== true) return variable;
    const target = this.resolve(name);
    return target === name ? undefined : this.table.get(target);
  }

  /** The variable of that name itself, be it a reference. */
  lookupOwn(name: string): Variable | undefined {
    return this.table.get(name);
  }

  /** The variable, made when it is not there. */
  declare(name: string): Variable {
    return this.declareOwn(this.resolve(name));
  }

  declareOwn(name: string): Variable {
    let variable = this.table.get(name);
    if (variable === undefined) {
      variable = newVariable();
      this.table.set(name, variable);
    }
    return variable;
  }

  /** The variable outside all functions, whatever hides it. */
  declareGlobal(name: string): Variable {
    const hidden = this.scopes.find((scope) => scope.has(name));
    if (hidden === undefined) return this.declareOwn(name);
    const variable = hidden.get(name) ?? newVariable();
    hidden.set(name, variable);
    return variable;
  }

  /** False: the variable is read-only and keeps its value. */
  set(name: string, value: string): boolean {
    const variable = this.declare(name);
    if (variable.readonly) return false;
    const text = variable.letters === '' ? value : inLetters(value, variable.letters);
    // A reference without a target takes its first value for one.
    if (variable.array === undefined) variable.value = text;
    else if (variable.array instanceof IndexedArray) variable.array.set(0, text);
    else variable.array.set('0', text);
    return true;
  }

  isAssociative(name: string): boolean {
    return this.lookup(name)?.array instanceof AssociativeArray;
  }

  /** An element; `subscript` is a number, negative from the end, except for associative arrays. */
  element(name: string, subscript: string | number): string | undefined {
    const variable = this.lookup(name);
    if (variable === undefined) {
      const made = this.arrayOf(name);
      return made instanceof IndexedArray ? made.get(Number(subscript)) : undefined;
    }
    const { array } = variable;
    if (array === undefined) return Number(subscript) === 0 ? variable.value : undefined;
    if (array instanceof AssociativeArray) return array.get(String(subscript));
    const index = Number(subscript);
    return array.get(index < 0 ? array.end + index : index);
  }

  /** The array behind a name: a plain variable counts as one of one element. */
  arrayOf(name: string): IndexedArray | AssociativeArray | undefined {
    const variable = this.lookup(name);
    if (variable !== undefined) {
      if (variable.array !== undefined) return variable.array;
      return variable.value === undefined ? undefined : new IndexedArray([variable.value]);
    }
    const values = this.dynamicArrays.get(name)?.();
    if (values !== undefined) return new IndexedArray(values);
    const value = this.dynamic.get(name)?.();
    return value === undefined ? undefined : new IndexedArray([value]);
  }

  /** False: read-only. A negative subscript must have been found to be in range. */
  setElement(name: string, subscript: string | number, value: string): boolean {
    const variable = this.declare(name);
    if (variable.readonly) return false;
    const text = variable.letters === '' ? value : inLetters(value, variable.letters);
    const array = makeArray(variable);
    if (array instanceof AssociativeArray) array.set(String(subscript), text);
    else {
      const index = Number(subscript);
      array.set(index < 0 ? array.end + index : index, text);
    }
    return true;
  }

  /** Gives an indexed array new contents. False: read-only. */
  setElements(name: string, elements: readonly string[]): boolean {
    const variable = this.declare(name);
    if (variable.readonly) return false;
    variable.isUnassigned = false;
    variable.array = new IndexedArray(elements);
    variable.value = undefined;
    return true;
  }

  /** False: read-only. */
  unset(name: string): boolean {
    if (this.table.get(name)?.readonly === true) return false;
    const depth = this.scopes.findLastIndex((scope) => scope.has(name));
    if (depth >= 0 && depth < this.scopes.length - 1) {
      // A function that was called from the one with the local: what that one hid shows again.
      this.restore(name, this.scopes[depth]?.get(name));
      this.scopes[depth]?.delete(name);
      return true;
    }
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
      if (!variable.exported || variable.array !== undefined) continue;
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

  /** Names that the running function made local. */
  localNames(): string[] {
    return [...(this.scopes.at(-1)?.keys() ?? [])].toSorted();
  }

  /** Makes `name` local to the function that runs. */
  makeLocal(name: string): Variable {
    const scope = this.scopes.at(-1);
    const before = this.table.get(name);
    if (scope !== undefined && !scope.has(name)) {
      scope.set(name, before);
      this.table.delete(name);
      if (before?.exported === true) this.declareOwn(name).exported = true;
    }
    return this.declareOwn(name);
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

/** What `$name` gives. */
function valueOf({ array, value }: Variable): string | undefined {
  if (array === undefined) return value;
  return array instanceof IndexedArray ? array.get(0) : array.get('0');
}

/** The variable's array; a plain value becomes element 0 of a new one. */
export function makeArray(variable: Variable): IndexedArray | AssociativeArray {
  variable.isUnassigned = false;
  variable.array ??= new IndexedArray(variable.value === undefined ? [] : [variable.value]);
  variable.value = undefined;
  return variable.array;
}

function inLetters(text: string, letters: 'l' | 'u' | 'c'): string {
  if (letters === 'l') return text.toLowerCase();
  if (letters === 'u') return text.toUpperCase();
  return text.slice(0, 1).toUpperCase() + text.slice(1).toLowerCase();
}

function copyVariable(variable: Variable): Variable {
  return { ...variable, array: variable.array?.copy() };
}
