/** What is to be closed, in the order in which it was opened. */
export type Closing = (() => Promise<unknown>)[];

/** Closes the latest first. */
export async function closeAll(closing: Closing): Promise<void> {
  for (const step of closing.splice(0).reverse()) await step();
}
