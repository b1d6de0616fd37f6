/** What Colyseus itself answers beside our endpoints, described by hand. */
import { z } from 'zod';
import type { ZodOpenApiPathsObject, ZodOpenApiResponseObject } from 'zod-openapi';
import { problem } from './openapi-errors.ts';

/** What the SDK needs to open its socket. */
export const seatReservation = z
  .strictObject({
    name: z.string().meta({ description: 'Of the room.' }),
    sessionId: z.string(),
    roomId: z.string().meta({ description: 'Of a match: its id.' }),
    processId: z.string(),
    publicAddress: z.string().exactOptional(),
  })
  .meta({ id: 'SeatReservation' });

/** Another form than everywhere, because the SDK reads it. */
export const matchmakingError = z
  .strictObject({
    code: z.int().meta({ description: 'The status, or a number of Colyseus.' }),
    error: z.string().meta({ example: 'match/not_found: there is no such match' }),
  })
  .meta({ id: 'MatchmakingError' });

const refusal = (description: string): ZodOpenApiResponseObject => ({
  description,
  content: {
    'application/json': { schema: matchmakingError },
    'application/problem+json': { schema: problem },
  },
});

export const colyseusPaths: ZodOpenApiPathsObject = {
  '/matchmake/{method}/{roomName}': {
    post: {
      operationId: 'matchmake',
      tags: ['matchmaking'],
      summary: 'A seat in a room',
      description:
        'What `client.joinOrCreate`, `create`, `join` and `joinById` of the SDK call; the seat is taken by a socket.',
      security: [{ bearer: [] }],
      requestParams: {
        path: z.object({
          method: z.enum(['joinOrCreate', 'create', 'join', 'joinById', 'reconnect']),
          roomName: z
            .string()
            .meta({ description: 'A game, or `replay`; of `joinById` and `reconnect` the id of the room.' }),
        }),
      },
      requestBody: {
        content: {
          'application/json': {
            schema: z.looseObject({}).meta({ description: 'The options of the room.', id: 'RoomOptions' }),
          },
        },
      },
      responses: {
        200: {
          description: 'The seat is held for some seconds',
          content: { 'application/json': { schema: seatReservation } },
        },
        400: refusal('`options/invalid`, and what the layer refuses of a body'),
        401: refusal('The code of the fault of the token'),
        403: refusal('`auth/forbidden`, `http/foreign_origin`, `http/foreign_host`'),
        404: refusal('`match/not_found`'),
        408: refusal('`http/timeout`'),
        409: refusal('`seat/none_free`, and what a game refuses'),
        413: refusal('`http/too_large`'),
        415: refusal('`http/unsupported_type`'),
        429: refusal('`http/too_many`'),
        520: refusal('There is no such room or method'),
        521: refusal('No room fits, and none was to be made'),
        '5XX': refusal('`internal`; 503 while the server stops'),
      },
    },
  },
  '/__healthcheck': {
    get: {
      operationId: 'colyseusHealth',
      tags: ['health'],
      summary: 'Whether Colyseus answers: readiness says more',
      security: [],
      responses: {
        200: { description: 'It does', content: { 'text/plain': { schema: z.literal('OK') } } },
        403: { $ref: '#/components/responses/ForeignOrigin' },
      },
    },
  },
};
