// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Makes the declarations that drivers see from the classes of kernel-sim/api, and those that
 * programs see from kernel-sim/user/libc/program.
 *
 * kernel-sim/api/kernel.ts says how the one becomes the other. Signatures and comments are taken as
 * they are written; coroutines lose their wrapper and gain its tag; what is private stays behind.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

import { docOf, indent, listOf } from './declaration-text.mjs';
import { symbolOf, tagText } from './symbol-names.mjs';

/** @type {Readonly<Record<string, string>>} */
const EFFECTS = {
  Sleeping: '@sleeps',
  MaySleep: '@sleeps',
  Switching: '@switches',
  MaySwitch: '@switches',
  Answer: '@switches',
};
const FOLDERS = ['kernel-sim/api', 'kernel-sim/user/libc/program'];
const HEADER = `// SPDX-License-Identifier: GPL-2.0-or-later
// Made by scripts/generate-api.mjs. Do not edit.
`;

/**
 * @param {string} root the repository
 * @returns {Map<string, string>} the text of each declaration file by subpath
 */
export function makeApiDeclarations(root) {
  const paths = FOLDERS.flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
      .map((name) => join(root, folder, name)),
  );
  const program = ts.createProgram(paths, {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    allowImportingTsExtensions: true,
    noEmit: true,
    strict: true,
    types: [],
    lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
  });
  const files = paths.flatMap((path) => program.getSourceFile(path) ?? []);
  return new ApiWriter(program.getTypeChecker(), files).write();
}

/**
 * @param {ts.Node} node
 * @param {string} name
 */
function hasTag(node, name) {
  return tagText(node, name) !== undefined;
}

/** @param {ts.SourceFile} file */
function subpathOf(file) {
  const text = file.text.slice(0, file.statements[0]?.getStart() ?? 0);
  return /@subpath (\S+)/.exec(text)?.[1];
}

class ApiWriter {
  /** @type {ts.TypeChecker} */ #checker;
  /** @type {readonly ts.SourceFile[]} */ #files;
  /**
   * The subpath that each public declaration is imported from.
   *
   * @type {Map<ts.Symbol | undefined, string>}
   */
  #public = new Map();
  /** @type {Set<ts.ClassDeclaration>} */ #opaque = new Set();
  /** @type {Map<string, Set<string>>} */ #imports = new Map();
  #subpath = '';

  /**
   * @param {ts.TypeChecker} checker
   * @param {readonly ts.SourceFile[]} files
   */
  constructor(checker, files) {
    this.#checker = checker;
    this.#files = files.filter((file) => subpathOf(file) !== undefined);
    for (const file of this.#files) {
      for (const statement of file.statements) {
        if (!hasTag(statement, 'public')) continue;
        const { name } = /** @type {ts.DeclarationStatement} */ (statement);
        const symbol = name === undefined ? undefined : checker.getSymbolAtLocation(name);
        if (symbol !== undefined) this.#public.set(symbol, subpathOf(file) ?? '');
      }
    }
  }

  write() {
    const subpaths = [...new Set(this.#files.map((file) => subpathOf(file) ?? ''))].toSorted();
    return new Map(subpaths.map((subpath) => [subpath, this.#writeSubpath(subpath)]));
  }

  /** @param {string} subpath */
  #writeSubpath(subpath) {
    this.#subpath = subpath;
    this.#imports = new Map();
    this.#opaque = new Set();
    const statements = this.#files
      .filter((file) => subpathOf(file) === subpath)
      .flatMap((file) => Array.from(file.statements));
    const pieces = statements.flatMap((it) => {
      if (ts.isClassDeclaration(it) && hasTag(it, 'exports')) {
        return this.#exportsOf(it, statements);
      }
      if (ts.isVariableStatement(it) && hasTag(it, 'constants')) return this.#constantsOf(it);
      return hasTag(it, 'public') && tagText(it, 'in') === undefined ? [this.#publicOf(it)] : [];
    });
    const symbols = statements.filter(isUniqueSymbol).map((it) => it.getText());
    const opaque = [...this.#opaque].map((node) => this.#opaqueClass(node));
    const imports = [...this.#imports]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(
        ([from, names]) => `import type { ${[...names].toSorted().join(', ')} } from "${from}";`,
      );
    const all = [...(imports.length > 0 ? [imports.join('\n')] : []), ...symbols, ...opaque];
    return `${HEADER}\n${[...all, ...pieces, 'export {};'].join('\n\n')}\n`;
  }

  /**
   * What `require` answers for a subpath: its class taken apart.
   *
   * @param {ts.ClassDeclaration} node
   * @param {readonly ts.Node[]} statements
   * @returns {string[]}
   */
  #exportsOf(node, statements) {
    return this.#publicMembers(node).flatMap((member) => {
      if (ts.isGetAccessor(member)) {
        return [`${docOf(member)}export let ${member.name.getText()}: ${member.type?.getText()};`];
      }
      if (!ts.isPropertyDeclaration(member)) return [this.#functionOf(member, 'export function ')];
      // Part of a public class, which stands for itself.
      if (this.#classOf(member, 'statics') !== undefined) return [];
      const space = this.#classOf(member, 'namespace');
      if (space === undefined) return [this.#constantOf(member)];
      const inner = [
        ...statements
          .filter((it) => tagText(it, 'in') === member.name.getText())
          .map((it) => this.#publicOf(it)),
        ...this.#publicMembers(space).map((it) => this.#functionOf(it, 'export function ')),
      ];
      const body = inner.map((text) => indent(text)).join('\n\n');
      return [`${docOf(member)}export namespace ${member.name.getText()} {\n${body}\n}`];
    });
  }

  /**
   * The class of a field, if it has `tag`.
   *
   * @param {ts.PropertyDeclaration} member
   * @param {string} tag
   * @returns {ts.ClassDeclaration | undefined}
   */
  #classOf(member, tag) {
    const type = this.#checker.getTypeAtLocation(member);
    const parts = type.isIntersection() ? type.types : [type];
    return parts
      .map((part) => part.symbol?.valueDeclaration)
      .filter((it) => it !== undefined && ts.isClassDeclaration(it))
      .find((it) => hasTag(it, tag));
  }

  /**
   * A constant whose type has no public name is spelt out, property by property.
   *
   * @param {ts.PropertyDeclaration} member
   */
  #constantOf(member) {
    const type = this.#checker.getTypeAtLocation(member);
    if (member.type !== undefined && this.#isPublicType(member.type)) {
      this.#require(member.type);
      return `${docOf(member)}export const ${member.name.getText()}: ${member.type.getText()};`;
    }
    if ((type.flags & ts.TypeFlags.NumberLike) !== 0) {
      const text = this.#checker.typeToString(type);
      return `${docOf(member)}export const ${member.name.getText()}: ${text};`;
    }
    const properties = this.#checker.getPropertiesOfType(type).map((property) => {
      const of = this.#checker.getTypeOfSymbol(property);
      const declared = of.symbol?.valueDeclaration;
      if (declared !== undefined && ts.isClassDeclaration(declared)) {
        if (!this.#public.has(of.symbol)) this.#opaque.add(declared);
      }
      return `  readonly ${property.name}: ${this.#checker.typeToString(of)};`;
    });
    const name = member.name.getText();
    return `${docOf(member)}export const ${name}: {\n${properties.join('\n')}\n};`;
  }

  /** @param {ts.TypeNode} node */
  #isPublicType(node) {
    return ts.isTypeReferenceNode(node) && this.#public.has(this.#symbolAt(node.typeName));
  }

  /**
   * What a name stands for, in whatever file it is.
   *
   * @param {ts.Node} name
   */
  #symbolAt(name) {
    const symbol = this.#checker.getSymbolAtLocation(name);
    const isAlias = symbol !== undefined && (symbol.flags & ts.SymbolFlags.Alias) !== 0;
    return isAlias ? this.#checker.getAliasedSymbol(symbol) : symbol;
  }

  /**
   * An object of numbers: each property becomes a constant of its own.
   *
   * @param {ts.VariableStatement} statement
   */
  #constantsOf(statement) {
    return statement.declarationList.declarations.flatMap((it) => {
      const type = this.#checker.getTypeAtLocation(it.name);
      return this.#checker.getPropertiesOfType(type).map((property) => {
        const text = this.#checker.typeToString(this.#checker.getTypeOfSymbol(property));
        return `${docOf(statement)}export const ${property.name}: ${text};`;
      });
    });
  }

  /**
   * A class that is no part of the API's vocabulary but the type of something in it.
   *
   * @param {ts.ClassDeclaration} node
   */
  #opaqueClass(node) {
    return `${docOf(node)}declare ${this.#classText(node, (it) => modifiersOf(it) === '')}`;
  }

  /**
   * @param {ts.Node} node
   */
  #publicOf(node) {
    if (ts.isClassDeclaration(node)) return `${docOf(node)}export ${this.#classText(node)}`;
    this.#require(node);
    const text = node.getText().replace(/^export /, '');
    if (!ts.isInterfaceDeclaration(node)) return `${docOf(node)}export ${text}`;
    const members = node.members.map((it) => indent(`${docOf(it)}${it.getText()}`));
    const head = text.slice(0, text.indexOf('{') + 1);
    return `${docOf(node)}export ${head}\n${members.join('\n\n')}\n}`;
  }

  /**
   * @param {ts.ClassDeclaration} node
   * @param {(member: ts.ClassElement) => boolean} isWanted
   */
  #classText(node, isWanted = (_member) => true) {
    const parameters = listOf(node.typeParameters, '<', '>');
    const members = this.#publicMembers(node)
      .filter(isWanted)
      .map((member) => {
        if (ts.isIndexSignatureDeclaration(member)) {
          this.#require(member);
          return `${docOf(member)}${member.getText()}`;
        }
        if (ts.isPropertyDeclaration(member)) {
          this.#require(member);
          const name = `${modifiersOf(member)}${member.name.getText()}`;
          return `${docOf(member)}${name}: ${this.#typeText(member)};`;
        }
        return this.#functionOf(member, modifiersOf(member));
      });
    const own = ['#nominal;', ...(hasPublicConstructor(node) ? [] : ['private constructor();'])];
    const statics = this.#staticsOf(node).map((it) => this.#functionOf(it, 'static '));
    const body = [own.join('\n'), ...statics, ...members].map((text) => indent(text)).join('\n\n');
    return `class ${node.name?.text ?? ''}${parameters} {\n${body}\n}`;
  }

  /**
   * What `@statics` classes add to a class: functions that belong to it but to one machine.
   *
   * @param {ts.ClassDeclaration} node
   */
  #staticsOf(node) {
    return this.#files
      .flatMap((file) => Array.from(file.statements))
      .filter((it) => ts.isClassDeclaration(it))
      .filter((it) => node.name !== undefined && tagText(it, 'statics') === node.name.text)
      .flatMap((it) => this.#publicMembers(it));
  }

  /**
   * @param {ts.ClassDeclaration} node
   * @returns {ts.ClassElement[]}
   */
  #publicMembers(node) {
    const all = node.members.filter(isPublicMember);
    // An implementation is no signature where there are overloads.
    return all.filter(
      (member) =>
        !ts.isMethodDeclaration(member) ||
        member.body === undefined ||
        !all.some(
          (it) =>
            it !== member &&
            it.name?.getText() === member.name.getText() &&
            ts.isMethodDeclaration(it),
        ),
    );
  }

  /**
   * @param {ts.Node} node
   * @param {string} prefix
   */
  #functionOf(node, prefix) {
    if (!ts.isFunctionLike(node)) throw new Error(`${node.getText()}: neither method nor field`);
    const parameters = node.parameters
      .filter((it) => ts.isParameter(it))
      .map((it) => this.#parameterText(it))
      .join(', ');
    this.#require(
      ...(node.typeParameters ?? []),
      ...node.parameters,
      ...(node.type === undefined ? [] : [node.type]),
    );
    if (ts.isConstructorDeclaration(node)) {
      return `${docOf(node, undefined, symbolOf(node))}constructor(${parameters});`;
    }
    if (ts.isSetAccessor(node)) {
      return `${docOf(node)}${prefix}set ${node.name.getText()}(${parameters});`;
    }
    const { type, effect } = this.#resultOf(node);
    const accessor = ts.isGetAccessor(node) ? 'get ' : '';
    const generics = listOf(node.typeParameters, '<', '>');
    const head = `${prefix}${accessor}${node.name?.getText() ?? ''}${generics}`;
    return `${docOf(node, effect, symbolOf(node))}${head}(${parameters}): ${type};`;
  }

  /**
   * @param {ts.ParameterDeclaration} parameter
   */
  #parameterText(parameter) {
    if (parameter.initializer === undefined) return parameter.getText();
    return `${parameter.name.getText()}?: ${this.#typeText(parameter)}`;
  }

  /**
   * @param {ts.ParameterDeclaration | ts.PropertyDeclaration} node
   */
  #typeText(node) {
    return (
      node.type?.getText() ?? this.#checker.typeToString(this.#checker.getTypeAtLocation(node))
    );
  }

  /**
   * A coroutine's result, and the tag that says that it is one.
   *
   * @param {ts.SignatureDeclaration} node
   */
  #resultOf(node) {
    const { type } = node;
    if (type === undefined) throw new Error(`${node.getText()}: an API function says its result`);
    const isReference = ts.isTypeReferenceNode(type);
    const effect = isReference ? EFFECTS[type.typeName.getText()] : undefined;
    const result = isReference && effect !== undefined ? type.typeArguments?.[0] : type;
    return { type: (result ?? type).getText(), effect };
  }

  /**
   * Notes what a declaration speaks of; whatever is not public must not be named.
   *
   * @param {...ts.Node} nodes
   */
  #require(...nodes) {
    /** @param {ts.Node} node */
    const visit = (node) => {
      if (ts.isTypeReferenceNode(node) || ts.isExpressionWithTypeArguments(node)) {
        this.#requireName(ts.isTypeReferenceNode(node) ? node.typeName : node.expression);
      }
      ts.forEachChild(node, visit);
    };
    for (const node of nodes) visit(node);
  }

  /**
   * @param {ts.Node} name
   */
  #requireName(name) {
    const symbol = this.#symbolAt(name);
    if (symbol === undefined || name.getText() in EFFECTS || name.getText() === 'const') return;
    const subpath = this.#public.get(symbol);
    if (subpath !== undefined) {
      if (subpath === this.#subpath) return;
      const names = this.#imports.get(subpath) ?? new Set();
      this.#imports.set(subpath, names.add(name.getText()));
      return;
    }
    const declaration = symbol.declarations?.[0];
    const isKnown =
      declaration === undefined ||
      ts.isTypeParameterDeclaration(declaration) ||
      declaration.getSourceFile().fileName.includes('/typescript/lib/');
    if (!isKnown) throw new Error(`the API names ${name.getText()}, which is not @public`);
  }
}

/**
 * @param {ts.Node} node
 */
function isUniqueSymbol(node) {
  return ts.isVariableStatement(node) && /declare const \w+: unique symbol/.test(node.getText());
}

/**
 * @param {ts.ClassElement} member
 */
function isPublicMember(member) {
  if (hasTag(member, 'internal') || ts.isClassStaticBlockDeclaration(member)) return false;
  if (ts.isConstructorDeclaration(member)) return hasTag(member, 'public');
  if (ts.isIndexSignatureDeclaration(member)) return true;
  if (member.name === undefined || ts.isPrivateIdentifier(member.name)) return false;
  const hidden = ts.ModifierFlags.Private | ts.ModifierFlags.Protected;
  const name = member.name.getText();
  const isOurKey = ts.isComputedPropertyName(member.name) && name !== '[Symbol.dispose]';
  return (ts.getCombinedModifierFlags(member) & hidden) === 0 && !name.startsWith('_') && !isOurKey;
}

/**
 * @param {ts.ClassDeclaration} node
 */
function hasPublicConstructor(node) {
  return node.members.some((it) => ts.isConstructorDeclaration(it) && hasTag(it, 'public'));
}

/** @type {ReadonlySet<ts.SyntaxKind>} */
const KEPT_MODIFIERS = new Set([ts.SyntaxKind.StaticKeyword, ts.SyntaxKind.ReadonlyKeyword]);

/** @param {ts.ClassElement} member */
function modifiersOf(member) {
  const modifiers = ts.canHaveModifiers(member) ? (ts.getModifiers(member) ?? []) : [];
  return modifiers
    .filter((it) => KEPT_MODIFIERS.has(it.kind))
    .map((it) => `${it.getText()} `)
    .join('');
}
