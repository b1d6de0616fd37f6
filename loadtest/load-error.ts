/** What went wrong in the load itself. `code` is stable, such as `load/not_dealt`. */
export class LoadError extends Error {
  override readonly name = 'LoadError';
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
