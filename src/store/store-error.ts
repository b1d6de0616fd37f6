/**
 * A call that the store refuses for what it holds. `store/exists`: the id is taken. `store/invalid`: the commit can't be
 * written as it is. `store/gap`: the caller's log position doesn't follow the stored one, which is a fault of the caller.
 * `store/closed`: this store was closed before.
 */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: `store/${'exists' | 'invalid' | 'gap' | 'closed'}`;
  constructor(code: StoreError['code'], message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
