import { describe } from 'vitest';
import { openNatsEventStream } from '../../src/events/nats-event-stream.ts';
import { openTestDatabase } from '../support/databases.ts';
import { hasNats, natsUrl, ownNames } from '../support/nats.ts';
import { eventStreamContract } from './contract.ts';

describe.runIf(hasNats)('NATS', () => {
  eventStreamContract(async () => {
    const { database, close } = await openTestDatabase('pglite');
    const { names, drop } = ownNames();
    return {
      packs: true,
      openStream: (onError) =>
        openNatsEventStream({ url: natsUrl, sql: database.sql, names, ...(onError && { onError }) }),
      async close() {
        await close();
        await drop();
      },
    };
  });
});
