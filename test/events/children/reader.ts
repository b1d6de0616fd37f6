/** A process that reads a durable subscription: url of its database, durable name, lease. It prints each entry. */
import { openDatabase } from '../../../src/database/database.ts';
import { entities } from '../../../src/database/entities.ts';
import { openEventStream } from '../../../src/events/postgres-event-stream.ts';

const [url = '', durable = '', leaseMs = ''] = process.argv.slice(2);
const { sql } = await openDatabase({ url, entities });
const stream = openEventStream({ sql, leaseMs: Number(leaseMs) });
stream.subscribe(durable, async (records) => {
  for (const { n } of records) process.stdout.write(`${n}\n`);
});
// a subscription alone keeps no process alive
setInterval(() => {}, 1_000_000);
