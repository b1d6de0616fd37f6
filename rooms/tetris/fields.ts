/** Numbers with names on a typed array: read and written like fields, saved and hashed like memory. */
export interface Words {
  readonly words: Int32Array;
}

export type Fields<Name extends string> = Record<Name, number>;

/** Gives the instances of a class a field for each name: the word at the name's place. */
export function defineFields(prototype: Words, names: readonly string[]): void {
  for (const [at, name] of names.entries()) {
    Object.defineProperty(prototype, name, {
      get(this: Words) {
        return this.words[at];
      },
      set(this: Words, value: number) {
        this.words[at] = value;
      },
    });
  }
}
