/** Migrates the database of its argument, and prints the names of the migrations that it ran. */
import { openDatabase } from '../../../src/database/database.ts';
import { migrate } from '../../../src/database/migrate.ts';

const database = await openDatabase({ url: process.argv[2]!, entities: [] });
process.stdout.write(JSON.stringify(await migrate(database)));
await database.close();
