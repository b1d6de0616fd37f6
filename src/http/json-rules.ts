/**
 * What of a JSON text is refused though it is JSON: what parsers read in different ways (a key twice), what reaches the
 * prototypes of a program that copies it carelessly, and what is too deep for code that walks it by recursion. One pass,
 * before anything is parsed.
 */
import { ApiError } from './errors.ts';

const deepest = 32;
/** More keys than these are looked up in a set. */
const fewKeys = 16;

interface Level {
  isObject: boolean;
  keys: string[];
  manyKeys: Set<string> | null;
  lastKey: string;
}

/**
 * Throws ApiError 400 `http/too_deep`, `http/duplicate_key` or `http/bad_key`. Of a text that is no JSON it may say
 * nothing: the parser does. `constructor` and `prototype` are words that data may use; only the one within the other,
 * which is the way to a prototype, is refused, and `__proto__` always.
 */
export function checkJsonRules(text: string): void {
  const levels: Level[] = [];
  let depth = 0;
  let isKey = false;
  for (let i = 0; i < text.length; i++) {
    switch (text[i]) {
      case '"': {
        const end = endOfString(text, i);
        if (end === -1) return;
        if (isKey) addKey(levels, depth, keyOf(text.slice(i + 1, end)));
        isKey = false;
        i = end;
        break;
      }
      case '{':
      case '[':
        if (++depth > deepest)
          throw new ApiError(400, 'http/too_deep', `The body may be ${deepest} levels deep at most.`);
        isKey = text[i] === '{';
        open(levels, depth, isKey);
        break;
      case '}':
      case ']':
        if (--depth < 0) return;
        isKey = false;
        break;
      case ',':
        isKey = levels[depth]?.isObject ?? false;
        break;
    }
  }
}

/** Levels are used again: a body may have tens of thousands of small objects. */
function open(levels: Level[], depth: number, isObject: boolean): void {
  const level = (levels[depth] ??= { isObject, keys: [], manyKeys: null, lastKey: '' });
  level.isObject = isObject;
  level.keys.length = 0;
  level.manyKeys = null;
  level.lastKey = '';
}

function addKey(levels: readonly Level[], depth: number, key: string): void {
  const level = levels[depth]!;
  const reachesPrototype = key === 'prototype' && levels[depth - 1]?.lastKey === 'constructor';
  if (key === '__proto__' || reachesPrototype)
    throw new ApiError(400, 'http/bad_key', 'An object of the body has a key that is not allowed.');
  const { keys, manyKeys } = level;
  if (manyKeys ? manyKeys.has(key) : keys.includes(key))
    throw new ApiError(400, 'http/duplicate_key', 'An object of the body has the same key twice.');
  level.lastKey = key;
  if (manyKeys) manyKeys.add(key);
  else if (keys.push(key) > fewKeys) level.manyKeys = new Set(keys);
}

/** Where the string that begins here ends; -1: nowhere. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end;
}

function isEscaped(text: string, at: number): boolean {
  let first = at;
  while (text[first - 1] === '\\') first--;
  return (at - first) % 2 === 1;
}

function keyOf(written: string): string {
  if (!written.includes('\\')) return written;
  try {
    return JSON.parse(`"${written}"`) as string;
  } catch {
    return written;
  }
}
