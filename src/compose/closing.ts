/** What is to be closed, in the order in which it was opened. */
export type Closing = (() => Promise<unknown>)[];

/** Closes the latest first: all of them, though one fails (the database may be away). Throws the first error then. */
export async function closeAll(closing: Closing): Promise<void> {
  const errors: unknown[] = [];
  for (const step of closing.splice(0).reverse()) {
    try {
      await step();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
}
