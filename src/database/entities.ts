import { historyEntities } from '../history/entities.ts';
import { soloEntities } from '../solo/entities.ts';

/**
 * All entities of the object mapper, from the folders of the services that own them; `as const`, so that `Em` knows them.
 * The tables of the store and the stream are no entities: they are hot paths, in SQL.
 */
export const entities = [...historyEntities, ...soloEntities] as const;
