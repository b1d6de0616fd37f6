/**
 * The Colyseus room in which a match is shown again: one class for all games, since a game shows its table by itself
 * (table.ts). Of a running match it shows what a spectator sees, as far as it is committed, and follows it.
 */
import { type Client, CloseCode, Room, type RoomException, ServerError } from '@colyseus/core';
import { StateView } from '@colyseus/schema';
import type { Principal } from '../auth/principal.ts';
import { notFound } from '../match/admission.ts';
import { startedText } from '../match/listing.ts';
import { mayEnter } from '../match/room-auth.ts';
import { follow } from './follow.ts';
import { forMatchmaking, openReplay } from './open-replay.ts';
import type { Openings } from './openings.ts';
import { Playback } from './playback.ts';
import type { Replay } from './replay.ts';
import type { OpeningOptions } from './replay-auth.ts';
import { answerReplayMessages, type Place } from './replay-messages.ts';
import { isBadLog } from './replay-error.ts';
import type { ReplayServices } from './replay-services.ts';
import type { MakeReplayState, ReplayState } from './replay-state.ts';
import { show } from './show.ts';

type Viewer = Client<{ auth: Principal }>;

/** How long a dropped viewer may take to return; later it opens the replay anew. */
const returnSeconds = 30;

export class ReplayRoom extends Room<{ state: ReplayState; client: Viewer }> {
  static readonly services: ReplayServices;
  static readonly states: ReadonlyMap<string, MakeReplayState>;
  static readonly openings: Openings;

  // changes are sent when they are made; nothing ticks in a paused room
  override patchRate = null;
  #replay!: Replay;
  #playback!: Playback;
  #tenantId = '';
  /** Sessions in the order in which they came: the first is in control. */
  #viewers: string[] = [];
  /** What all see of a match that is over: the seats' own, too. */
  #everything: StateView | null = null;
  /** So many moments have been told to all who watch. */
  #toldMoments = 0;
  #release = (): void => {};
  #stopFollowing = (): void => {};

  get #own(): typeof ReplayRoom {
    return this.constructor as typeof ReplayRoom;
  }

  get #services(): ReplayServices {
    return this.#own.services;
  }

  override async onCreate({ matchId, at, tenantId, accountId }: OpeningOptions): Promise<void> {
    if (matchId === undefined)
      throw new ServerError(400, 'options/invalid: matchId: the match to show again');
    const { clock, logEvent, maxMessagesPerSecond } = this.#services;
    this.maxMessagesPerSecond = maxMessagesPerSecond;
    this.#tenantId = tenantId;
    this.#release = this.#take(tenantId, accountId);
    const replay = await openReplay(this.#services, tenantId, matchId);
    this.#replay = replay;
    this.#toldMoments = replay.moments.length;
    this.#playback = this.#makePlayback(replay);
    this.#listen();
    this.state = this.#own.states.get(replay.game.name)!(replay.player.view(null).seats.list.length);
    this.state.matchId = matchId;
    await this.#begin(at);
    this.#stopFollowing = follow({
      clock,
      replay,
      came: () => this.#grow(),
      fault: (error) => this.#fault(error),
    });
    const started = startedText(clock.now());
    const metadata = { tenantId, game: replay.game.name, phase: 'replay', players: 0, started };
    // private: only who knows its id is sent here
    await this.setMatchmaking({ private: true, metadata });
    logEvent('replay_opened', { matchId, accountId, tenantId });
  }

  override onJoin(client: Viewer): void {
    this.mustAdmit(client.auth!);
    this.#viewers.push(client.sessionId);
    this.#welcome(client);
    this.#handOver();
  }

  override onDrop(client: Viewer, code?: number): void {
    // one that misbehaves has no way back but to open it anew
    if (code !== CloseCode.WITH_ERROR) this.allowReconnection(client, returnSeconds).catch(() => {});
  }

  override onReconnect(client: Viewer): void {
    this.#welcome(client);
  }

  override onLeave({ sessionId }: Viewer): void {
    this.#viewers = this.#viewers.filter((one) => one !== sessionId);
    this.#handOver();
  }

  /** Also called for a room that could not be made. */
  override async onDispose(): Promise<void> {
    this.#release();
    this.#stopFollowing();
    this.#playback?.close();
    await this.#replay?.player.close();
  }

  override onUncaughtException(exception: RoomException, where: string): void {
    const error = exception.cause ?? exception;
    // a client that was refused knows why
    if (error instanceof ServerError) return;
    this.#services.log.error(
      { matchId: this.state?.matchId, where, error },
      'uncaught exception in a replay',
    );
  }

  /** Throws ServerError where this principal can't come in. */
  mustAdmit(principal: Principal): void {
    const { matchId } = this.#replay;
    if (!mayEnter(principal, { tenantId: this.#tenantId, matchId })) throw notFound();
  }

  #take(tenantId: string, accountId: string): () => void {
    try {
      return this.#own.openings.take(tenantId, accountId);
    } catch (error) {
      throw forMatchmaking(error);
    }
  }

  #makePlayback({ player }: Replay): Playback {
    return new Playback({
      clock: this.#services.clock,
      player,
      changed: () => this.#tell(),
      idle: () => void this.disconnect(),
      fault: (error) => this.#fault(error),
    });
  }

  /** A finished match waits at its beginning, a running one plays as it goes on. */
  async #begin(at: number | undefined): Promise<void> {
    const { isOver, player } = this.#replay;
    if (isOver) this.#reveal();
    await this.#playback.goTo(at ?? (isOver ? 0 : player.duration));
    if (!isOver && at === undefined) await this.#playback.play();
  }

  #listen(): void {
    const playback = this.#playback;
    answerReplayMessages({
      onMessage: (type, give) => this.onMessage(type, give),
      isInControl: ({ sessionId }) => sessionId === this.#viewers[0],
      find: (place) => this.#find(place),
      play: () => playback.play(),
      pause: () => playback.pause(),
      setSpeed: (speed) => playback.setSpeed(speed),
      goTo: (at) => playback.goTo(at),
      at: () => playback.at,
    });
  }

  #find(place: Place): number | null {
    const { moments, player } = this.#replay;
    if ('at' in place) return place.at;
    if ('tick' in place) return player.timeline.atTick(place.tick);
    if ('n' in place) return player.timeline.atEntry(place.n);
    return moments.find(({ number }) => number === place.moment)?.at ?? null;
  }

  #welcome(client: Viewer): void {
    if (this.#everything) client.view = this.#everything;
    client.send('moments', this.#replay.moments);
  }

  #handOver(): void {
    this.state.controller = this.#viewers[0] ?? '';
    this.broadcastPatch();
  }

  /** The match has its result: nothing of it is secret any more. */
  #reveal(): void {
    const view = new StateView();
    for (const seat of this.state.table.seats) view.add(seat);
    for (const client of this.clients) client.view = view;
    this.#everything = view;
  }

  /** A running match has gone on. */
  async #grow(): Promise<void> {
    const { isOver, moments } = this.#replay;
    if (isOver && !this.#everything) this.#reveal();
    if (moments.length > this.#toldMoments) this.broadcast('moments', moments);
    this.#toldMoments = moments.length;
    await this.#playback.grown();
  }

  #tell(): void {
    show(this.state, this.#replay, this.#playback);
    this.broadcastPatch();
  }

  /** What can't be played can't be shown any longer; anything else is tried again. */
  #fault(error: unknown): void {
    this.#services.log.error({ matchId: this.#replay.matchId, error }, 'a replay had a fault');
    if (isBadLog(error)) void this.disconnect();
  }
}
