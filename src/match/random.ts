/**
 * Seeded random numbers: xoshiro128** (Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2018).
 * The whole generator is its four words, so a checkpoint can hold its position.
 */
export interface Random {
  /** A whole number, 0 ≤ x < `below`, without bias; `below` from 1 to 2^32. */
  int(below: number): number;
  /** Shuffles in place (Fisher-Yates) and returns the same array. */
  shuffle<T>(items: T[]): T[];
  /** The four words; `randomFrom(state())` continues at the same position. */
  state(): [number, number, number, number];
}

/** A generator for a seed of 32 hexadecimal digits; `label` gives independent ones of the same seed. */
export function seededRandom(seed: string, label = ''): Random {
  const words = [0, 8, 16, 24].map((at) => Number.parseInt(seed.slice(at, at + 8), 16));
  if (seed.length !== 32 || words.some(Number.isNaN)) throw new RangeError('a seed is 32 hexadecimal digits');
  let mixed = 0x9e3779b9;
  for (let i = 0; i < label.length; i++) mixed = Math.imul(mixed ^ label.charCodeAt(i), 0x01000193) >>> 0;
  const random = randomFrom([
    words[0]! ^ mixed,
    words[1]!,
    words[2]! ^ Math.imul(mixed, 0x85ebca6b),
    words[3]! | 1,
  ]);
  for (let i = 0; i < 16; i++) random.int(2);
  return random;
}

export function randomFrom(words: readonly number[]): Random {
  let [a, b, c, d] = [words[0]! >>> 0, words[1]! >>> 0, words[2]! >>> 0, words[3]! >>> 0];
  const next = (): number => {
    const product = Math.imul(b, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    return result;
  };
  const int = (below: number): number => {
    const limit = 0x1_0000_0000 - (0x1_0000_0000 % below);
    let x = next();
    while (x >= limit) x = next();
    return x % below;
  };
  return {
    int,
    shuffle(items) {
      for (let i = items.length - 1; i > 0; i--) {
        const j = int(i + 1);
        [items[i], items[j]] = [items[j]!, items[i]!];
      }
      return items;
    },
    state: () => [a >>> 0, b >>> 0, c >>> 0, d >>> 0],
  };
}
